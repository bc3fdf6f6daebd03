-- name: facts
-- What routing asks of events; without a moment each is as when it was filed.
SELECT e.event_id, c.path, e.kind, e.grade, e.channel, g.unit_id, coalesce(%(at)s::timestamptz, e.filed_at, e.reported_at)
  FROM event AS e
  LEFT JOIN event_class AS c ON c.class_id = e.class_id
  LEFT JOIN event_grid AS g ON g.event_id = e.event_id AND g.edition_id = gridgeo.edition_now()
 WHERE e.event_id = ANY(%(events)s)
 ORDER BY e.event_id;

-- name: chains
-- The keys of units and of those above them, the nearest first.
WITH RECURSIVE above AS (
  SELECT v.unit_id AS lowest, 0 AS step, v.parent_id, coalesce(v.code, v.level || ':' || v.name_zh) AS key
    FROM grid_unit_version AS v
   WHERE v.edition_id = gridgeo.edition_now() AND v.unit_id = ANY(%(units)s)
  UNION ALL
  SELECT a.lowest, a.step + 1, p.parent_id, coalesce(p.code, p.level || ':' || p.name_zh)
    FROM above AS a
    JOIN grid_unit_version AS p ON p.edition_id = gridgeo.edition_now() AND p.unit_id = a.parent_id
)
SELECT a.lowest, array_agg(a.key ORDER BY a.step) FROM above AS a GROUP BY a.lowest;

-- name: responsibilities
-- Rows of the matrix that name one of some paths, and one of some units.
SELECT r.responsibility_id, r.class_path, r.unit_key, r.part, r.department_code, r.criteria, r.valid_from, r.valid_to, r.source
  FROM responsibility AS r
 WHERE r.class_path = ANY(%(paths)s) AND r.unit_key = ANY(%(units)s)
 ORDER BY r.responsibility_id;

-- name: active
SELECT s.set_id FROM routing_set AS s WHERE s.state = 'active';

-- name: rules
SELECT r.rule_no, r.name, r.priority, r.kind, r.class_path, r.unit_key, r.grades, r.channels, r.hours_from, r.hours_to, r.during,
       r.lead, r.assist, r.valid_from, r.valid_to
  FROM routing_rule AS r
 WHERE r.set_id = %(set_id)s
 ORDER BY r.rule_no;

-- name: bounced_before
-- How often an event had been given back when it was reopened last; 0 for one that never was.
SELECT coalesce((
  SELECT (s.given->>'bounces')::integer
    FROM event_step AS s
   WHERE s.event_id = %(event_id)s AND s.given ? 'bounces'
     AND s.step_no < (SELECT max(r.step_no) FROM event_step AS r WHERE r.event_id = %(event_id)s AND r.action = 'reopen')
   ORDER BY s.step_no DESC
   LIMIT 1), 0);

-- name: returned_by
-- Who gave an event back since it was reopened last, in that order.
SELECT t.department_code
  FROM event_task AS t
 WHERE t.event_id = %(event_id)s AND t.stage IN ('returned', 'declined') AND t.department_code IS NOT NULL
   AND t.sent_at >= coalesce(
     (SELECT max(s.at) FROM event_step AS s WHERE s.event_id = t.event_id AND s.action = 'reopen'), '-infinity')
 ORDER BY t.task_no;
