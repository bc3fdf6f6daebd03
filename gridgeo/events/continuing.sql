-- What was loaded before of another system's events, to see what is new.

-- name: lock
SELECT e.event_id FROM event AS e WHERE e.event_id = ANY (%(events)s::bigint[]) ORDER BY e.event_id FOR UPDATE;

-- name: states
SELECT e.event_id, e.reported_at, e.class_id, e.grade, e.due_at, e.stage, e.version, e.department_code, e.merged_into, e.filed_at,
       e.dispatched_at, e.responded_at, e.handled_at, e.verified_at, e.closed_at, e.bounces, e.stars
  FROM unnest(%(events)s::bigint[]) AS g (event_id)
  JOIN event AS e ON e.event_id = g.event_id;

-- name: steps
-- What was done to events after they were reported, and by whom.
SELECT s.event_id, s.actor, s.action, s.stage, s.at, s.department_code, s.reason, s.given
  FROM unnest(%(events)s::bigint[]) AS g (event_id)
  JOIN event_step AS s ON s.event_id = g.event_id
 WHERE s.step_no > 1
 ORDER BY s.event_id, s.step_no;

-- name: tasks
SELECT t.event_id, t.part, t.department_code
  FROM unnest(%(events)s::bigint[]) AS g (event_id)
  JOIN event_task AS t ON t.event_id = g.event_id
 ORDER BY t.event_id, t.task_no;
