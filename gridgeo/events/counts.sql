-- name: shift
SELECT gridgeo.count_events(%(events)s::bigint[], %(by)s);

-- name: fold
SELECT gridgeo.fold_events();

-- name: lock_alone
SELECT pg_advisory_xact_lock(hashtext('gridgeo.events.fold')), pg_advisory_xact_lock(hashtext('gridgeo.events.counts'));

-- name: forget_shifts
-- What was counted of an edition; of all those that have ended, and of none, where there is one, too.
DELETE FROM event_shift
 WHERE edition_id = %(edition_id)s
    OR edition_id = 0 AND %(edition_id)s <> 0
    OR edition_id IN (SELECT edition_id FROM edition WHERE NOT isempty(valid) AND upper(valid) <= now());

-- name: forget_sums
DELETE FROM event_sum
 WHERE edition_id = %(edition_id)s
    OR edition_id = 0 AND %(edition_id)s <> 0
    OR edition_id IN (SELECT edition_id FROM edition WHERE NOT isempty(valid) AND upper(valid) <= now());

-- name: forget_facts
DELETE FROM event_fact
 WHERE edition_id = %(edition_id)s
    OR edition_id = 0 AND %(edition_id)s <> 0
    OR edition_id IN (SELECT edition_id FROM edition WHERE NOT isempty(valid) AND upper(valid) <= now());

-- name: count
-- In the order of time: what is asked for together lies together.
INSERT INTO event_fact
SELECT event_id, edition_id, unit_id, class_id, channel, department_code, public, reported_at, filed_at, due_at, closed_at,
       open, rejected, merged, closed, on_time, responded, response_s, rated, stars, satisfied, bounces, bounced
  FROM event_counted
 WHERE edition_id = %(edition_id)s
 ORDER BY reported_at, event_id;

-- name: add_up
INSERT INTO event_sum (edition_id, part, basis, month, unit_id, class_id, channel, department_code, public,
  n, rejected, merged, closed, on_time, responded, response_s, rated, stars, satisfied, bounces, bounced)
SELECT edition_id, part, basis, month, unit_id, class_id, channel, department_code, public,
       sum(n), sum(rejected), sum(merged), sum(closed), sum(on_time), sum(responded),
       sum(response_s), sum(rated), sum(stars), sum(satisfied), sum(bounces), sum(bounced)
  FROM event_fact_parts
 WHERE edition_id = %(edition_id)s AND part = %(part)s AND basis = %(basis)s
 GROUP BY edition_id, part, basis, month, unit_id, class_id, channel, department_code, public;

-- name: add_up_from
-- What is told apart less, from sums that tell more apart.
INSERT INTO event_sum (edition_id, part, basis, month, unit_id, class_id, channel, department_code, public,
  n, rejected, merged, closed, on_time, responded, response_s, rated, stars, satisfied, bounces, bounced)
SELECT s.edition_id, %(part)s::text, s.basis, s.month,
       CASE %(part)s::text WHEN 'near' THEN coalesce(v.parent_id, s.unit_id) WHEN 'far' THEN s.unit_id ELSE 0 END,
       CASE WHEN %(part)s IN ('class', 'whole') THEN s.class_id ELSE 0 END,
       CASE WHEN %(part)s = 'channel' THEN s.channel ELSE '' END,
       CASE WHEN %(part)s IN ('department', 'whole') THEN s.department_code ELSE '' END,
       s.public, sum(s.n), sum(s.rejected), sum(s.merged), sum(s.closed), sum(s.on_time), sum(s.responded),
       sum(s.response_s), sum(s.rated), sum(s.stars), sum(s.satisfied), sum(s.bounces), sum(s.bounced)
  FROM event_sum AS s
  LEFT JOIN grid_unit_version AS v ON %(part)s = 'near' AND v.edition_id = s.edition_id AND v.unit_id = s.unit_id
 WHERE s.edition_id = %(edition_id)s AND s.part = %(of)s
 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;

-- name: false_facts
-- Facts that are not what is worked out of their events. (Editions that have ended are counted by nobody.)
SELECT event_id
  FROM (SELECT * FROM event_fact WHERE edition_id = %(edition_id)s) AS f
  FULL JOIN (SELECT * FROM event_counted WHERE edition_id = %(edition_id)s) AS c USING (edition_id, event_id)
 WHERE f.* IS DISTINCT FROM c.*
 ORDER BY event_id;

-- name: difference
-- Sums, with what waits to be added to them, that are not what the facts add up to.
WITH kept AS (
  SELECT edition_id, part, basis, month, unit_id, class_id, channel, department_code, public, n, rejected, merged, closed,
         on_time, responded, response_s, rated, stars, satisfied, bounces, bounced
    FROM event_sum WHERE edition_id = %(edition_id)s
   UNION ALL
  SELECT edition_id, part, basis, month, unit_id, class_id, channel, department_code, public, n, rejected, merged, closed,
         on_time, responded, response_s, rated, stars, satisfied, bounces, bounced
    FROM event_shift_parts WHERE edition_id = %(edition_id)s
), both_ AS (
  SELECT edition_id, part, basis, month, unit_id, class_id, channel, department_code, public, 1 AS side, n, rejected, merged,
         closed, on_time, responded, response_s, rated, stars, satisfied, bounces, bounced FROM kept
   UNION ALL
  SELECT edition_id, part, basis, month, unit_id, class_id, channel, department_code, public, -1, -n, -rejected, -merged,
         -closed, -on_time, -responded, -response_s, -rated, -stars, -satisfied, -bounces, -bounced
    FROM event_fact_parts WHERE edition_id = %(edition_id)s
)
SELECT part, basis, month::text, unit_id, class_id, channel, department_code,
       coalesce(sum(n) FILTER (WHERE side = 1), 0)::bigint, coalesce(-sum(n) FILTER (WHERE side = -1), 0)::bigint
  FROM both_
 GROUP BY edition_id, part, basis, month, unit_id, class_id, channel, department_code, public
HAVING (sum(n), sum(rejected), sum(merged), sum(closed), sum(on_time), sum(responded),
        sum(response_s), sum(rated), sum(stars), sum(satisfied), sum(bounces), sum(bounced)) <> (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
 ORDER BY part, basis, month, unit_id, class_id, channel, department_code, public;
