-- name: by_months
-- Whole months: what is added up, and what waits to be. The four bases are as many ways to say which events a period means.
WITH held AS (
  SELECT unit_id, class_id, channel, department_code, basis, month,
         n, rejected, merged, closed, on_time, responded, response_s, rated, stars, satisfied, bounces, bounced
    FROM event_sum
   WHERE edition_id = %(edition_id)s AND part = %(part)s AND basis IN ('reported', 'filed', 'due', 'closed')
     AND month >= %(begin)s::date AND month < %(end)s::date
     AND (public OR NOT %(public)s)
   UNION ALL
  SELECT unit_id, class_id, channel, department_code, basis, month,
         n, rejected, merged, closed, on_time, responded, response_s, rated, stars, satisfied, bounces, bounced
    FROM event_shift_parts
   WHERE edition_id = %(edition_id)s AND part = %(part)s AND month >= %(begin)s::date AND month < %(end)s::date
     AND (public OR NOT %(public)s)
)
SELECT basis,
       CASE %(by)s WHEN 'unit' THEN unit_id::text WHEN 'class' THEN class_id::text WHEN 'channel' THEN channel
         WHEN 'department' THEN department_code WHEN 'month' THEN month::text
         WHEN 'day' THEN NULL::text ELSE '' END AS key,
       sum(n)::bigint, sum(rejected)::bigint, sum(merged)::bigint, sum(closed)::bigint, sum(on_time)::bigint,
       sum(responded)::bigint, sum(response_s)::bigint, sum(rated)::bigint, sum(stars)::bigint,
       sum(satisfied)::bigint, sum(bounces)::bigint, sum(bounced)::bigint
  FROM held
 WHERE true
   AND (%(units)s::bigint[] IS NULL OR unit_id = ANY(%(units)s::bigint[]))
   AND (%(classes)s::integer[] IS NULL OR class_id = ANY(%(classes)s::integer[]))
   AND (%(channels)s::text[] IS NULL OR channel = ANY(%(channels)s::text[]))
   AND (%(departments)s::text[] IS NULL OR department_code = ANY(%(departments)s::text[]))
 GROUP BY 1, 2
HAVING sum(n) <> 0
 ORDER BY 1, 2;

-- name: by_moments
-- Parts of months, or what no sum tells apart: the facts themselves, from begin to middle and from again to end. Of each basis that is
-- added up which is asked of it.
SELECT 'reported' AS basis,
       CASE %(by)s WHEN 'unit' THEN unit_id::text WHEN 'class' THEN class_id::text WHEN 'channel' THEN channel
         WHEN 'department' THEN department_code WHEN 'month' THEN gridgeo.month_of(reported_at)::text
         WHEN 'day' THEN (reported_at AT TIME ZONE 'Asia/Shanghai')::date::text ELSE '' END AS key,
       count(*), sum(rejected)::bigint, sum(merged)::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint,
       0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint
  FROM event_fact
 WHERE edition_id = %(edition_id)s
   AND (reported_at >= %(begin)s::timestamptz AND reported_at < %(middle)s::timestamptz
     OR reported_at >= %(again)s::timestamptz AND reported_at < %(end)s::timestamptz)
   AND (public OR NOT %(public)s)
   AND (%(units)s::bigint[] IS NULL OR unit_id = ANY(%(units)s::bigint[]))
   AND (%(classes)s::integer[] IS NULL OR class_id = ANY(%(classes)s::integer[]))
   AND (%(channels)s::text[] IS NULL OR channel = ANY(%(channels)s::text[]))
   AND (%(departments)s::text[] IS NULL OR department_code = ANY(%(departments)s::text[]))
 GROUP BY 1, 2
 UNION ALL
SELECT 'filed' AS basis,
       CASE %(by)s WHEN 'unit' THEN unit_id::text WHEN 'class' THEN class_id::text WHEN 'channel' THEN channel
         WHEN 'department' THEN department_code WHEN 'month' THEN gridgeo.month_of(filed_at)::text
         WHEN 'day' THEN (filed_at AT TIME ZONE 'Asia/Shanghai')::date::text ELSE '' END AS key,
       count(*), 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint,
       0::bigint, 0::bigint, 0::bigint, sum(bounces)::bigint, sum(bounced)::bigint
  FROM event_fact
 WHERE edition_id = %(edition_id)s
   AND (filed_at >= %(begin)s::timestamptz AND filed_at < %(middle)s::timestamptz
     OR filed_at >= %(again)s::timestamptz AND filed_at < %(end)s::timestamptz)
   AND (public OR NOT %(public)s)
   AND (%(units)s::bigint[] IS NULL OR unit_id = ANY(%(units)s::bigint[]))
   AND (%(classes)s::integer[] IS NULL OR class_id = ANY(%(classes)s::integer[]))
   AND (%(channels)s::text[] IS NULL OR channel = ANY(%(channels)s::text[]))
   AND (%(departments)s::text[] IS NULL OR department_code = ANY(%(departments)s::text[]))
 GROUP BY 1, 2
 UNION ALL
SELECT 'due' AS basis,
       CASE %(by)s WHEN 'unit' THEN unit_id::text WHEN 'class' THEN class_id::text WHEN 'channel' THEN channel
         WHEN 'department' THEN department_code WHEN 'month' THEN gridgeo.month_of(due_at)::text
         WHEN 'day' THEN (due_at AT TIME ZONE 'Asia/Shanghai')::date::text ELSE '' END AS key,
       count(*), 0::bigint, 0::bigint, sum(closed)::bigint, sum(on_time)::bigint, sum(responded)::bigint, sum(response_s)::bigint,
       0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint
  FROM event_fact
 WHERE edition_id = %(edition_id)s
   AND (due_at >= %(begin)s::timestamptz AND due_at < %(middle)s::timestamptz
     OR due_at >= %(again)s::timestamptz AND due_at < %(end)s::timestamptz)
   AND (public OR NOT %(public)s)
   AND (%(units)s::bigint[] IS NULL OR unit_id = ANY(%(units)s::bigint[]))
   AND (%(classes)s::integer[] IS NULL OR class_id = ANY(%(classes)s::integer[]))
   AND (%(channels)s::text[] IS NULL OR channel = ANY(%(channels)s::text[]))
   AND (%(departments)s::text[] IS NULL OR department_code = ANY(%(departments)s::text[]))
 GROUP BY 1, 2
 UNION ALL
SELECT 'closed' AS basis,
       CASE %(by)s WHEN 'unit' THEN unit_id::text WHEN 'class' THEN class_id::text WHEN 'channel' THEN channel
         WHEN 'department' THEN department_code WHEN 'month' THEN gridgeo.month_of(closed_at)::text
         WHEN 'day' THEN (closed_at AT TIME ZONE 'Asia/Shanghai')::date::text ELSE '' END AS key,
       count(*), 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint,
       sum(rated)::bigint, sum(stars)::bigint, sum(satisfied)::bigint, 0::bigint, 0::bigint
  FROM event_fact
 WHERE edition_id = %(edition_id)s
   AND (closed_at >= %(begin)s::timestamptz AND closed_at < %(middle)s::timestamptz
     OR closed_at >= %(again)s::timestamptz AND closed_at < %(end)s::timestamptz)
   AND (public OR NOT %(public)s)
   AND (%(units)s::bigint[] IS NULL OR unit_id = ANY(%(units)s::bigint[]))
   AND (%(classes)s::integer[] IS NULL OR class_id = ANY(%(classes)s::integer[]))
   AND (%(channels)s::text[] IS NULL OR channel = ANY(%(channels)s::text[]))
   AND (%(departments)s::text[] IS NULL OR department_code = ANY(%(departments)s::text[]))
 GROUP BY 1, 2;

-- name: standing
-- What is open, and of that overdue, at a moment: whoever asks about a period is told how it is now.
SELECT
       CASE %(by)s WHEN 'unit' THEN unit_id::text WHEN 'class' THEN class_id::text WHEN 'channel' THEN channel
         WHEN 'department' THEN department_code WHEN 'month' THEN NULL::text
         WHEN 'day' THEN NULL::text ELSE '' END AS key,
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
