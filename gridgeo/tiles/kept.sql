-- name: get
SELECT body FROM tile_kept
 WHERE collection = %(collection)s AND edition_id = %(edition_id)s AND zoom = %(z)s AND x = %(x)s AND y = %(y)s;

-- name: lock_shared
-- Nobody adds up cells while tiles are put in; when somebody is at it, they are not kept.
SELECT pg_try_advisory_xact_lock_shared(hashtext('gridgeo.object_cell'));

-- name: put
-- Keep tiles; of objects only those made after the last change.
INSERT INTO tile_kept (collection, edition_id, zoom, x, y, body) VALUES %s ON CONFLICT DO NOTHING;

-- name: forget
-- Forget what is kept of a collection, and of an edition where one is given.
DELETE FROM tile_kept
 WHERE collection = %(collection)s AND (%(edition_id)s::bigint IS NULL OR edition_id = %(edition_id)s::bigint);

-- name: status
-- What is kept, by collection, edition and zoom: tiles and bytes.
SELECT collection, edition_id, zoom, count(*), sum(length(body))
  FROM tile_kept
 GROUP BY collection, edition_id, zoom
 ORDER BY collection, edition_id, zoom;
