-- name: tell
-- Tells every process that holds tiles, once the transaction commits.
SELECT pg_notify('gridgeo_objects', '');

-- name: note_all
-- Anything may have changed: the tables were filled otherwise.
INSERT INTO object_changed (x, y) VALUES (NULL, NULL);
