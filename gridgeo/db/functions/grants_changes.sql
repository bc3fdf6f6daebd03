-- The change feed is written by tables themselves and read through functions (changes.sql); its stamper numbers transactions and lets old ones go.
REVOKE ALL ON gridgeo.change, gridgeo.change_transaction FROM gridgeo_reader, gridgeo_city, gridgeo_writer, gridgeo_linkage;
GRANT SELECT (transaction_id, change_id), DELETE ON gridgeo.change TO gridgeo_writer;
GRANT SELECT, UPDATE (number, stamped_at), DELETE ON gridgeo.change_transaction TO gridgeo_writer;
