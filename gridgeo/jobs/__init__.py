"""Jobs: what takes longer than a request, kept in a table, done by workers of any process, its result kept for some days.

A job is claimed by one worker at a time. A worker that is alive says so every second; one that is not is followed by another, and a
job that was begun too often ends as failed. It sees what its caller may see. Doors: :func:`.store.add`, :func:`.store.find`,
:func:`.store.dismiss`, :class:`.worker.Worker`; what is done with a job is given to the worker (:mod:`gridgeo.processes`).
"""
