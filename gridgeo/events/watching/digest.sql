-- What a day was like, by grid.

-- name: lowest
-- The units of a level, within one or anywhere, and the lowest units each consists of.
WITH RECURSIVE inside AS (
  SELECT v.unit_id, v.level, v.leaf FROM grid_unit_version AS v
   WHERE v.edition_id = edition_now() AND (v.code = %(unit)s OR (%(unit)s::text IS NULL AND v.parent_id IS NULL))
   UNION ALL
  SELECT v.unit_id, v.level, v.leaf FROM inside AS i JOIN grid_unit_version AS v ON v.edition_id = edition_now() AND v.parent_id = i.unit_id
), shown AS (
  SELECT i.unit_id AS shown_id, i.unit_id, i.leaf FROM inside AS i WHERE i.level = %(level)s
   UNION ALL
  SELECT s.shown_id, v.unit_id, v.leaf FROM shown AS s JOIN grid_unit_version AS v ON v.edition_id = edition_now() AND v.parent_id = s.unit_id
)
SELECT v.unit_id, coalesce(v.code, ''), v.name_zh, array_agg(s.unit_id)
  FROM shown AS s
  JOIN grid_unit_version AS v ON v.edition_id = edition_now() AND v.unit_id = s.shown_id
 WHERE s.leaf
 GROUP BY v.unit_id, v.code, v.name_zh
 ORDER BY v.code, v.unit_id;

-- name: counted
-- Of the lowest units: what came in, was filed and closed in a time, and what is open, overdue and due soon now.
SELECT c.unit_id, count(*) FILTER (WHERE c.what = 'reported'), count(*) FILTER (WHERE c.what = 'filed'), count(*) FILTER (WHERE c.what = 'closed'),
       count(*) FILTER (WHERE c.what = 'open'), count(*) FILTER (WHERE c.state = 'overdue'), count(*) FILTER (WHERE c.state = 'due-soon')
  FROM (
    SELECT 'reported' AS what, f.unit_id, NULL AS state, f.public FROM event_fact AS f
     WHERE f.edition_id = edition_now() AND f.reported_at >= %(since)s AND f.reported_at < %(until)s
     UNION ALL
    SELECT 'filed', f.unit_id, NULL, f.public FROM event_fact AS f
     WHERE f.edition_id = edition_now() AND f.filed_at >= %(since)s AND f.filed_at < %(until)s
     UNION ALL
    SELECT 'closed', f.unit_id, NULL, f.public FROM event_fact AS f
     WHERE f.edition_id = edition_now() AND f.closed_at >= %(since)s AND f.closed_at < %(until)s
     UNION ALL
    SELECT 'open', f.unit_id, event_state(true, f.due_at, coalesce(f.filed_at, f.reported_at), %(now)s::timestamptz, %(soon)s::float8), f.public
      FROM event_fact AS f WHERE f.edition_id = edition_now() AND f.open
  ) AS c
 WHERE NOT %(public)s::boolean OR c.public
 GROUP BY c.unit_id;

-- name: late
-- The open ones that are overdue, of some units, and where `own` is asked for those about which the caller's department has something to
-- do, wherever they lie; the gravest first, then the longest.
SELECT e.event_code, e.grade, coalesce(c.path, ''), e.stage, e.department_code, d.name_zh, e.due_at, e.bounces
  FROM event AS e
  LEFT JOIN event_grid AS g ON g.event_id = e.event_id AND g.edition_id = edition_now()
  LEFT JOIN event_class AS c ON c.class_id = e.class_id
  LEFT JOIN department AS d ON d.department_code = e.department_code
 WHERE e.stage NOT IN ('rejected', 'closed', 'merged') AND e.paused_at IS NULL AND e.due_at < %(now)s
   AND (g.unit_id = ANY (%(units)s::bigint[]) OR %(own)s::boolean AND is_of_department(e.event_id)) AND (NOT %(public)s::boolean OR c.public)
 ORDER BY e.grade, e.due_at, e.event_id
 LIMIT %(most)s;
