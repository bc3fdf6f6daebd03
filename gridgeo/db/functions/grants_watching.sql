-- Departments' systems, and what they were told, are the business of whoever tells them; where they may be is entered by the administrator.
REVOKE ALL ON gridgeo.event_receiver, gridgeo.event_letter FROM gridgeo_reader, gridgeo_city, gridgeo_writer, gridgeo_linkage;
GRANT SELECT ON gridgeo.event_receiver TO gridgeo_writer;
GRANT UPDATE (tries, next_at, failing_since, failure, holder, held_until) ON gridgeo.event_receiver TO gridgeo_writer;
GRANT SELECT, INSERT, UPDATE ON gridgeo.event_letter TO gridgeo_writer;
-- What was found is found; only that nobody is known for an event may be otherwise later.
REVOKE ALL ON gridgeo.event_notice FROM gridgeo_linkage;
