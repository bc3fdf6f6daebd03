-- name: units
-- A point on each unit of today that is named by its code.
SELECT v.code, ST_X(p.point), ST_Y(p.point)
  FROM grid_unit_version AS v
  CROSS JOIN LATERAL (SELECT ST_PointOnSurface(v.geom) AS point) AS p
 WHERE v.edition_id = (SELECT gridgeo.edition_now()) AND v.code = ANY(%(codes)s::text[]) AND v.geom IS NOT NULL;

-- name: places
-- Where buildings and houses are, by their codes.
SELECT b.building_code, ST_X(b.point), ST_Y(b.point)
  FROM building AS b
 WHERE b.zone = ANY(%(zones)s::text[]) AND b.building_code = ANY(%(codes)s::text[])
 UNION ALL
SELECT h.house_code, ST_X(b.point), ST_Y(b.point)
  FROM house AS h
  JOIN building AS b ON b.zone = left(h.building_code, 12) AND b.building_code = h.building_code
 WHERE h.zone = ANY(%(zones)s::text[]) AND h.house_code = ANY(%(codes)s::text[]);
