-- name: of_unit
-- Who is in charge of a unit on a day (today when null): heads first.
SELECT w.unit_key, w.role, w.name, w.phone, w.valid_from, w.valid_to, w.source
  FROM grid_worker AS w
 WHERE w.scheme = %(scheme)s AND w.unit_key = %(unit_key)s
   AND w.valid_from <= coalesce(%(day)s, gridgeo.today())
   AND coalesce(w.valid_to > coalesce(%(day)s, gridgeo.today()), true)
 ORDER BY w.role, w.valid_from, w.name;

-- name: manned
-- Which of some units somebody is in charge of on a day.
SELECT DISTINCT w.unit_key
  FROM grid_worker AS w
 WHERE w.scheme = %(scheme)s AND w.unit_key = ANY(%(keys)s)
   AND w.valid_from <= coalesce(%(day)s, gridgeo.today())
   AND coalesce(w.valid_to > coalesce(%(day)s, gridgeo.today()), true);

-- name: vacant
-- Of the editions valid now, by scheme and level: how many units there are, and of how many nobody is in charge today. Levels for
-- which nobody was ever named are left out.
WITH named AS (
  SELECT w.scheme, w.unit_key, bool_or(w.valid_from <= gridgeo.today() AND coalesce(w.valid_to > gridgeo.today(), true)) AS manned
    FROM grid_worker AS w
   GROUP BY w.scheme, w.unit_key
)
SELECT e.scheme, v.level, l.name_zh, l.name_en, count(*), count(*) FILTER (WHERE n.manned IS NOT TRUE)
  FROM edition AS e
  JOIN grid_unit_version AS v ON v.edition_id = e.edition_id
  JOIN level AS l ON l.scheme = e.scheme AND l.level = v.level
  LEFT JOIN named AS n ON n.scheme = e.scheme AND n.unit_key = coalesce(v.code, v.level || ':' || v.name_zh)
 WHERE e.valid @> now()
 GROUP BY e.scheme, v.level, l.rank, l.name_zh, l.name_en
HAVING count(n.unit_key) > 0
 ORDER BY e.scheme, l.rank;

-- name: may_see
-- Whether a unit lies in the caller's area with everything below it.
SELECT gridgeo.area_is_whole() OR %(scheme)s = 'governance' AND %(unit_key)s IN (SELECT gridgeo.area_keys());

-- name: drop_staged
DROP TABLE IF EXISTS staged_worker;

-- name: make_staged
CREATE TEMP TABLE staged_worker (
  unit_key text, role text, name text, phone text, valid_from date, valid_to date, source text
) ON COMMIT DROP;

-- name: date_staged
-- Who has no first day is who is in charge already, or begins on a day (today when null).
UPDATE staged_worker AS s
   SET valid_from = coalesce((
         SELECT max(w.valid_from) FROM grid_worker AS w
          WHERE w.scheme = %(scheme)s AND w.unit_key = s.unit_key AND w.role = s.role AND w.name = s.name AND w.valid_to IS NULL
       ), %(since)s, gridgeo.today())
 WHERE s.valid_from IS NULL;

-- name: compare
-- How many are new, how many differ from what is stored, and how many there are; who is not named and in charge all the same.
SELECT count(*) FILTER (WHERE w.name IS NULL),
       count(*) FILTER (WHERE w.name IS NOT NULL AND (
         w.valid_to IS DISTINCT FROM s.valid_to OR %(phones)s AND w.phone IS DISTINCT FROM s.phone)),
       count(*),
       (SELECT count(*) FROM grid_worker AS o
         WHERE %(whole)s AND o.scheme = %(scheme)s AND o.valid_to IS NULL AND o.valid_from < coalesce(%(since)s, gridgeo.today())
           AND NOT EXISTS (SELECT FROM staged_worker AS n WHERE n.unit_key = o.unit_key AND n.role = o.role AND n.name = o.name))
  FROM staged_worker AS s
  LEFT JOIN grid_worker AS w
    ON w.scheme = %(scheme)s AND w.unit_key = s.unit_key AND w.role = s.role AND w.name = s.name AND w.valid_from = s.valid_from;

-- name: end_others
-- A list of everybody ends the duty of whom it does not name.
UPDATE grid_worker AS o
   SET valid_to = coalesce(%(since)s, gridgeo.today()), recorded_at = now()
 WHERE o.scheme = %(scheme)s AND o.valid_to IS NULL AND o.valid_from < coalesce(%(since)s, gridgeo.today())
   AND NOT EXISTS (SELECT FROM staged_worker AS n WHERE n.unit_key = o.unit_key AND n.role = o.role AND n.name = o.name);

-- name: put
INSERT INTO grid_worker AS w (scheme, unit_key, role, name, phone, valid_from, valid_to, source)
SELECT DISTINCT ON (s.unit_key, s.role, s.name, s.valid_from)
       %(scheme)s, s.unit_key, s.role, s.name, s.phone, s.valid_from, s.valid_to, coalesce(s.source, '')
  FROM staged_worker AS s
 ORDER BY s.unit_key, s.role, s.name, s.valid_from, s.valid_to
    ON CONFLICT (scheme, unit_key, role, name, valid_from) DO UPDATE
   SET phone = CASE WHEN %(phones)s THEN excluded.phone ELSE w.phone END,
       valid_to = excluded.valid_to, source = excluded.source, recorded_at = now()
 WHERE w.valid_to IS DISTINCT FROM excluded.valid_to OR %(phones)s AND w.phone IS DISTINCT FROM excluded.phone;

-- name: crowded
-- Units with more than one head on a day.
SELECT s.unit_key
  FROM (SELECT n.unit_key, n.name, n.valid_from, n.valid_to FROM staged_worker AS n WHERE n.role = 'head'
        UNION
        SELECT w.unit_key, w.name, w.valid_from, w.valid_to FROM grid_worker AS w
         WHERE NOT %(whole)s AND w.scheme = %(scheme)s AND w.role = 'head'
           AND NOT EXISTS (SELECT FROM staged_worker AS n
                            WHERE n.unit_key = w.unit_key AND n.role = w.role AND n.name = w.name AND n.valid_from = w.valid_from)) AS s
 WHERE s.valid_from <= coalesce(%(since)s, gridgeo.today()) AND coalesce(s.valid_to > coalesce(%(since)s, gridgeo.today()), true)
 GROUP BY s.unit_key
HAVING count(DISTINCT s.name) > 1
 ORDER BY s.unit_key COLLATE "C";
