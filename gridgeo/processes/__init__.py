"""What a caller may let be done that takes longer than a request: files of a collection, addresses washed, an edition checked.

Each process says what it takes and makes (:mod:`.model`), reads it strictly, and does it on a :class:`gridgeo.jobs.work.Work`, which sees
what the caller may. Doors: :data:`.catalogue.PROCESSES`, :func:`.rules.read`, :func:`.catalogue.does`.
"""
