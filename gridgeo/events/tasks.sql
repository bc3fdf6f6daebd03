-- name: of_event
SELECT t.event_id, t.task_no, t.part, t.department_code, t.stage, t.actor, t.sent_at, t.answered_at, t.done_at, t.due_at, t.note
  FROM event_task AS t
 WHERE t.event_id = %(event_id)s
 ORDER BY t.task_no;

-- name: unknown_departments
SELECT g.code
  FROM unnest(%(codes)s::text[]) WITH ORDINALITY AS g (code, n)
 WHERE NOT EXISTS (SELECT FROM department AS d WHERE d.department_code = g.code)
 ORDER BY g.n;

-- name: department
SELECT d.name_zh FROM department AS d WHERE d.department_code = %(code)s;

-- name: open
-- New tasks of any number of events, numbered on from those each event has.
INSERT INTO event_task AS made (event_id, task_no, part, department_code, stage, sent_at, due_at, note)
SELECT g.event_id,
       coalesce((SELECT max(t.task_no) FROM event_task AS t WHERE t.event_id = g.event_id), 0)
         + row_number() OVER (PARTITION BY g.event_id ORDER BY g.n),
       g.part, g.department_code, 'open', %(at)s, g.due_at, g.note
  FROM unnest(%(events)s::bigint[], %(parts)s::text[], %(departments)s::text[], %(dues)s::timestamptz[], %(notes)s::text[])
       WITH ORDINALITY AS g (event_id, part, department_code, due_at, note, n)
 ORDER BY g.n
RETURNING made.event_id, made.task_no, made.part, made.department_code, made.stage, made.actor, made.sent_at, made.answered_at,
          made.done_at, made.due_at, made.note;

-- name: supersede
-- What was still to be done of an earlier dispatch. Who was called to the place is still to come.
UPDATE event_task AS t
   SET stage = 'withdrawn', done_at = %(at)s
 WHERE t.event_id = ANY(%(events)s) AND t.stage IN ('open', 'accepted') AND t.part <> 'whistle';

-- name: withdraw
UPDATE event_task AS t SET stage = 'withdrawn', done_at = %(at)s WHERE t.event_id = %(event_id)s AND t.stage IN ('open', 'accepted');

-- name: answer
-- A task as its department leaves it; nothing where it is not in one of the stages it must be in.
UPDATE event_task AS t
   SET stage = %(stage)s,
       answered_at = coalesce(t.answered_at, %(answered_at)s),
       done_at = %(done_at)s,
       note = coalesce(%(note)s, t.note)
 WHERE t.event_id = %(event_id)s AND t.task_no = %(task_no)s AND t.stage = ANY(%(out_of)s)
RETURNING t.event_id, t.task_no, t.part, t.department_code, t.stage, t.actor, t.sent_at, t.answered_at, t.done_at, t.due_at, t.note;

-- name: claim
-- Whoever comes first has it: a second claim waits for the first, and then finds a department in it.
UPDATE event_task AS t
   SET department_code = %(department_code)s, actor = %(actor)s, stage = 'accepted', answered_at = %(at)s
 WHERE t.event_id = %(event_id)s AND t.task_no = %(task_no)s AND t.stage = 'open' AND t.department_code IS NULL
RETURNING t.event_id, t.task_no, t.part, t.department_code, t.stage, t.actor, t.sent_at, t.answered_at, t.done_at, t.due_at, t.note;

-- name: reopen
-- What was said to be done by the last dispatch is to be done again; a new limit holds where one is given.
UPDATE event_task AS t
   SET stage = 'open', done_at = NULL, answered_at = NULL, due_at = coalesce(%(due_at)s, t.due_at)
 WHERE t.event_id = %(event_id)s AND t.stage = 'handled' AND t.part <> 'whistle'
   AND t.sent_at = (SELECT max(o.sent_at) FROM event_task AS o WHERE o.event_id = %(event_id)s AND o.part <> 'whistle' AND o.stage = 'handled');

-- name: metres
-- How far a position is from where an event is; null where nobody knows where it is.
SELECT ST_Distance(e.point::geography, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4490)::geography)
  FROM event AS e
 WHERE e.event_id = %(event_id)s;

-- name: check_in
INSERT INTO event_checkin (event_id, task_no, at, actor, metres)
VALUES (%(event_id)s, %(task_no)s, %(at)s, %(actor)s, %(metres)s);

-- name: checkins
SELECT c.task_no, c.at, c.metres FROM event_checkin AS c WHERE c.event_id = %(event_id)s ORDER BY c.task_no;
