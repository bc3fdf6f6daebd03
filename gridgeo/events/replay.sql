-- name: drop
DROP TABLE IF EXISTS past_step, past_task, past_event;

-- name: make_steps
CREATE TEMPORARY TABLE past_step (
  event_id bigint, step_no integer, action text, stage text, actor text, department_code text, at timestamptz, reason text, given jsonb
) ON COMMIT DROP;

-- name: make_tasks
CREATE TEMPORARY TABLE past_task (
  event_id bigint, task_no smallint, part text, department_code text, stage text, sent_at timestamptz, answered_at timestamptz,
  done_at timestamptz
) ON COMMIT DROP;

-- name: make_events
CREATE TEMPORARY TABLE past_event (event_id bigint, made jsonb) ON COMMIT DROP;

-- name: analyze
ANALYZE past_step, past_task, past_event;

-- name: add_steps
INSERT INTO event_step (event_id, step_no, action, stage, actor, department_code, at, reason, given)
SELECT event_id, step_no, action, stage, actor, department_code, at, reason, given FROM past_step ORDER BY event_id, step_no;

-- name: add_tasks
INSERT INTO event_task (event_id, task_no, part, department_code, stage, sent_at, answered_at, done_at)
SELECT event_id, task_no, part, department_code, stage, sent_at, answered_at, done_at FROM past_task ORDER BY event_id, task_no
ON CONFLICT (event_id, task_no) DO UPDATE SET stage = excluded.stage, answered_at = excluded.answered_at, done_at = excluded.done_at;

-- name: change
-- What the steps say and no more.
UPDATE event AS e
   SET (stage, version, department_code, merged_into, filed_at, dispatched_at, responded_at, handled_at, verified_at, closed_at, due_at,
        stage_due_at, bounces, stars)
     = (SELECT r.stage, r.version, r.department_code, r.merged_into, r.filed_at, r.dispatched_at, r.responded_at, r.handled_at,
               r.verified_at, r.closed_at, r.due_at, r.stage_due_at, r.bounces, r.stars
          FROM jsonb_populate_record(e, p.made) AS r)
  FROM past_event AS p
 WHERE p.event_id = e.event_id;

-- name: drop_due
DROP TABLE IF EXISTS past_clock, past_due;

-- name: make_due
CREATE TEMPORARY TABLE past_clock (event_id bigint, stage text, begun_at timestamptz, since timestamptz) ON COMMIT DROP;
CREATE TEMPORARY TABLE past_due (
  event_id bigint, class_id integer, grade smallint, stage text, begun_at timestamptz, since timestamptz, due_at timestamptz,
  stage_due_at timestamptz
) ON COMMIT DROP;

-- name: fill_due
INSERT INTO past_due (event_id, class_id, grade, stage, begun_at, since)
SELECT e.event_id, e.class_id, e.grade, c.stage, c.begun_at, c.since
  FROM past_clock AS c
  JOIN event AS e ON e.event_id = c.event_id;

-- name: dues
SELECT event_id, due_at, stage_due_at FROM past_due;
