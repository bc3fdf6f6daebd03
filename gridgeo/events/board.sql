-- What is to be done, the soonest due first: by a department, or in some units.

-- name: tasks
-- A department's tasks about events that are open. What stands still is due at no time, and comes last.
SELECT e.event_id, e.event_code, e.class_id, e.grade, e.stage, e.told, e.address, ST_X(e.point), ST_Y(e.point), g.unit_id,
       e.department_code, e.reported_at, e.handled_at, e.closed_at, d.due_at,
       event_state(true, d.due_at, d.began, %(now)s::timestamptz, %(soon)s::float8), e.paused_at IS NOT NULL, e.bounces,
       t.task_no, t.part, t.stage
  FROM event_task AS t
  JOIN event AS e ON e.event_id = t.event_id
  LEFT JOIN event_grid AS g ON g.event_id = e.event_id AND g.edition_id = (SELECT gridgeo.edition_now())
  CROSS JOIN LATERAL (
    SELECT CASE WHEN e.paused_at IS NULL THEN coalesce(t.due_at, e.due_at) END,
           CASE WHEN t.due_at IS NULL THEN coalesce(e.filed_at, e.reported_at) ELSE t.sent_at END
  ) AS d (due_at, began)
 WHERE t.department_code = %(department)s AND t.stage = ANY (%(stages)s::text[]) AND e.stage NOT IN ('rejected', 'closed', 'merged')
   AND (%(classes)s::integer[] IS NULL OR e.class_id = ANY (%(classes)s::integer[]))
   AND (%(grades)s::smallint[] IS NULL OR e.grade = ANY (%(grades)s::smallint[]))
   AND (%(state)s::text IS NULL OR event_state(true, d.due_at, d.began, %(now)s::timestamptz, %(soon)s::float8) = %(state)s::text)
   AND (NOT %(public)s::boolean OR EXISTS (SELECT FROM event_class AS c WHERE c.class_id = e.class_id AND c.public))
   AND (%(after_id)s::bigint IS NULL OR (coalesce(d.due_at, 'infinity'), e.event_id, t.task_no)
         > (coalesce(%(after_due)s::timestamptz, 'infinity'), %(after_id)s::bigint, %(after_no)s::smallint))
 ORDER BY coalesce(d.due_at, 'infinity'), e.event_id, t.task_no
 LIMIT %(limit)s;

-- name: task_counts
-- How many of a department's tasks are open, overdue, due soon, and were returned or declined by it.
SELECT count(*) FILTER (WHERE t.live), count(*) FILTER (WHERE t.live AND s.state = 'overdue'),
       count(*) FILTER (WHERE t.live AND s.state = 'due-soon'), count(*) FILTER (WHERE NOT t.live)
  FROM (
    SELECT o.event_id, o.due_at, o.sent_at, true AS live FROM event_task AS o
     WHERE o.department_code = %(department)s AND o.stage IN ('open', 'accepted')
     UNION ALL
    SELECT b.event_id, b.due_at, b.sent_at, false FROM event_task AS b
     WHERE b.department_code = %(department)s AND b.stage IN ('returned', 'declined')
  ) AS t
  JOIN event AS e ON e.event_id = t.event_id
  CROSS JOIN LATERAL (
    SELECT event_state(true, CASE WHEN e.paused_at IS NULL THEN coalesce(t.due_at, e.due_at) END,
                       CASE WHEN t.due_at IS NULL THEN coalesce(e.filed_at, e.reported_at) ELSE t.sent_at END,
                       %(now)s::timestamptz, %(soon)s::float8)
  ) AS s (state)
 WHERE e.stage NOT IN ('rejected', 'closed', 'merged')
   AND (%(classes)s::integer[] IS NULL OR e.class_id = ANY (%(classes)s::integer[]))
   AND (%(grades)s::smallint[] IS NULL OR e.grade = ANY (%(grades)s::smallint[]))
   AND (NOT %(public)s::boolean OR EXISTS (SELECT FROM event_class AS c WHERE c.class_id = e.class_id AND c.public));

-- name: open
-- Open events of some of today's lowest units, or of all.
SELECT e.event_id, e.event_code, e.class_id, e.grade, e.stage, e.told, e.address, ST_X(e.point), ST_Y(e.point), nullif(f.unit_id, 0),
       e.department_code, e.reported_at, e.handled_at, e.closed_at, f.due_at,
       event_state(true, f.due_at, coalesce(f.filed_at, f.reported_at), %(now)s::timestamptz, %(soon)s::float8),
       e.paused_at IS NOT NULL, e.bounces, 0::smallint, NULL::text, NULL::text
  FROM (
    SELECT o.event_id, o.unit_id, o.due_at, o.filed_at, o.reported_at
      FROM event_fact AS o
     WHERE o.edition_id = (SELECT gridgeo.edition_now()) AND o.open
       AND (%(units)s::bigint[] IS NULL OR o.unit_id = ANY (%(units)s::bigint[]))
       AND (NOT %(public)s::boolean OR o.public)
       AND (%(after_id)s::bigint IS NULL
            OR (coalesce(o.due_at, 'infinity'), o.event_id) > (coalesce(%(after_due)s::timestamptz, 'infinity'), %(after_id)s::bigint))
     ORDER BY coalesce(o.due_at, 'infinity'), o.event_id
     LIMIT %(limit)s
  ) AS f
  JOIN event AS e ON e.event_id = f.event_id
 ORDER BY coalesce(f.due_at, 'infinity'), f.event_id;

-- name: counts
-- Of some units: what is open, overdue and due soon; what came in, was filed and closed since a moment.
SELECT count(*) FILTER (WHERE c.what = 'open'), count(*) FILTER (WHERE c.state = 'overdue'), count(*) FILTER (WHERE c.state = 'due-soon'),
       count(*) FILTER (WHERE c.what = 'reported'), count(*) FILTER (WHERE c.what = 'filed'), count(*) FILTER (WHERE c.what = 'closed')
  FROM (
    SELECT 'open' AS what, f.unit_id, f.public,
           event_state(true, f.due_at, coalesce(f.filed_at, f.reported_at), %(now)s::timestamptz, %(soon)s::float8) AS state
      FROM event_fact AS f
     WHERE f.edition_id = (SELECT gridgeo.edition_now()) AND f.open
     UNION ALL
    SELECT 'reported', f.unit_id, f.public, NULL FROM event_fact AS f
     WHERE f.edition_id = (SELECT gridgeo.edition_now()) AND f.reported_at >= %(since)s
     UNION ALL
    SELECT 'filed', f.unit_id, f.public, NULL FROM event_fact AS f
     WHERE f.edition_id = (SELECT gridgeo.edition_now()) AND f.filed_at >= %(since)s
     UNION ALL
    SELECT 'closed', f.unit_id, f.public, NULL FROM event_fact AS f
     WHERE f.edition_id = (SELECT gridgeo.edition_now()) AND f.closed_at >= %(since)s
  ) AS c
 WHERE (%(units)s::bigint[] IS NULL OR c.unit_id = ANY (%(units)s::bigint[])) AND (NOT %(public)s::boolean OR c.public);

-- name: done
-- What was handled or closed in some units since a moment, the latest first.
SELECT e.event_id, e.event_code, e.class_id, e.grade, e.stage, e.told, e.address, ST_X(e.point), ST_Y(e.point), nullif(d.unit_id, 0),
       e.department_code, e.reported_at, e.handled_at, e.closed_at, NULL::timestamptz, 'closed', false, e.bounces, 0::smallint, NULL::text, NULL::text
  FROM (
    SELECT f.event_id, f.unit_id FROM event_fact AS f
     WHERE f.edition_id = (SELECT gridgeo.edition_now()) AND f.closed_at >= %(since)s
       AND (%(units)s::bigint[] IS NULL OR f.unit_id = ANY (%(units)s::bigint[])) AND (NOT %(public)s::boolean OR f.public)
     UNION
    SELECT f.event_id, f.unit_id FROM event AS o JOIN event_fact AS f ON f.event_id = o.event_id
     WHERE o.stage IN ('handled', 'verified') AND o.stage NOT IN ('rejected', 'closed', 'merged') AND o.handled_at >= %(since)s
       AND f.edition_id = (SELECT gridgeo.edition_now())
       AND (%(units)s::bigint[] IS NULL OR f.unit_id = ANY (%(units)s::bigint[])) AND (NOT %(public)s::boolean OR f.public)
  ) AS d
  JOIN event AS e ON e.event_id = d.event_id
 ORDER BY greatest(e.handled_at, e.closed_at) DESC, e.event_id DESC
 LIMIT %(limit)s;
