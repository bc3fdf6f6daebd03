"""Collections of features as OGC API - Features shows them: what there is, what may be asked, and a page or a stream of it.

All collections are read by one statement made of parts (:mod:`.statements`); what differs is data (:mod:`.collections`) and a
relation each (`queries.sql`). Doors: :data:`.collections.COLLECTIONS`, :func:`.reading.page`, :func:`.reading.stream`,
:func:`.reading.one`, :func:`.reading.extent`. Features leave the database as text: none is touched in between.
"""
