-- name: extent_of_objects
-- West, south, east, north of all objects, also of those that lie in no unit.
SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e) FROM (SELECT ST_Extent(point) AS e FROM object) AS all_of_them;

-- name: extent_of_buildings
SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)
  FROM (SELECT ST_Extent(coalesce(footprint, point)) AS e FROM building) AS all_of_them;
