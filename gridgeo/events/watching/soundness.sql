-- What waits for workers.

-- name: undue
SELECT count(*) FILTER (WHERE e.due_at IS NULL AND e.stage <> 'reported'), count(*)
  FROM event AS e WHERE e.stage NOT IN ('rejected', 'closed', 'merged');

-- name: waiting
-- Filed and looked at by nobody; filed, and nobody is known to lead; overdue, and not noted.
SELECT count(*) FILTER (WHERE w.what = 'filed' AND NOT w.noted), count(*) FILTER (WHERE w.what = 'filed' AND w.noted),
       count(*) FILTER (WHERE w.what = 'overdue' AND NOT w.noted)
  FROM (
    SELECT 'filed' AS what,
           EXISTS (SELECT FROM event_notice AS n WHERE n.event_id = e.event_id AND n.kind = 'unrouted' AND n.due_at = e.filed_at) AS noted
      FROM event AS e
     WHERE e.stage = 'filed' AND e.paused_at IS NULL AND e.class_id IS NOT NULL AND e.filed_at < now() - %(patience)s::interval
     UNION ALL
    SELECT 'overdue',
           EXISTS (SELECT FROM event_notice AS n WHERE n.event_id = e.event_id AND n.kind = 'overdue' AND n.due_at = e.due_at)
      FROM event AS e
     WHERE e.stage NOT IN ('rejected', 'closed', 'merged') AND e.paused_at IS NULL AND e.due_at < now() - %(patience)s::interval
  ) AS w;
