-- name: tile
-- Buildings that stand, as far as the caller sees them: the footprint where it is known, else the point.
WITH found AS MATERIALIZED (
  SELECT b.building_code AS code, b.building_use AS use, b.status, b.floors, ST_Transform(coalesce(b.footprint, b.point), 3857) AS shape
    FROM building AS b
    JOIN address_status AS s ON s.status = b.status AND s.live
   WHERE (b.footprint && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
          OR b.footprint IS NULL AND b.point && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490))
     AND coalesce(b.valid_to > current_date, true)
), q AS MATERIALIZED (
  SELECT code, use, status, floors, ST_AsMVTGeom(shape, ST_TileEnvelope(%(z)s, %(column)s, %(row)s), 4096, 64) AS geom
    FROM found
   ORDER BY code
)
SELECT coalesce(ST_AsMVT(q, 'buildings', 4096, 'geom'), ''::bytea) FROM q WHERE geom IS NOT NULL;
