-- name: lock
-- Whoever acts on an event waits for whoever is at it; two that are merged are locked in one order.
SELECT e.event_id FROM event AS e WHERE e.event_id = ANY(%(events)s::bigint[]) ORDER BY e.event_id FOR UPDATE;

-- name: moment
-- What time it is, now that nobody else is at it.
SELECT clock_timestamp();

-- name: change
-- Columns that are named become what is said, all others stay; kind, code, what was told and when it was reported never change.
UPDATE event AS e
   SET (class_id, grade, stage, located, address, place, point, department_code, merged_into, filed_at, dispatched_at, responded_at,
        handled_at, verified_at, closed_at, due_at, stage_due_at, paused_at, bounces, reopened, stars, version)
     = (SELECT n.class_id, n.grade, n.stage, n.located, n.address, n.place, n.point, n.department_code, n.merged_into, n.filed_at,
               n.dispatched_at, n.responded_at, n.handled_at, n.verified_at, n.closed_at, n.due_at, n.stage_due_at, n.paused_at,
               n.bounces, n.reopened, n.stars, n.version
          FROM jsonb_populate_record(e, %(change)s::jsonb) AS n)
 WHERE e.event_id = %(event_id)s;

-- name: add_step
INSERT INTO event_step (event_id, step_no, action, stage, actor, department_code, at, reason, given)
VALUES (%(event_id)s, %(step_no)s, %(action)s, %(stage)s, %(actor)s, %(department_code)s, %(at)s, %(reason)s, %(given)s::jsonb);

-- name: add_media
INSERT INTO event_media (event_id, media_no, digest, media_type, bytes, step_no)
SELECT %(event_id)s, coalesce((SELECT max(m.media_no) FROM event_media AS m WHERE m.event_id = %(event_id)s), 0) + g.n,
       g.digest, g.media_type, g.bytes, %(step_no)s
  FROM unnest(%(digests)s::bytea[], %(types)s::text[], %(sizes)s::bigint[]) WITH ORDINALITY AS g (digest, media_type, bytes, n);

-- name: forget_grids
DELETE FROM event_grid AS g WHERE g.event_id = %(event_id)s AND g.edition_id = ANY(%(editions)s::bigint[]);

-- name: put_grid
INSERT INTO event_grid (event_id, edition_id, unit_id, outcome) VALUES (%(event_id)s, %(edition_id)s, %(unit_id)s, %(outcome)s);

-- name: tell
SELECT pg_notify('gridgeo_events', %(event_id)s::text);
