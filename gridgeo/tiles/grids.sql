-- name: lock
-- One simplifies an edition at a time; whoever waited finds it done.
SELECT pg_advisory_xact_lock(hashtext('gridgeo.tile_grid'), %(edition_id)s::integer);

-- name: levels
-- The levels of a simplified edition from the top, and from which zoom on each is drawn.
SELECT level, zoom_from FROM tile_level WHERE edition_id = %(edition_id)s ORDER BY rank;

-- name: add_level
INSERT INTO tile_level (edition_id, level, rank, zoom_from) VALUES (%(edition_id)s, %(level)s, %(rank)s, %(zoom_from)s);

-- name: forget_levels
DELETE FROM tile_level WHERE edition_id = %(edition_id)s;

-- name: forget
DELETE FROM tile_grid WHERE edition_id = %(edition_id)s;

-- name: tile
-- What is kept of a tile where that is asked for; else its layers, one a level. Shapes are of the zoom itself or, beyond the deepest, of
-- that one drawn larger. They are cut and moved and no more: ST_AsMVTGeom would simplify each area for itself.
WITH kept AS MATERIALIZED (
  SELECT k.body
    FROM tile_kept AS k
   WHERE %(kept)s::boolean AND k.collection = 'grids' AND k.edition_id = %(edition_id)s::bigint
     AND k.zoom = %(z)s::smallint AND k.x = %(column)s::integer AND k.y = %(row)s::integer
), cut AS MATERIALIZED (
  SELECT g.level, g.unit_id AS id, g.code, g.name, g.parent,
         CASE WHEN g.shape @ b.box THEN g.shape ELSE ST_ClipByBox2D(g.shape, b.box) END AS shape
    FROM tile_grid AS g, (SELECT ST_MakeEnvelope(%(west)s, %(north)s, %(east)s, %(south)s) AS box) AS b
   WHERE g.edition_id = %(edition_id)s::bigint AND g.zoom = %(zoom)s::smallint AND g.level = ANY (%(levels)s::text[]) AND g.shape && b.box
), placed AS MATERIALIZED (
  SELECT level, id, code, name, parent,
         ST_ForcePolygonCCW(ST_SnapToGrid(ST_Affine(
           shape, %(scale)s::float8, 0, 0, %(scale)s::float8, -%(x)s::float8 * %(scale)s::float8, -%(y)s::float8 * %(scale)s::float8), 1)) AS geom
    FROM cut
   WHERE ST_Dimension(shape) = 2 AND NOT ST_IsEmpty(shape)
   ORDER BY id
)
SELECT (SELECT body FROM kept), CASE WHEN NOT EXISTS (SELECT FROM kept) THEN (
  SELECT coalesce(string_agg(layer.mvt, ''::bytea ORDER BY asked.place), ''::bytea)
    FROM unnest(%(levels)s::text[], %(layers)s::text[]) WITH ORDINALITY AS asked (level, layer, place)
   CROSS JOIN LATERAL (
      SELECT ST_AsMVT(q, asked.layer, 4096, 'geom', 'id') AS mvt
        FROM (SELECT id, code, name, parent, geom FROM placed WHERE level = asked.level OFFSET 0) AS q
   ) AS layer
) END;
