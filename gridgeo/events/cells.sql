-- name: fold
SELECT gridgeo.fold_closed_events();

-- name: refresh
SELECT gridgeo.draw_events_anew()::text;

-- name: false_standing
-- Open events that are not drawn as they are.
SELECT count(*)
  FROM (SELECT * FROM event WHERE point IS NOT NULL AND stage NOT IN ('rejected', 'closed', 'merged')) AS e
  FULL JOIN event_standing AS s ON s.event_id = e.event_id
 WHERE (s.x, s.y, s.class_id, s.reported_at, s.began, s.due_at)
   IS DISTINCT FROM (mercator_x(ST_X(e.point)), mercator_y(ST_Y(e.point)), e.class_id, e.reported_at, coalesce(e.filed_at, e.reported_at),
                     CASE WHEN e.paused_at IS NULL THEN e.due_at END);

-- name: closed
SELECT count(*) FROM event WHERE point IS NOT NULL AND stage = 'closed';

-- name: waiting
SELECT coalesce(sum(times), 0) FROM event_closed_shift;

-- name: false_sums
-- Lengths of days at a zoom of which the sums are not of so many.
SELECT count(*)
  FROM (VALUES (14), (15), (16)) AS z (zoom)
 CROSS JOIN (VALUES (1), (8), (64)) AS d (span)
 CROSS JOIN LATERAL (
   SELECT coalesce(sum(u.n), 0) AS n
     FROM event_closed_sum AS s
    CROSS JOIN LATERAL unnest(s.ns) AS u (n)
    WHERE s.zoom = z.zoom AND s.span = d.span
 ) AS kept
 WHERE kept.n <> %(n)s;
