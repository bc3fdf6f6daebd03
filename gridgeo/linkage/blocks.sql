-- name: within
-- The lowest units an area holds, and those it cuts, but for a small share of their area: boundaries are drawn by hand and rounded.
WITH area AS MATERIALIZED (
  SELECT ST_SetSRID(ST_GeomFromWKB(%(wkb)s), 4490) AS geom
), met AS MATERIALIZED (
  SELECT v.unit_id, coalesce(v.code, 'u' || v.unit_id) AS ref, v.area_m2,
         CASE WHEN ST_CoveredBy(v.geom, a.geom) THEN v.area_m2
              ELSE ST_Area(ST_Transform(ST_Intersection(v.geom, a.geom), 4547)) END AS held_m2
    FROM area AS a
    JOIN grid_unit_version AS v ON v.edition_id = %(edition_id)s AND v.leaf AND v.geom && a.geom
   WHERE ST_Intersects(v.geom, a.geom)
)
SELECT unit_id, ref, held_m2 >= area_m2 * (1 - %(tolerance)s) AS whole
  FROM met
 WHERE held_m2 > area_m2 * %(tolerance)s
 ORDER BY ref COLLATE "C";

-- name: unit_of_building
-- The lowest unit a building lies in.
SELECT g.unit_id
  FROM building_grid AS g
 WHERE g.zone = left(%(building_code)s, 12)
   AND g.building_code = %(building_code)s
   AND g.edition_id = %(edition_id)s;

-- name: statuses
SELECT status, name_zh, name_en FROM address_status ORDER BY status;
