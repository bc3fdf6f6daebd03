-- Events stored with all that was done to them.

-- name: numbers
SELECT nextval(pg_get_serial_sequence('gridgeo.event', 'event_id')) FROM generate_series(1, %(count)s);

-- name: drop
DROP TABLE IF EXISTS whole_event, whole_grid, whole_step, whole_task;

-- name: make_events
CREATE TEMPORARY TABLE whole_event (
  event_id bigint, event_code text, kind text, class_id integer, grade smallint, channel text, told text, located text, address text,
  place text, lon float8, lat float8, happened_at timestamptz, reported_at timestamptz, source text, original text, actor text, stage text,
  version integer, department_code text, merged_into bigint, filed_at timestamptz, dispatched_at timestamptz, responded_at timestamptz,
  handled_at timestamptz, verified_at timestamptz, closed_at timestamptz, due_at timestamptz, stage_due_at timestamptz, bounces smallint,
  stars smallint
) ON COMMIT DROP;

-- name: make_grids
CREATE TEMPORARY TABLE whole_grid (event_id bigint, edition_id bigint, unit_id bigint, outcome text) ON COMMIT DROP;

-- name: make_steps
CREATE TEMPORARY TABLE whole_step (
  event_id bigint, step_no integer, action text, stage text, actor text, department_code text, at timestamptz, reason text, given jsonb
) ON COMMIT DROP;

-- name: make_tasks
CREATE TEMPORARY TABLE whole_task (
  event_id bigint, task_no smallint, part text, department_code text, stage text, sent_at timestamptz, answered_at timestamptz,
  done_at timestamptz
) ON COMMIT DROP;

-- name: add_events
INSERT INTO event (event_id, event_code, kind, class_id, grade, stage, channel, told, located, address, place, point, department_code,
                   merged_into, happened_at, reported_at, filed_at, dispatched_at, responded_at, handled_at, verified_at, closed_at, due_at,
                   stage_due_at, bounces, stars, version)
OVERRIDING SYSTEM VALUE
SELECT event_id, event_code, kind, class_id, grade, stage, channel, told, located, address, place, ST_SetSRID(ST_MakePoint(lon, lat), 4490),
       department_code, merged_into, happened_at, reported_at, filed_at, dispatched_at, responded_at, handled_at, verified_at, closed_at,
       due_at, stage_due_at, bounces, stars, version
  FROM whole_event;

-- name: add_reports
INSERT INTO event_report (event_id, report_no, channel, source, original, told, actor, reported_at)
SELECT event_id, 1, channel, source, original, told, actor, reported_at FROM whole_event;

-- name: add_grids
INSERT INTO event_grid (event_id, edition_id, unit_id, outcome) SELECT event_id, edition_id, unit_id, outcome FROM whole_grid;

-- name: add_steps
INSERT INTO event_step (event_id, step_no, action, stage, actor, department_code, at, reason, given)
SELECT event_id, step_no, action, stage, actor, department_code, at, reason, given FROM whole_step;

-- name: add_tasks
INSERT INTO event_task (event_id, task_no, part, department_code, stage, sent_at, answered_at, done_at)
SELECT event_id, task_no, part, department_code, stage, sent_at, answered_at, done_at FROM whole_task;
