-- Departments' systems: where they are, and who is telling each now.

-- name: add
-- Another address takes the place of the one there was. Nothing where its host was not entered.
INSERT INTO event_receiver (department_code, origin, path, secret)
SELECT %(department_code)s, %(origin)s, %(path)s, %(secret)s
 WHERE EXISTS (SELECT FROM webhook_origin AS o WHERE o.origin = %(origin)s)
ON CONFLICT (department_code) DO UPDATE
   SET origin = excluded.origin, path = excluded.path, secret = excluded.secret, tries = 0, next_at = '-infinity', failing_since = NULL,
       failure = NULL
RETURNING department_code;

-- name: is_department
SELECT EXISTS (SELECT FROM department WHERE department_code = %(department_code)s);

-- name: receivers
-- All, or one.
SELECT r.department_code, r.origin || r.path, r.secret, r.made_at, r.tries, nullif(r.next_at, '-infinity'), r.failing_since, r.failure,
       (SELECT count(*) FROM event_letter AS l WHERE l.department_code = r.department_code AND l.state = 'waiting'),
       (SELECT count(*) FROM event_letter AS l WHERE l.department_code = r.department_code AND l.state = 'dead')
  FROM event_receiver AS r
 WHERE %(department_code)s::text IS NULL OR r.department_code = %(department_code)s::text
 ORDER BY r.department_code;

-- name: remove
DELETE FROM event_receiver WHERE department_code = %(department_code)s;

-- name: take
-- Those that have something to be told, whom nobody is telling, and whose time has come: held for a while by whoever asks.
UPDATE event_receiver AS r
   SET holder = %(holder)s, held_until = now() + %(held)s
 WHERE r.department_code IN (
   SELECT d.department_code FROM event_receiver AS d
    WHERE d.next_at <= now() AND (d.held_until < now() OR d.holder = %(holder)s)
      AND d.department_code <> ALL (%(telling)s::text[])
      AND EXISTS (SELECT FROM event_letter AS l WHERE l.department_code = d.department_code AND l.state = 'waiting' AND l.next_at <= now())
    ORDER BY d.next_at
      FOR UPDATE SKIP LOCKED)
RETURNING r.department_code;

-- name: hold
-- Hold one on; nothing where somebody else has it, or it was removed.
UPDATE event_receiver SET held_until = now() + %(held)s WHERE department_code = %(department_code)s AND holder = %(holder)s
RETURNING origin || path, secret, tries;

-- name: release
UPDATE event_receiver SET holder = NULL, held_until = '-infinity' WHERE department_code = %(department_code)s AND holder = %(holder)s;

-- name: reached
UPDATE event_receiver SET tries = 0, next_at = '-infinity', failing_since = NULL, failure = NULL
 WHERE department_code = %(department_code)s AND holder = %(holder)s AND failing_since IS NOT NULL;

-- name: away
UPDATE event_receiver
   SET tries = tries + 1, next_at = now() + %(wait)s, failing_since = coalesce(failing_since, now()), failure = %(failure)s
 WHERE department_code = %(department_code)s AND holder = %(holder)s;
