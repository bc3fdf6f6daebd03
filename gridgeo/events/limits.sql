-- Limits, and what is needed to count them.

-- name: picked
-- The limit of each of some: of what is more special the class is looked at first, then the city, then the grade.
SELECT DISTINCT ON (a.n) a.n, l.amount, l.unit, l.calendar
  FROM unnest(%(classes)s::integer[], %(grades)s::integer[], %(codes)s::text[], %(stages)s::text[])
       WITH ORDINALITY AS a (class_id, grade, code, stage, n)
  LEFT JOIN event_class AS c ON c.class_id = a.class_id
  JOIN event_limit AS l
    ON l.stage = a.stage AND starts_with(a.code, l.city) AND (l.grade IS NULL OR l.grade = a.grade)
   AND (l.class = '' OR starts_with(c.path || '/', l.class || '/'))
 ORDER BY a.n, length(l.class) DESC, length(l.city) DESC, l.grade NULLS LAST;

-- name: code
-- The code of a unit as it is now.
SELECT coalesce(v.code, '') FROM grid_unit_version AS v WHERE v.edition_id = edition_now() AND v.unit_id = %(unit_id)s;

-- name: cities
-- How the codes of units begin by which limits are told apart.
SELECT v.unit_id, l.city
  FROM grid_unit_version AS v
 CROSS JOIN LATERAL (
   SELECT c.city FROM event_limit AS c WHERE c.city <> '' AND starts_with(v.code, c.city) ORDER BY length(c.city) DESC LIMIT 1
 ) AS l
 WHERE v.edition_id = edition_now() AND v.unit_id = ANY(%(units)s::bigint[]);

-- name: clock
-- What set the clock of an event going, stopped it, and let it go on.
SELECT action, at FROM event_step
 WHERE event_id = %(event_id)s AND action IN ('file', 'reopen', 'pause', 'resume') ORDER BY step_no;

-- name: live_tasks
SELECT task_no, part, due_at FROM event_task
 WHERE event_id = %(event_id)s AND stage IN ('open', 'accepted') AND due_at IS NOT NULL ORDER BY task_no;

-- name: move_task
UPDATE event_task SET due_at = %(due_at)s WHERE event_id = %(event_id)s AND task_no = %(task_no)s;

-- name: limits
SELECT city, class, grade, stage, amount, unit, calendar FROM event_limit ORDER BY city, class, grade, limit_id;

-- name: clear
DELETE FROM event_limit;

-- name: add
INSERT INTO event_limit (city, class, grade, stage, amount, unit, calendar, source) VALUES %s;

-- name: unknown
-- Classes of limits that no class is, nor begins with.
SELECT g.class FROM unnest(%(classes)s::text[]) AS g (class)
 WHERE g.class <> '' AND NOT EXISTS (SELECT FROM event_class AS c WHERE starts_with(c.path || '/', g.class || '/'))
 ORDER BY 1;
