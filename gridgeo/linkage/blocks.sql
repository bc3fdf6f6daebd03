-- name: within
-- The lowest units an area holds, and those it cuts. What is within the tolerance counts neither as held nor as cut: boundaries are
-- drawn by hand or rounded.
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
SELECT unit_id, ref, held_m2 >= area_m2 - %(tolerance_m2)s AS whole
  FROM met
 WHERE held_m2 > %(tolerance_m2)s
 ORDER BY ref COLLATE "C";

-- name: unit_of_building
-- The lowest unit a building lies in.
SELECT g.unit_id
  FROM building_grid AS g
 WHERE g.zone = left(%(building_code)s, 12)
   AND g.building_code = %(building_code)s
   AND g.edition_id = %(edition_id)s;

-- name: uses
SELECT building_use, name_zh, name_en FROM building_use ORDER BY building_use;

-- name: statuses
SELECT status, name_zh, name_en FROM address_status ORDER BY status;

-- name: roles
SELECT kind, role, name_zh, name_en FROM linkage.role ORDER BY kind, role;
