-- name: sees_whole
-- Whether the caller sees the whole city: then the spatial index may be used before anything is asked of a row.
SELECT area_is_whole() OR pg_has_role(current_user, 'gridgeo_city', 'USAGE');

-- name: units_near
-- The caller's units a tile meets, or nearly: an outline may reach over the border of its unit.
SELECT v.unit_id
  FROM grid_unit_version AS v
 WHERE v.edition_id = edition_now() AND v.unit_id = ANY ((SELECT area_units())::bigint[])
   AND v.geom && ST_MakeEnvelope(%(west)s - 0.002, %(south)s - 0.002, %(east)s + 0.002, %(north)s + 0.002, 4490);

-- name: tile
-- Buildings that stand: the footprint where it is known, else the point.
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

-- name: tile_of_units
-- The same of the buildings of some units, as far as the caller sees them. Row-level security lets && use no index before it was
-- asked: so they are found by their units, and looked at one by one.
WITH near AS MATERIALIZED (
  SELECT g.zone, g.building_code
    FROM building_grid AS g
   WHERE g.edition_id = (SELECT edition_now()) AND g.unit_id = ANY (%(units)s::bigint[])
), found AS MATERIALIZED (
  SELECT b.building_code AS code, b.building_use AS use, b.status, b.floors, ST_Transform(coalesce(b.footprint, b.point), 3857) AS shape
    FROM near AS n
    JOIN building AS b ON b.zone = n.zone AND b.building_code = n.building_code
    JOIN address_status AS s ON s.status = b.status AND s.live
   WHERE coalesce(b.footprint, b.point) && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
     AND coalesce(b.valid_to > current_date, true)
), q AS MATERIALIZED (
  SELECT code, use, status, floors, ST_AsMVTGeom(shape, ST_TileEnvelope(%(z)s, %(column)s, %(row)s), 4096, 64) AS geom
    FROM found
   ORDER BY code
)
SELECT coalesce(ST_AsMVT(q, 'buildings', 4096, 'geom'), ''::bytea) FROM q WHERE geom IS NOT NULL;
