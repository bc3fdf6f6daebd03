-- name: of_source
-- What one source of links says of each house: how many codes of a kind, in a role where one is given.
SELECT l.place, count(DISTINCT l.token)
  FROM linkage.link AS l
 WHERE l.kind = %(kind)s
   AND l.source = %(source)s
   AND l.role = coalesce(%(role)s, l.role)
   AND l.valid @> %(as_of)s::date
   AND upper_inf(l.recorded)
   AND right(l.place, 1) <> '*'
 GROUP BY l.place;

-- name: drop_compared
DROP TABLE IF EXISTS compared;

-- name: make_compared
CREATE TEMPORARY TABLE compared (zone text, house_code text, a bigint, b bigint, building_code text) ON COMMIT DROP;

-- name: copy_compared
COPY compared (zone, house_code, a, b) FROM STDIN;

-- name: place_compared
-- The building each house is in today.
UPDATE compared AS c
   SET building_code = h.building_code
  FROM house AS h
 WHERE h.zone = c.zone
   AND h.house_code = c.house_code;

-- name: differences
-- By lowest unit: what each source counts, houses that only one of them has, and houses of which they say different numbers.
SELECT g.unit_id, coalesce(sum(c.a), 0)::bigint, coalesce(sum(c.b), 0)::bigint,
       count(*) FILTER (WHERE c.b IS NULL), count(*) FILTER (WHERE c.a IS NULL), count(*) FILTER (WHERE c.a <> c.b)
  FROM compared AS c
  JOIN building_grid AS g ON g.zone = left(c.building_code, 12) AND g.building_code = c.building_code
 WHERE g.edition_id = %(edition_id)s
   AND g.unit_id IS NOT NULL
 GROUP BY g.unit_id;

-- name: unplaced
-- Houses of each source that are not in the base, or lie in no unit.
SELECT count(c.a), count(c.b)
  FROM compared AS c
  LEFT JOIN building_grid AS g
    ON g.zone = left(c.building_code, 12) AND g.building_code = c.building_code AND g.edition_id = %(edition_id)s
 WHERE g.unit_id IS NULL;
