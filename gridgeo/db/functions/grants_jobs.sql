-- What was given to a job is for its workers and nobody else; the administrator sees all.
REVOKE ALL ON gridgeo.job FROM gridgeo_reader, gridgeo_city, gridgeo_writer, gridgeo_linkage;
GRANT USAGE ON SCHEMA gridgeo TO gridgeo_jobs;
GRANT SELECT, INSERT, UPDATE, DELETE ON gridgeo.job TO gridgeo_jobs;
