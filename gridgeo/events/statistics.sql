-- name: sums
-- Months: as they are added up, and what waits to be. (That is a view of many parts, which takes long to plan: it is asked once.)
SELECT basis, %(key)s AS key, sum(n)::bigint, %(measures)s
  FROM (
    SELECT basis, month, unit_id, class_id, channel, department_code, public,
           n, rejected, merged, closed, on_time, responded, response_s, rated, stars, satisfied, bounces, bounced
      FROM event_sum
     WHERE edition_id = %(edition_id)s AND part = %(part)s AND basis IN ('reported', 'filed', 'due', 'closed')
       AND month >= %(first)s::date AND month < %(last)s::date
     UNION ALL
    SELECT basis, month, unit_id, class_id, channel, department_code, public,
           n, rejected, merged, closed, on_time, responded, response_s, rated, stars, satisfied, bounces, bounced
      FROM event_shift_parts
     WHERE edition_id = %(edition_id)s AND part = %(part)s AND month >= %(first)s::date AND month < %(last)s::date
  ) AS held
 WHERE (%(above)s::bigint[] IS NULL OR unit_id = ANY(%(above)s::bigint[]))
   AND (public OR NOT %(public)s)
   AND (%(classes)s::integer[] IS NULL OR class_id = ANY(%(classes)s::integer[]))
   AND (%(channels)s::text[] IS NULL OR channel = ANY(%(channels)s::text[]))
   AND (%(departments)s::text[] IS NULL OR department_code = ANY(%(departments)s::text[]))
 GROUP BY 1, 2;

-- name: facts
-- What single events count for whose moment of one basis lies in some days; so many times (-1: off the month these lie in).
SELECT %(basis)s::text AS basis, %(key)s AS key, %(times)s * count(*), %(measures)s
  FROM (
    SELECT *, gridgeo.month_of(%(moment)s) AS month, (%(moment)s AT TIME ZONE 'Asia/Shanghai')::date AS day FROM event_fact
  ) AS fact
 WHERE edition_id = %(edition_id)s
   AND %(moment)s >= %(begin)s::timestamptz AND %(moment)s < %(end)s::timestamptz
   AND (%(units)s::bigint[] IS NULL OR unit_id = ANY(%(units)s::bigint[]))
   AND (%(ranges)s::int8multirange IS NULL OR unit_id <@ %(ranges)s::int8multirange)
   AND (public OR NOT %(public)s)
   AND (%(classes)s::integer[] IS NULL OR class_id = ANY(%(classes)s::integer[]))
   AND (%(channels)s::text[] IS NULL OR channel = ANY(%(channels)s::text[]))
   AND (%(departments)s::text[] IS NULL OR department_code = ANY(%(departments)s::text[]))
 GROUP BY 2;

-- name: standing
-- What is open, and of that overdue, at a moment: whoever asks about a period is told how it is now.
SELECT %(key)s AS key, count(*), count(*) FILTER (WHERE due_at < %(now)s::timestamptz)
  FROM event_fact
 WHERE edition_id = %(edition_id)s
   AND open
   AND (public OR NOT %(public)s)
   AND (%(units)s::bigint[] IS NULL OR unit_id = ANY(%(units)s::bigint[]))
   AND (%(ranges)s::int8multirange IS NULL OR unit_id <@ %(ranges)s::int8multirange)
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
