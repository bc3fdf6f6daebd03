-- name: lock_events
-- Whoever writes events waits.
LOCK TABLE event IN SHARE ROW EXCLUSIVE MODE;

-- name: find_unassigned
-- The events of which an edition does not say yet where they lie.
INSERT INTO to_place (n, point)
SELECT e.event_id, e.point
  FROM event AS e
 WHERE e.point IS NOT NULL
   AND NOT EXISTS (SELECT FROM event_grid AS g WHERE g.event_id = e.event_id AND g.edition_id = %(edition_id)s);

-- name: assign
INSERT INTO event_grid (event_id, edition_id, unit_id, outcome)
SELECT n, %(edition_id)s, unit_id, outcome FROM lying ORDER BY n;

-- name: assign_nowhere
-- Those of which nobody knows where they are.
INSERT INTO event_grid (event_id, edition_id, unit_id, outcome)
SELECT e.event_id, %(edition_id)s, NULL, 'none'
  FROM event AS e
 WHERE e.point IS NULL
   AND NOT EXISTS (SELECT FROM event_grid AS g WHERE g.event_id = e.event_id AND g.edition_id = %(edition_id)s)
 ORDER BY e.event_id;

-- name: forget
DELETE FROM event_grid WHERE edition_id = %(edition_id)s;
