-- name: drop_ground
DROP TABLE IF EXISTS same_ground, near_other;

-- name: make_same_ground
-- The lowest units that are cut as they were, in an edition and the one before.
CREATE TEMPORARY TABLE same_ground ON COMMIT DROP AS
SELECT v.unit_id
  FROM grid_unit_version AS v
  JOIN grid_unit_version AS b USING (unit_id)
 WHERE v.edition_id = %(edition_id)s AND v.leaf
   AND b.edition_id = %(before)s AND b.leaf
   AND v.geom = b.geom;

-- name: make_near_other
-- The objects about which others of the lowest units lie: these may hold them, too.
CREATE TEMPORARY TABLE near_other ON COMMIT DROP AS
SELECT DISTINCT o.object_id
  FROM grid_unit_version AS v
  JOIN object AS o ON o.point && v.geom
 WHERE v.edition_id = %(edition_id)s AND v.leaf
   AND v.unit_id <> ALL(ARRAY(SELECT unit_id FROM same_ground));

-- name: carry
-- What lies inside one unit, and nothing has changed about it, lies there still.
INSERT INTO object_grid (object_id, edition_id, unit_id, outcome)
SELECT g.object_id, %(edition_id)s, g.unit_id, g.outcome
  FROM object_grid AS g
  JOIN same_ground AS s ON s.unit_id = g.unit_id
 WHERE g.edition_id = %(before)s
   AND g.outcome = 'inside'
   AND NOT EXISTS (SELECT FROM near_other AS n WHERE n.object_id = g.object_id)
   AND NOT EXISTS (SELECT FROM object_grid AS k WHERE k.edition_id = %(edition_id)s AND k.object_id = g.object_id)
 ORDER BY g.object_id;

-- name: find_unassigned
-- The objects of which an edition does not say yet where they lie.
INSERT INTO to_place (n, point)
SELECT o.object_id, o.point
  FROM object AS o
 WHERE NOT EXISTS (SELECT FROM object_grid AS g WHERE g.object_id = o.object_id AND g.edition_id = %(edition_id)s);

-- name: assign
INSERT INTO object_grid (object_id, edition_id, unit_id, outcome)
SELECT n, %(edition_id)s, unit_id, outcome FROM lying ORDER BY n;

-- name: forget
DELETE FROM object_grid WHERE edition_id = %(edition_id)s;
