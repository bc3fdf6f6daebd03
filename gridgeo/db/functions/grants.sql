-- Who may do what. Made anew at every migrate, so that a new table is never forgotten.
GRANT USAGE ON SCHEMA gridgeo TO gridgeo_reader, gridgeo_writer, gridgeo_admin;
GRANT SELECT ON ALL TABLES IN SCHEMA gridgeo TO gridgeo_reader, gridgeo_writer;
GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA gridgeo TO gridgeo_writer;
GRANT ALL ON ALL TABLES IN SCHEMA gridgeo TO gridgeo_admin;
-- An identity once given stays; who applied which migration is the administrator's record.
REVOKE UPDATE, DELETE ON gridgeo.grid_unit FROM gridgeo_writer;
REVOKE INSERT, UPDATE, DELETE ON gridgeo.schema_migration FROM gridgeo_writer;
