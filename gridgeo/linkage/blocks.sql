-- name: near
-- The lowest units near an area: those whose box meets its box.
SELECT v.unit_id, coalesce(v.code, 'u' || v.unit_id) AS ref, ST_AsBinary(v.geom)
  FROM grid_unit_version AS v
 WHERE v.edition_id = %(edition_id)s
   AND v.leaf
   AND v.geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
 ORDER BY coalesce(v.code, 'u' || v.unit_id) COLLATE "C";

-- name: unit_of_building
-- The lowest unit a building lies in.
SELECT g.unit_id
  FROM building_grid AS g
 WHERE g.zone = left(%(building_code)s, 12)
   AND g.building_code = %(building_code)s
   AND g.edition_id = %(edition_id)s;

-- name: statuses
SELECT status, name_zh, name_en FROM address_status ORDER BY status;
