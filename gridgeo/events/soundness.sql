-- name: differing
-- Events, some or all (NULL), that are not what their steps make of them.
WITH folded AS (
  SELECT s.event_id, (array_agg(s.stage ORDER BY s.step_no))[count(*)] AS stage, max(s.step_no) AS version, count(*) AS steps,
         gridgeo.folded(s.given ORDER BY s.step_no) AS said
    FROM event_step AS s
   WHERE %(events)s::bigint[] IS NULL OR s.event_id = ANY (%(events)s::bigint[])
   GROUP BY s.event_id
)
SELECT e.event_code
  FROM event AS e
  LEFT JOIN folded AS f USING (event_id)
 WHERE (%(events)s::bigint[] IS NULL OR e.event_id = ANY (%(events)s::bigint[]))
   AND ((f.stage, f.version, f.steps) IS DISTINCT FROM (e.stage, e.version, e.version::bigint)
    OR (f.said->>'kind', (f.said->>'class_id')::integer, (f.said->>'grade')::smallint, f.said->>'channel', f.said->>'located',
        f.said->>'address', f.said->>'place', f.said->>'department_code', (f.said->>'merged_into')::bigint)
       IS DISTINCT FROM (e.kind, e.class_id, e.grade, e.channel, e.located, e.address, e.place, e.department_code, e.merged_into)
    OR ((f.said->'point'->>0)::float8, (f.said->'point'->>1)::float8) IS DISTINCT FROM (ST_X(e.point), ST_Y(e.point))
    OR ((f.said->>'happened_at')::timestamptz, (f.said->>'reported_at')::timestamptz, (f.said->>'filed_at')::timestamptz,
        (f.said->>'dispatched_at')::timestamptz, (f.said->>'responded_at')::timestamptz, (f.said->>'handled_at')::timestamptz,
        (f.said->>'verified_at')::timestamptz, (f.said->>'closed_at')::timestamptz, (f.said->>'due_at')::timestamptz,
        (f.said->>'stage_due_at')::timestamptz, (f.said->>'paused_at')::timestamptz)
       IS DISTINCT FROM (e.happened_at, e.reported_at, e.filed_at, e.dispatched_at, e.responded_at, e.handled_at, e.verified_at,
        e.closed_at, e.due_at, e.stage_due_at, e.paused_at)
    OR (coalesce((f.said->>'bounces')::smallint, 0), coalesce((f.said->>'reopened')::smallint, 0), (f.said->>'stars')::smallint)
       IS DISTINCT FROM (e.bounces, e.reopened, e.stars))
 ORDER BY e.event_id
 LIMIT %(most)s;

-- name: unassigned
-- Of how many events an edition does not say where they lie.
SELECT count(*)
  FROM event AS e
 WHERE NOT EXISTS (SELECT FROM event_grid AS g WHERE g.event_id = e.event_id AND g.edition_id = %(edition_id)s);

-- name: amount
SELECT count(*) FROM event;

-- name: latest
SELECT coalesce(max(event_id), 0) FROM event;

-- name: miscounted
-- Of some events, those that count for what they are not.
SELECT event_id
  FROM (SELECT * FROM event_fact WHERE edition_id = %(edition_id)s AND event_id = ANY (%(events)s::bigint[])) AS f
  FULL JOIN (SELECT * FROM event_counted WHERE edition_id = %(edition_id)s AND event_id = ANY (%(events)s::bigint[])) AS c
    USING (edition_id, event_id)
 WHERE f.* IS DISTINCT FROM c.*;

-- name: totals
-- How many events are counted, and how many the sums of all units, with what waits to be added to them, say there are.
SELECT 'facts', count(*) FROM event_fact WHERE edition_id = %(edition_id)s
 UNION ALL
SELECT 'sums', coalesce(sum(n), 0) FROM event_sum WHERE edition_id = %(edition_id)s AND part = 'unit' AND basis = 'reported'
 UNION ALL
SELECT 'shifts', coalesce(sum(times), 0) FROM event_shift WHERE edition_id = %(edition_id)s;
