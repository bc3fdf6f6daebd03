-- name: area
-- What the transaction may see: everything, or these lowest units.
SELECT gridgeo.area_is_whole(), gridgeo.area_units();

-- name: edition_now
-- The edition of a scheme that is valid now, and the kind of scheme.
SELECT e.edition_id, s.kind
  FROM edition AS e
  JOIN scheme AS s USING (scheme)
 WHERE e.scheme = %(scheme)s
   AND e.valid @> now();

-- name: chain
-- A unit by its code or its id, and the units above it, the uppermost first.
WITH RECURSIVE up AS (
  SELECT v.unit_id, v.level, v.code, v.name_zh, v.name_en, v.parent_id, 0 AS steps
    FROM grid_unit_version AS v
   WHERE v.edition_id = %(edition_id)s
     AND (v.code = %(code)s OR v.unit_id = %(unit_id)s)
  UNION ALL
  SELECT p.unit_id, p.level, p.code, p.name_zh, p.name_en, p.parent_id, up.steps + 1
    FROM up
    JOIN grid_unit_version AS p ON p.edition_id = %(edition_id)s AND p.unit_id = up.parent_id
)
SELECT unit_id, level, code, name_zh, name_en FROM up ORDER BY steps DESC;

-- name: units_of_level
SELECT unit_id, level, code, name_zh, name_en
  FROM grid_unit_version
 WHERE edition_id = %(edition_id)s
   AND level = %(level)s
 ORDER BY code COLLATE "C" NULLS LAST, unit_id;

-- name: below
-- The lowest units below each unit of a level; below one unit only, where one is given; itself when it is one of the lowest.
WITH RECURSIVE down AS (
  SELECT v.unit_id AS top_id, v.unit_id, v.leaf
    FROM grid_unit_version AS v
   WHERE v.edition_id = %(edition_id)s
     AND (v.unit_id = %(unit_id)s OR (%(unit_id)s::bigint IS NULL AND v.level = %(level)s))
  UNION ALL
  SELECT down.top_id, v.unit_id, v.leaf
    FROM down
    JOIN grid_unit_version AS v ON v.edition_id = %(edition_id)s AND v.parent_id = down.unit_id
)
SELECT top_id, unit_id FROM down WHERE leaf ORDER BY top_id, unit_id;

-- name: members
-- The micro-grids a unit of a composed scheme is made of.
SELECT member_id FROM grid_unit_member WHERE edition_id = %(edition_id)s AND unit_id = %(unit_id)s ORDER BY member_id;
