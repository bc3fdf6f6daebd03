-- name: get
SELECT body FROM tile_kept
 WHERE collection = %(collection)s AND edition_id = %(edition_id)s AND zoom = %(z)s AND x = %(x)s AND y = %(y)s;

-- name: lock_shared
-- Nobody adds up cells while tiles are put in; when somebody is at it, they are not kept.
SELECT pg_try_advisory_xact_lock_shared(hashtext('gridgeo.object_cell'));

-- name: lock_grids
-- The number grids are forgotten by (forget_grids); none while somebody forgets or simplifies some.
SELECT value FROM tile_state WHERE name = 'grids' FOR SHARE SKIP LOCKED;

-- name: simplified
SELECT DISTINCT edition_id FROM tile_level;

-- name: grids_number
SELECT coalesce((SELECT value FROM tile_state WHERE name = 'grids'), 0);

-- name: edition_now
SELECT edition_now();

-- name: forget_grids
-- Grids that were simplified are forgotten: the number rises, and whoever holds tiles is told.
WITH risen AS (
  INSERT INTO tile_state (name, value) VALUES ('grids', 1)
  ON CONFLICT (name) DO UPDATE SET value = tile_state.value + 1
  RETURNING value
)
SELECT value, pg_notify('gridgeo_tiles', '') FROM risen;

-- name: put
-- Keep tiles; of objects only those made after the last change.
INSERT INTO tile_kept (collection, edition_id, zoom, x, y, body) VALUES %s ON CONFLICT DO NOTHING;

-- name: forget
-- Forget what is kept of a collection, and of an edition where one is given.
DELETE FROM tile_kept
 WHERE collection = %(collection)s AND (%(edition_id)s::bigint IS NULL OR edition_id = %(edition_id)s::bigint);

-- name: forget_ended
-- Grids of editions that ended, whom few ask for.
DELETE FROM tile_kept AS k USING edition AS e WHERE k.collection = 'grids' AND e.edition_id = k.edition_id AND upper(e.valid) <= now();

-- name: status
-- What is kept, by collection, edition and zoom: tiles and bytes.
SELECT collection, edition_id, zoom, count(*), sum(length(body))
  FROM tile_kept
 GROUP BY collection, edition_id, zoom
 ORDER BY collection, edition_id, zoom;
