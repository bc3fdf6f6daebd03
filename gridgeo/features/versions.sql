-- Versions of one feature, oldest first: from when to when it was so (NULL: no end), and from when to when that was believed. Of those of
-- whom it is not known what was believed when, since they were recorded. `recorded` (NULL: now) is the moment of what is believed.

-- name: of_grids
-- One for each edition that has the unit: an edition is a version of all its units.
SELECT lower(e.valid),
       CASE WHEN %(recorded)s::timestamptz IS NULL THEN upper(e.valid)
            ELSE (SELECT min(lower(n.valid))
                    FROM edition AS n
                   WHERE n.scheme = e.scheme AND n.valid >> e.valid AND n.activated_at <= %(recorded)s) END,
       e.activated_at, NULL::timestamptz
  FROM grid_unit_version AS v
  JOIN edition AS e ON e.edition_id = v.edition_id
 WHERE e.scheme = 'governance'
   AND v.scheme = 'governance'
   AND (v.code = %(id)s OR v.unit_id = %(number)s::bigint)
   AND (%(level)s::text IS NULL OR v.level = %(level)s)
   AND NOT isempty(e.valid)
   AND e.activated_at <= coalesce(%(recorded)s::timestamptz, 'infinity')
 ORDER BY lower(e.valid);

-- name: of_buildings
-- One for each main address it had. Of the days before the first, and between two, its first one is told.
WITH turn AS (
  SELECT b.valid_from AS day, b.valid_to, b.recorded_at
    FROM building AS b
   WHERE b.zone = left(%(id)s, 12) AND b.building_code = %(id)s
   UNION
  SELECT t.day, b.valid_to, b.recorded_at
    FROM building AS b
    JOIN building_address AS a ON a.zone = b.zone AND a.building_code = b.building_code AND a.main
   CROSS JOIN LATERAL (VALUES (a.valid_from), (a.valid_to)) AS t (day)
   WHERE b.zone = left(%(id)s, 12) AND b.building_code = %(id)s
     AND t.day > b.valid_from AND (b.valid_to IS NULL OR t.day < b.valid_to)
)
SELECT gridgeo.begins(day), gridgeo.begins(coalesce(lead(day) OVER (ORDER BY day), valid_to)), recorded_at, NULL::timestamptz
  FROM turn
 ORDER BY day;

-- name: of_houses
SELECT gridgeo.begins(valid_from), gridgeo.begins(valid_to), NULL::timestamptz, NULL::timestamptz
  FROM house
 WHERE zone = left(%(id)s, 12) AND house_code = %(id)s;

-- name: of_addresses
SELECT gridgeo.begins(valid_from), gridgeo.begins(valid_to), NULL::timestamptz, NULL::timestamptz
  FROM address_name
 WHERE zone = left(%(id)s, 12)
   AND code = split_part(%(id)s, '-', 1)
   AND code || '-' || kind || '-' || left(md5(name || (valid_from - DATE '2000-01-01')), 8) = %(id)s;

-- name: of_objects
SELECT gridgeo.begins(starts), gridgeo.begins(ends), lower(recorded), upper(recorded)
  FROM gridgeo.object_versions(%(number)s::bigint, %(recorded)s::timestamptz)
 ORDER BY starts;

-- name: of_events
-- One from when it was reported: what was done to it is its timeline, which has words of its own.
SELECT e.reported_at, NULL::timestamptz, e.recorded_at, NULL::timestamptz
  FROM event AS e
 WHERE e.event_id = %(number)s::bigint
   AND (NOT %(public)s::boolean OR e.class_id IN (SELECT k.class_id FROM event_class AS k WHERE k.public));
