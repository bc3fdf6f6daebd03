-- name: find_unassigned
-- The objects of which an edition does not say yet where they lie.
INSERT INTO to_place (n, point)
SELECT o.object_id, o.point
  FROM object AS o
 WHERE NOT EXISTS (SELECT FROM object_grid AS g WHERE g.object_id = o.object_id AND g.edition_id = %(edition_id)s);

-- name: assign
INSERT INTO object_grid (object_id, edition_id, unit_id, outcome)
SELECT n, %(edition_id)s, unit_id, outcome FROM lying;

-- name: forget
DELETE FROM object_grid WHERE edition_id = %(edition_id)s;
