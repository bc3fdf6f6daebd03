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
GRANT INSERT ON linkage.event_reporter, linkage.event_original TO gridgeo_linkage;
-- Counts are made anew after loads.
GRANT INSERT, DELETE ON linkage.unit_count, linkage.counted TO gridgeo_linkage;
GRANT INSERT ON linkage.measure TO gridgeo_linkage;
GRANT INSERT, UPDATE ON linkage.cluster_address TO gridgeo_linkage;
GRANT UPDATE (recorded) ON linkage.link TO gridgeo_linkage;
-- A code once given stays, and its zone with it; what is known of it may change. Nothing of the address base is ever deleted.
REVOKE UPDATE, DELETE ON gridgeo.building, gridgeo.building_address, gridgeo.house, gridgeo.address_name, gridgeo.address_successor
  FROM gridgeo_writer;
GRANT UPDATE (building_use, status, floors, floors_below, point, footprint, valid_from, valid_to, source, recorded_at)
  ON gridgeo.building TO gridgeo_writer;
GRANT UPDATE (main, road, plate, compound, block, road_key, plate_key, compound_key, block_key, valid_from, valid_to, source)
  ON gridgeo.building_address TO gridgeo_writer;
GRANT UPDATE (building_code, unit, floor, room, unit_key, room_key, house_use, status, area_m2, valid_from, valid_to, source)
  ON gridgeo.house TO gridgeo_writer;
GRANT UPDATE (name_key, valid_to, source) ON gridgeo.address_name TO gridgeo_writer;
-- Objects and categories likewise: what was before is added to, counts and places follow. Rows that were refused are for who mends them.
REVOKE UPDATE, DELETE ON gridgeo.object, gridgeo.object_history, gridgeo.category, gridgeo.category_version FROM gridgeo_writer;
GRANT UPDATE (category_id, status, name, point, shape, floor, place, inspected_on, attributes, since, source, recorded_at)
  ON gridgeo.object TO gridgeo_writer;
REVOKE DELETE ON gridgeo.category_tree, gridgeo.department FROM gridgeo_writer;
REVOKE INSERT, UPDATE, DELETE ON gridgeo.object_status FROM gridgeo_writer;
REVOKE ALL ON gridgeo.object_rejected FROM gridgeo_reader, gridgeo_city, gridgeo_linkage;
-- What was reported and done stays; an event's row follows its steps. Which requests were sent twice is for intake alone.
REVOKE UPDATE, DELETE ON gridgeo.event, gridgeo.event_report, gridgeo.event_step, gridgeo.event_media, gridgeo.event_request FROM gridgeo_writer;
GRANT UPDATE (actor, kept_at) ON gridgeo.event_media TO gridgeo_writer;
REVOKE DELETE ON gridgeo.event_task, gridgeo.event_number FROM gridgeo_writer;
GRANT UPDATE (class_id, grade, stage, located, address, place, point, department_code, merged_into, filed_at, dispatched_at, responded_at,
  handled_at, verified_at, closed_at, due_at, stage_due_at, paused_at, bounces, reopened, stars, version) ON gridgeo.event TO gridgeo_writer;
REVOKE ALL ON gridgeo.event_request FROM gridgeo_reader, gridgeo_city, gridgeo_linkage;
-- Who answered for what stays known, and which rules were in force.
REVOKE DELETE ON gridgeo.responsibility, gridgeo.routing_set FROM gridgeo_writer;
REVOKE UPDATE, DELETE ON gridgeo.routing_rule, gridgeo.event_checkin FROM gridgeo_writer;
-- Who was in charge stays known; how to reach them and until when may change.
REVOKE UPDATE, DELETE ON gridgeo.grid_worker FROM gridgeo_writer;
GRANT UPDATE (phone, valid_to, source, recorded_at) ON gridgeo.grid_worker TO gridgeo_writer;
REVOKE ALL ON gridgeo.grid_worker FROM gridgeo_linkage;
-- What is counted of events is derived, by functions of their own.
REVOKE INSERT, UPDATE, DELETE ON gridgeo.event_fact, gridgeo.event_shift, gridgeo.event_sum, gridgeo.event_standing,
  gridgeo.event_closed_shift, gridgeo.event_closed_sum FROM gridgeo_writer, gridgeo_linkage;
