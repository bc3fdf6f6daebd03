-- Letters to departments' systems. What is to be told follows from the tasks themselves: nothing that was committed is ever missing.

-- name: alone
SELECT pg_try_advisory_xact_lock(hashtext('gridgeo event letters'));

-- name: over
-- Tasks that are over, or were opened again: of those withdrawn who was told is told; who was not need not be.
WITH over AS (
  UPDATE event_letter AS l
     SET live = false, state = CASE WHEN l.state = 'waiting' AND l.tries = 0 AND r.held_until < now() THEN 'void' ELSE l.state END
    FROM event_task AS t, event_receiver AS r
   WHERE l.live AND t.event_id = l.event_id AND t.task_no = l.task_no AND t.stage NOT IN ('open', 'accepted')
     AND r.department_code = l.department_code
  RETURNING l.event_id, l.task_no, l.opened_at, l.kind, l.department_code, l.grade, l.state, t.stage
)
INSERT INTO event_letter (event_id, task_no, opened_at, kind, department_code, grade, live)
SELECT o.event_id, o.task_no, o.opened_at, 'withdrawn', o.department_code, o.grade, false
  FROM over AS o
 WHERE o.stage = 'withdrawn' AND o.kind = 'opened' AND o.state <> 'void'
ON CONFLICT DO NOTHING;

-- name: opened
-- Tasks that are to be done, each time they were opened, of departments that have a receiver; so many at a time.
WITH live AS MATERIALIZED (
  SELECT t.event_id, t.task_no, t.department_code,
         greatest(t.sent_at, (SELECT max(s.at) FROM event_step AS s
                               WHERE s.event_id = t.event_id AND s.action = 'rework' AND t.part <> 'whistle')) AS opened_at
    FROM event_receiver AS r
    JOIN event_task AS t ON t.department_code = r.department_code AND t.stage IN ('open', 'accepted')
)
INSERT INTO event_letter (event_id, task_no, opened_at, kind, department_code, grade)
SELECT v.event_id, v.task_no, v.opened_at, 'opened', v.department_code, e.grade
  FROM live AS v
  JOIN event AS e ON e.event_id = v.event_id
 WHERE NOT EXISTS (
   SELECT FROM event_letter AS l
    WHERE l.event_id = v.event_id AND l.task_no = v.task_no AND l.opened_at = v.opened_at AND l.kind = 'opened')
 LIMIT %(most)s
ON CONFLICT DO NOTHING;

-- name: next
-- The gravest that waits for a department, and what it says: the task as it is now.
SELECT l.event_id, l.task_no, l.opened_at, l.kind, l.tries,
       json_build_object(
         'type', 'task', 'event_code', e.event_code, 'task_no', t.task_no, 'part', t.part, 'stage', t.stage, 'department_code', t.department_code,
         'opened_at', l.opened_at, 'due_at', t.due_at, 'note', t.note, 'class', c.path, 'grade', e.grade, 'kind', e.kind, 'told', e.told,
         'address', e.address, 'place', e.place, 'lon', ST_X(e.point), 'lat', ST_Y(e.point), 'located', e.located,
         'unit', v.code, 'reported_at', e.reported_at, 'event_due_at', e.due_at, 'version', e.version)::text
  FROM event_letter AS l
  JOIN event_task AS t ON t.event_id = l.event_id AND t.task_no = l.task_no
  JOIN event AS e ON e.event_id = l.event_id
  LEFT JOIN event_class AS c ON c.class_id = e.class_id
  LEFT JOIN event_grid AS g ON g.event_id = e.event_id AND g.edition_id = gridgeo.edition_now()
  LEFT JOIN grid_unit_version AS v ON v.edition_id = g.edition_id AND v.unit_id = g.unit_id
 WHERE l.department_code = %(department_code)s AND l.state = 'waiting' AND l.next_at <= now()
 ORDER BY l.grade, l.opened_at, l.event_id, l.task_no, l.kind
 LIMIT 1;

-- name: taken
UPDATE event_letter SET state = 'taken', failure = NULL, ended_at = now()
 WHERE event_id = %(event_id)s AND task_no = %(task_no)s AND opened_at = %(opened_at)s AND kind = %(kind)s;

-- name: refused
-- It is tried again after a while, or no more.
UPDATE event_letter
   SET tries = tries + 1, failure = %(failure)s, next_at = now() + %(wait)s, state = CASE WHEN %(last)s THEN 'dead' ELSE state END,
       ended_at = CASE WHEN %(last)s THEN now() END
 WHERE event_id = %(event_id)s AND task_no = %(task_no)s AND opened_at = %(opened_at)s AND kind = %(kind)s AND state = 'waiting';

-- name: revive
UPDATE event_letter SET state = 'waiting', tries = 0, next_at = '-infinity', ended_at = NULL
 WHERE department_code = %(department_code)s AND state = 'dead';
