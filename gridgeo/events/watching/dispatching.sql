-- name: filed
-- What was filed and is to be sent on, the gravest first; what another worker is just sending on, or nobody was known for a while ago, is
-- passed by.
SELECT e.event_id
  FROM event AS e
 WHERE e.stage = 'filed' AND e.paused_at IS NULL AND e.class_id IS NOT NULL
   AND NOT EXISTS (
     SELECT FROM event_notice AS n
      WHERE n.event_id = e.event_id AND n.kind = 'unrouted' AND n.due_at = e.filed_at AND n.found_at > clock_timestamp() - %(again)s::interval)
 ORDER BY e.grade, e.filed_at, e.event_id
 LIMIT %(most)s
   FOR UPDATE SKIP LOCKED;

-- name: unrouted
INSERT INTO event_notice (event_id, kind, due_at)
SELECT e.event_id, 'unrouted', e.filed_at FROM event AS e WHERE e.event_id = ANY (%(events)s::bigint[])
ON CONFLICT (event_id, kind, due_at) DO UPDATE SET found_at = excluded.found_at;

-- name: routed
-- That nobody is known for it does not hold any more.
DELETE FROM event_notice WHERE event_id = ANY (%(events)s::bigint[]) AND kind = 'unrouted';
