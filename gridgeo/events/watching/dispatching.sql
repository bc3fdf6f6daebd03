-- name: filed
-- What was filed and is to be sent on, the gravest first; what another worker is just sending on, or nobody was known for a while ago, is
-- passed by.
SELECT e.event_id, e.class_id, e.grade, coalesce(v.code, ''), e.department_code, e.due_at, e.stage_due_at
  FROM event AS e
  LEFT JOIN event_grid AS g ON g.event_id = e.event_id AND g.edition_id = edition_now()
  LEFT JOIN grid_unit_version AS v ON v.edition_id = g.edition_id AND v.unit_id = g.unit_id
 WHERE e.stage = 'filed' AND e.paused_at IS NULL AND e.class_id IS NOT NULL
   AND NOT EXISTS (
     SELECT FROM event_notice AS n
      WHERE n.event_id = e.event_id AND n.kind = 'unrouted' AND n.due_at = e.filed_at AND n.found_at > clock_timestamp() - %(again)s::interval)
 ORDER BY e.grade, e.filed_at, e.event_id
 LIMIT %(most)s
   FOR UPDATE OF e SKIP LOCKED;

-- name: moment
SELECT clock_timestamp();

-- name: send
UPDATE event AS e
   SET stage = 'dispatched', dispatched_at = %(at)s, department_code = n.department_code, stage_due_at = n.stage_due_at, version = e.version + 1
  FROM unnest(%(events)s::bigint[], %(departments)s::text[], %(dues)s::timestamptz[]) AS n (event_id, department_code, stage_due_at)
 WHERE n.event_id = e.event_id;

-- name: record
-- The step of each, as acting records it.
INSERT INTO event_step (event_id, step_no, action, stage, actor, at, given)
SELECT e.event_id, e.version, 'dispatch', 'dispatched', %(actor)s, %(at)s, n.given::jsonb
  FROM unnest(%(events)s::bigint[], %(given)s::text[]) AS n (event_id, given)
  JOIN event AS e ON e.event_id = n.event_id;

-- name: tell
SELECT pg_notify('gridgeo_events', '');

-- name: unrouted
INSERT INTO event_notice (event_id, kind, due_at)
SELECT e.event_id, 'unrouted', e.filed_at FROM event AS e WHERE e.event_id = ANY (%(events)s::bigint[])
ON CONFLICT (event_id, kind, due_at, task_no) DO UPDATE SET found_at = excluded.found_at;

-- name: routed
-- That nobody is known for it does not hold any more.
DELETE FROM event_notice WHERE event_id = ANY (%(events)s::bigint[]) AND kind = 'unrouted';
