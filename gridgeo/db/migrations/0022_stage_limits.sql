-- No stage of an event ends later than the whole. Where one was said to, a step puts it right, and tasks that went by it with it.
WITH late AS MATERIALIZED (
  SELECT e.event_id, e.due_at, e.stage_due_at FROM gridgeo.event AS e
   WHERE e.stage_due_at > e.due_at AND e.stage NOT IN ('rejected', 'closed', 'merged')
), amended AS (
  UPDATE gridgeo.event AS e SET stage_due_at = e.due_at, version = e.version + 1
    FROM late AS l WHERE l.event_id = e.event_id
  RETURNING e.event_id, e.version, e.stage, e.due_at
), told AS (
  INSERT INTO gridgeo.event_step (event_id, step_no, action, stage, actor, at, reason, given)
  SELECT a.event_id, a.version, 'amend', a.stage, 'system', now(), '环节时限不晚于全程时限', jsonb_build_object('stage_due_at', a.due_at)
    FROM amended AS a
)
UPDATE gridgeo.event_task AS t SET due_at = l.due_at
  FROM late AS l
 WHERE t.event_id = l.event_id AND t.due_at = l.stage_due_at AND t.stage IN ('open', 'accepted');
