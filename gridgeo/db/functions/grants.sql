-- Who may do what. Made anew at every migrate, so that a new table is never forgotten. Which rows: policies.sql.
GRANT USAGE ON SCHEMA gridgeo TO gridgeo_reader, gridgeo_city, gridgeo_writer, gridgeo_linkage, gridgeo_admin;
GRANT SELECT ON ALL TABLES IN SCHEMA gridgeo TO gridgeo_reader, gridgeo_city, gridgeo_writer, gridgeo_linkage;
GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA gridgeo TO gridgeo_writer;
GRANT ALL ON ALL TABLES IN SCHEMA gridgeo TO gridgeo_admin;
-- An identity once given stays; who applied which migration is the administrator's record.
REVOKE UPDATE, DELETE ON gridgeo.grid_unit FROM gridgeo_writer;
REVOKE INSERT, UPDATE, DELETE ON gridgeo.schema_migration FROM gridgeo_writer;
-- Keys are looked at where callers are let in, and made by the administrator: nobody writes himself one.
REVOKE ALL ON gridgeo.api_key FROM gridgeo_city, gridgeo_writer, gridgeo_linkage;
-- The locked room: links and identities are added to, a link's end of being believed is set, and the audit only grows.
GRANT USAGE ON SCHEMA linkage TO gridgeo_linkage;
REVOKE ALL ON ALL TABLES IN SCHEMA linkage FROM gridgeo_linkage;
GRANT SELECT ON ALL TABLES IN SCHEMA linkage TO gridgeo_linkage;
GRANT INSERT ON linkage.identity, linkage.link, linkage.audit TO gridgeo_linkage;
GRANT UPDATE (recorded) ON linkage.link TO gridgeo_linkage;
