-- The change feed is written by tables themselves and read through functions (changes.sql); its stamper numbers transactions and lets old ones go.
REVOKE ALL ON gridgeo.change, gridgeo.change_transaction FROM gridgeo_reader, gridgeo_city, gridgeo_writer, gridgeo_linkage;
GRANT SELECT (transaction_id, change_id), DELETE ON gridgeo.change TO gridgeo_writer;
GRANT SELECT, UPDATE (number, stamped_at), DELETE ON gridgeo.change_transaction TO gridgeo_writer;
-- Webhooks are the business of whoever tells them. Which hosts may be told is entered by the administrator alone.
REVOKE ALL ON gridgeo.webhook, gridgeo.webhook_dead, gridgeo.webhook_origin FROM gridgeo_reader, gridgeo_city, gridgeo_writer, gridgeo_linkage;
GRANT SELECT ON gridgeo.webhook_origin TO gridgeo_writer;
GRANT SELECT, INSERT, DELETE ON gridgeo.webhook, gridgeo.webhook_dead TO gridgeo_writer;
GRANT UPDATE (told, tries, refusals, next_at, failing_since, failure, holder, held_until) ON gridgeo.webhook TO gridgeo_writer;
GRANT UPDATE (died_at, failure) ON gridgeo.webhook_dead TO gridgeo_writer;
