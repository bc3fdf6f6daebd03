-- name: numbers
-- What is asked about, in one moment: months from what is added up and what waits to be; from facts what no sum tells apart, and where a
-- period begins or ends within a month. There they count as often as is said: -1 where the whole month is counted with what lies
-- outside. The four bases are as many ways to say which events a period means.
WITH held AS (
  SELECT basis, month, NULL::date AS day, unit_id, class_id, channel, department_code, public, 1 AS times,
         n, rejected, merged, closed, on_time, responded, response_s, rated, stars, satisfied, bounces, bounced
    FROM event_sum
   WHERE edition_id = %(edition_id)s AND part = %(part)s AND basis IN ('reported', 'filed', 'due', 'closed')
     AND month >= %(first)s::date AND month < %(last)s::date
     AND (%(above)s::bigint[] IS NULL OR unit_id = ANY(%(above)s::bigint[]))
   UNION ALL
  SELECT basis, month, NULL::date, unit_id, class_id, channel, department_code, public, 1,
         n, rejected, merged, closed, on_time, responded, response_s, rated, stars, satisfied, bounces, bounced
    FROM event_shift_parts
   WHERE edition_id = %(edition_id)s AND part = %(part)s AND month >= %(first)s::date AND month < %(last)s::date
     AND (%(above)s::bigint[] IS NULL OR unit_id = ANY(%(above)s::bigint[]))
   UNION ALL
  SELECT basis, gridgeo.month_of(moment), (moment AT TIME ZONE 'Asia/Shanghai')::date, unit_id, class_id, channel, department_code, public,
         CASE WHEN moment < %(middle)s::timestamptz THEN %(before)s::integer ELSE %(after)s::integer END,
         n, rejected, merged, closed, on_time, responded, response_s, rated, stars, satisfied, bounces, bounced
    FROM event_fact_at
   WHERE edition_id = %(edition_id)s
     AND (moment >= %(begin)s::timestamptz AND moment < %(middle)s::timestamptz
       OR moment >= %(again)s::timestamptz AND moment < %(end)s::timestamptz)
     AND (%(units)s::bigint[] IS NULL OR unit_id = ANY(%(units)s::bigint[]))
)
SELECT basis,
       CASE %(by)s WHEN 'unit' THEN unit_id::text WHEN 'class' THEN class_id::text WHEN 'channel' THEN channel
         WHEN 'department' THEN department_code WHEN 'month' THEN month::text WHEN 'day' THEN day::text ELSE '' END AS key,
       sum(times * n)::bigint, sum(times * rejected)::bigint, sum(times * merged)::bigint, sum(times * closed)::bigint,
       sum(times * on_time)::bigint, sum(times * responded)::bigint, sum(times * response_s)::bigint, sum(times * rated)::bigint,
       sum(times * stars)::bigint, sum(times * satisfied)::bigint, sum(times * bounces)::bigint, sum(times * bounced)::bigint
  FROM held
 WHERE (public OR NOT %(public)s)
   AND (%(classes)s::integer[] IS NULL OR class_id = ANY(%(classes)s::integer[]))
   AND (%(channels)s::text[] IS NULL OR channel = ANY(%(channels)s::text[]))
   AND (%(departments)s::text[] IS NULL OR department_code = ANY(%(departments)s::text[]))
 GROUP BY 1, 2
HAVING sum(times * n) <> 0;

-- name: standing
-- What is open, and of that overdue, at a moment: whoever asks about a period is told how it is now.
SELECT CASE %(by)s WHEN 'unit' THEN unit_id::text WHEN 'class' THEN class_id::text WHEN 'channel' THEN channel
         WHEN 'department' THEN department_code ELSE '' END AS key,
       count(*), count(*) FILTER (WHERE due_at < %(now)s::timestamptz)
  FROM event_fact
 WHERE edition_id = %(edition_id)s
   AND open
   AND (public OR NOT %(public)s)
   AND (%(units)s::bigint[] IS NULL OR unit_id = ANY(%(units)s::bigint[]))
   AND (%(classes)s::integer[] IS NULL OR class_id = ANY(%(classes)s::integer[]))
   AND (%(channels)s::text[] IS NULL OR channel = ANY(%(channels)s::text[]))
   AND (%(departments)s::text[] IS NULL OR department_code = ANY(%(departments)s::text[]))
 GROUP BY 1;

-- name: above
-- The units by which each of the lowest is added up: the one above it, and the one two levels above.
SELECT v.unit_id, coalesce(v.parent_id, v.unit_id), coalesce(p.parent_id, v.parent_id, v.unit_id)
  FROM grid_unit_version AS v
  LEFT JOIN grid_unit_version AS p ON p.edition_id = v.edition_id AND p.unit_id = v.parent_id
 WHERE v.edition_id = %(edition_id)s AND v.leaf;
