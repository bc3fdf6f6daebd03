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
-- Buildings that stand: the footprint where it is known, else the point. A tile is so small here that degrees lie evenly on it.
-- Both indexes are asked for the place: "no footprint" would be looked up in an index, too, among all that have none.
WITH found AS MATERIALIZED (
  SELECT b.building_code AS code, b.building_use AS use, b.status, b.floors, coalesce(b.footprint, b.point) AS shape
    FROM building AS b
   WHERE (b.footprint && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
          OR b.point && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490))
     AND coalesce(b.footprint, b.point) && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
     AND b.status = ANY (ARRAY(SELECT s.status FROM address_status AS s WHERE s.live))
     AND coalesce(b.valid_to > current_date, true)
), q AS MATERIALIZED (
  SELECT code, use, status, floors, ST_AsMVTGeom(shape, ST_MakeEnvelope(%(left)s, %(bottom)s, %(right)s, %(top)s, 4490), 4096, 64) AS geom
    FROM found
   ORDER BY code
)
SELECT coalesce(ST_AsMVT(q, 'buildings', 4096, 'geom'), ''::bytea) FROM q WHERE geom IS NOT NULL;

-- name: tile_of_units
-- The same of the buildings of some units, as far as the caller sees them.
WITH q AS MATERIALIZED (
  SELECT b.code, b.use, b.status, b.floors,
         ST_AsMVTGeom(b.shape, ST_MakeEnvelope(%(left)s, %(bottom)s, %(right)s, %(top)s, 4490), 4096, 64) AS geom
    FROM gridgeo.buildings_in(ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490), %(units)s::bigint[]) AS b
   ORDER BY b.code
)
SELECT coalesce(ST_AsMVT(q, 'buildings', 4096, 'geom'), ''::bytea) FROM q WHERE geom IS NOT NULL;
