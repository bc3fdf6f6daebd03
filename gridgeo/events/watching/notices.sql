-- What is due soon, overdue, and passed up. A row of event_notice is the effect: it is there once, whoever finds it.

-- name: alone
-- One worker looks at a time; when it is killed, another may.
SELECT pg_try_advisory_xact_lock(hashtext('gridgeo event notices'));

-- name: find
-- Open events whose clock runs: of the whole, counted from the filing; of the stage, from when it was come to, unless it ends with the whole; and of what departments are
-- to do by another time than that, from when they were told.
INSERT INTO event_notice (event_id, kind, due_at, task_no, department_code)
SELECT d.event_id, f.kind, d.due_at, d.task_no, d.department_code
  FROM (
    SELECT e.event_id, '' AS of, 0 AS task_no, e.department_code, e.due_at, e.due_at - coalesce(e.filed_at, e.reported_at) AS given
      FROM event AS e
     WHERE e.stage NOT IN ('rejected', 'closed', 'merged') AND e.paused_at IS NULL AND e.due_at <= %(now)s::timestamptz + %(ahead)s::interval
     UNION ALL
    SELECT e.event_id, 'stage-', 0, e.department_code, e.stage_due_at,
           e.stage_due_at - CASE e.stage WHEN 'reported' THEN e.reported_at WHEN 'filed' THEN e.filed_at WHEN 'dispatched' THEN e.dispatched_at
                                         WHEN 'handled' THEN e.handled_at WHEN 'verified' THEN e.verified_at ELSE e.stage_due_at END
      FROM event AS e
     WHERE e.stage NOT IN ('rejected', 'closed', 'merged') AND e.paused_at IS NULL
       AND e.stage_due_at <= %(now)s::timestamptz + %(ahead)s::interval AND e.stage_due_at IS DISTINCT FROM e.due_at
     UNION ALL
    SELECT t.event_id, 'task-', t.task_no, t.department_code, t.due_at, t.due_at - t.sent_at
      FROM event_task AS t
      JOIN event AS e ON e.event_id = t.event_id
     WHERE t.stage IN ('open', 'accepted') AND t.due_at <= %(now)s::timestamptz + %(ahead)s::interval
       AND e.stage NOT IN ('rejected', 'closed', 'merged') AND e.paused_at IS NULL
       AND (t.due_at IS DISTINCT FROM e.stage_due_at OR t.department_code IS DISTINCT FROM e.department_code)
  ) AS d
  CROSS JOIN LATERAL (VALUES  -- from when `event_state` says so
    (d.of || 'due-soon', d.due_at - greatest(d.given, interval '0') * %(soon)s::float8),
    (d.of || 'overdue', d.due_at)
  ) AS f (kind, from_at)
 WHERE f.from_at <= %(now)s::timestamptz
   AND (f.kind NOT LIKE '%%due-soon' OR d.due_at > %(now)s::timestamptz)
   AND NOT EXISTS (
     SELECT FROM event_notice AS n WHERE n.event_id = d.event_id AND n.kind = f.kind AND n.due_at = d.due_at AND n.task_no = d.task_no)
 LIMIT %(most)s
ON CONFLICT DO NOTHING
RETURNING kind;

-- name: to_escalate
-- Overdue by another part of the time there was, and not passed up so far yet; who leads it, and who was told the time before.
SELECT e.event_id, e.due_at, r.rung, e.department_code, b.department_code
  FROM event AS e
  CROSS JOIN generate_series(1, %(rungs)s::integer) AS r (rung)
  LEFT JOIN event_notice AS b ON b.event_id = e.event_id AND b.kind = 'escalated-' || (r.rung - 1) AND b.due_at = e.due_at AND b.task_no = 0
 WHERE e.stage NOT IN ('rejected', 'closed', 'merged') AND e.paused_at IS NULL AND e.due_at < %(now)s
   AND e.due_at + r.rung * greatest((e.due_at - coalesce(e.filed_at, e.reported_at)) * %(part)s::float8, %(least)s::interval) <= %(now)s
   AND NOT EXISTS (
     SELECT FROM event_notice AS n WHERE n.event_id = e.event_id AND n.kind = 'escalated-' || r.rung AND n.due_at = e.due_at)
 ORDER BY e.event_id, r.rung
 LIMIT %(most)s;

-- name: note
INSERT INTO event_notice (event_id, kind, due_at, department_code)
SELECT n.event_id, n.kind, n.due_at, n.department_code
  FROM unnest(%(events)s::bigint[], %(kinds)s::text[], %(dues)s::timestamptz[], %(departments)s::text[])
    AS n (event_id, kind, due_at, department_code)
ON CONFLICT DO NOTHING;

-- name: listed
-- The latest first; a department's, or all.
SELECT n.event_id, e.event_code, n.kind, n.due_at, n.task_no, n.department_code, n.found_at
  FROM event_notice AS n
  JOIN event AS e ON e.event_id = n.event_id
 WHERE (%(department_code)s::text IS NULL OR n.department_code = %(department_code)s::text)
   AND (%(since)s::timestamptz IS NULL OR n.found_at >= %(since)s::timestamptz)
   AND (NOT %(holding)s OR (e.stage NOT IN ('rejected', 'closed', 'merged') AND (n.due_at IN (e.due_at, e.stage_due_at, e.filed_at) AND n.task_no = 0
           OR EXISTS (SELECT FROM event_task AS t WHERE t.event_id = n.event_id AND t.task_no = n.task_no AND t.due_at = n.due_at
                                                    AND t.stage IN ('open', 'accepted')))))
   AND (%(after_id)s::bigint IS NULL OR (n.found_at, n.event_id, n.kind, n.task_no)
         < (%(after_at)s::timestamptz, %(after_id)s::bigint, %(after_kind)s::text, %(after_no)s::smallint))
 ORDER BY n.found_at DESC, n.event_id DESC, n.kind DESC, n.task_no DESC
 LIMIT %(limit)s;
