-- name: counts
-- How many events are shown (shown.Shown), and how they stand, from what is counted of each. Grade and stage are looked up in the event
-- itself, where they are asked for.
WITH found AS MATERIALIZED (
  SELECT f.event_id, f.unit_id, f.class_id, f.department_code, f.rejected + f.merged = 0 AS counts,
         event_state(f.open, f.due_at, coalesce(f.filed_at, f.reported_at), %(now)s::timestamptz, %(soon)s::float8) AS state
    FROM event_fact AS f
   WHERE f.edition_id = %(edition_id)s::bigint AND f.reported_at >= %(since)s::timestamptz AND f.reported_at <= %(until)s::timestamptz
     AND (f.public OR NOT %(public)s::boolean)
     AND (%(units)s::bigint[] IS NULL OR f.unit_id = ANY (%(units)s::bigint[]))
     AND (%(ranges)s::int8multirange IS NULL OR f.unit_id <@ %(ranges)s::int8multirange)
     AND (%(classes)s::integer[] IS NULL OR f.class_id = ANY (%(classes)s::integer[]))
     AND (%(department)s::text IS NULL OR f.department_code = %(department)s::text)
   UNION ALL
  SELECT f.event_id, f.unit_id, f.class_id, f.department_code, true,
         event_state(true, f.due_at, coalesce(f.filed_at, f.reported_at), %(now)s::timestamptz, %(soon)s::float8)
    FROM event_fact AS f
   WHERE %(standing)s::boolean AND f.edition_id = %(edition_id)s::bigint AND f.open AND f.reported_at < %(since)s::timestamptz
     AND (f.public OR NOT %(public)s::boolean)
     AND (%(units)s::bigint[] IS NULL OR f.unit_id = ANY (%(units)s::bigint[]))
     AND (%(ranges)s::int8multirange IS NULL OR f.unit_id <@ %(ranges)s::int8multirange)
     AND (%(classes)s::integer[] IS NULL OR f.class_id = ANY (%(classes)s::integer[]))
     AND (%(department)s::text IS NULL OR f.department_code = %(department)s::text)
)
SELECT CASE %(by)s WHEN 'unit' THEN f.unit_id::text WHEN 'class' THEN f.class_id::text ELSE f.department_code END AS key,
       count(*), count(*) FILTER (WHERE state = 'open'), count(*) FILTER (WHERE state = 'due-soon'),
       count(*) FILTER (WHERE state = 'overdue'), count(*) FILTER (WHERE state = 'closed')
  FROM found AS f
 WHERE (%(states)s::text[] IS NULL OR f.state = ANY (%(states)s::text[]))
   AND CASE WHEN %(stages)s::text[] IS NULL THEN f.counts
            ELSE (SELECT e.stage FROM event AS e WHERE e.event_id = f.event_id) = ANY (%(stages)s::text[]) END
   AND (%(grades)s::smallint[] IS NULL
        OR (SELECT e.grade FROM event AS e WHERE e.event_id = f.event_id) = ANY (%(grades)s::smallint[]))
 GROUP BY 1
 ORDER BY 1;
