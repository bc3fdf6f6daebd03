-- name: try_lock
-- Cells are added up by one at a time, so that changes are numbered in the order in which they can be seen.
SELECT pg_try_advisory_xact_lock(hashtext('gridgeo.object_cell'));

-- name: lock
SELECT pg_advisory_xact_lock(hashtext('gridgeo.object_cell'));

-- name: waiting
-- Whether anything changed since cells were added up: objects, or the tree whose order they are in.
SELECT EXISTS (SELECT FROM object_changed)
    OR (SELECT value FROM tile_state WHERE name = 'tree') IS DISTINCT FROM
       coalesce((SELECT tree_id FROM category_tree WHERE valid @> now()), 0);

-- name: other_tree
-- Whether cells are in the order of another tree than the one valid now.
SELECT (SELECT value FROM tile_state WHERE name = 'tree') IS DISTINCT FROM
       coalesce((SELECT tree_id FROM category_tree WHERE valid @> now()), 0);

-- name: make_dirty
CREATE TEMPORARY TABLE dirty (zoom integer, x integer, y integer) ON COMMIT DROP;

-- name: take
-- What changed, taken from the queue. A row is seen here once what it tells of is seen as well.
WITH taken AS (
  DELETE FROM object_changed RETURNING x, y
)
INSERT INTO dirty (zoom, x, y) SELECT DISTINCT 20, x, y FROM taken;

-- name: size
SELECT count(*), bool_or(x IS NULL) FROM dirty;

-- name: spread
-- The cells above what changed.
INSERT INTO dirty (zoom, x, y)
SELECT DISTINCT up.zoom, d.x >> (20 - up.zoom), d.y >> (20 - up.zoom)
  FROM dirty AS d, generate_series(%(uppermost)s, 19) AS up (zoom)
 WHERE d.zoom = 20;

-- name: forget
DELETE FROM object_cell AS c USING dirty AS d WHERE c.zoom = d.zoom AND c.x = d.x AND c.y = d.y;

-- name: forget_all
DELETE FROM object_cell;

-- name: make_counted
CREATE TEMPORARY TABLE counted (
  x integer, y integer, status text, category_id integer, n bigint, sum_x bigint, sum_y bigint
) ON COMMIT DROP;

-- name: count
-- What the cells of zoom 20 that changed hold, by the objects in them.
WITH placed AS MATERIALIZED (
  SELECT d.x, d.y, o.status, o.category_id, mercator_x(ST_X(o.point)) AS mx, mercator_y(ST_Y(o.point)) AS my
    FROM dirty AS d
    JOIN object AS o ON o.point && cell_box(20, d.x, d.y)
   WHERE d.zoom = 20
)
INSERT INTO counted (x, y, status, category_id, n, sum_x, sum_y)
SELECT x, y, status, category_id, count(*), sum(mx), sum(my)
  FROM placed
 WHERE mx >> 11 = x AND my >> 11 = y
 GROUP BY x, y, status, category_id;

-- name: count_all
WITH placed AS (
  SELECT o.status, o.category_id, mercator_x(ST_X(o.point)) AS mx, mercator_y(ST_Y(o.point)) AS my FROM object AS o
)
INSERT INTO counted (x, y, status, category_id, n, sum_x, sum_y)
SELECT mx >> 11, my >> 11, status, category_id, count(*), sum(mx), sum(my)
  FROM placed
 GROUP BY 1, 2, 3, 4;

-- name: count_below
-- What the cells of a zoom that changed hold, by the four below each.
INSERT INTO counted (x, y, status, category_id, n, sum_x, sum_y)
SELECT d.x, d.y, c.status, of.category_id, sum(of.n), sum(of.sum_x), sum(of.sum_y)
  FROM dirty AS d
  JOIN object_cell AS c
    ON c.zoom = %(zoom)s + 1 AND c.x IN (2 * d.x, 2 * d.x + 1) AND c.y IN (2 * d.y, 2 * d.y + 1)
 CROSS JOIN LATERAL unnest(c.categories, c.ns, c.sums_x, c.sums_y) AS of (category_id, n, sum_x, sum_y)
 WHERE d.zoom = %(zoom)s
 GROUP BY d.x, d.y, c.status, of.category_id;

-- name: count_all_below
INSERT INTO counted (x, y, status, category_id, n, sum_x, sum_y)
SELECT c.x >> 1, c.y >> 1, c.status, of.category_id, sum(of.n), sum(of.sum_x), sum(of.sum_y)
  FROM object_cell AS c
 CROSS JOIN LATERAL unnest(c.categories, c.ns, c.sums_x, c.sums_y) AS of (category_id, n, sum_x, sum_y)
 WHERE c.zoom = %(zoom)s + 1
 GROUP BY 1, 2, 3, 4;

-- name: keep
-- What was counted, a row a cell and status; those of one tile side by side.
INSERT INTO object_cell (zoom, x, y, status, n, sum_x, sum_y, majors, categories, ns, sums_x, sums_y)
SELECT %(zoom)s, c.x, c.y, c.status, sum(c.n), sum(c.sum_x), sum(c.sum_y),
       ARRAY[coalesce(sum(c.n) FILTER (WHERE m = 1), 0), coalesce(sum(c.n) FILTER (WHERE m = 2), 0),
             coalesce(sum(c.n) FILTER (WHERE m = 3), 0), coalesce(sum(c.n) FILTER (WHERE m = 4), 0),
             coalesce(sum(c.n) FILTER (WHERE m = 5), 0), coalesce(sum(c.n) FILTER (WHERE m = 6), 0),
             coalesce(sum(c.n) FILTER (WHERE m = 7), 0), coalesce(sum(c.n) FILTER (WHERE m = 8), 0),
             coalesce(sum(c.n) FILTER (WHERE m = 9), 0)]::bigint[],
       array_agg(c.category_id), array_agg(c.n), array_agg(c.sum_x), array_agg(c.sum_y)
  FROM (
    -- Sorted once, and not for each of the arrays.
    SELECT x, y, status, category_id, n, sum_x, sum_y, m
      FROM counted
      JOIN category_major USING (category_id)
     ORDER BY x, y, status, category_id
  ) AS c
 GROUP BY c.x, c.y, c.status
 ORDER BY c.x >> 5, c.y >> 5, c.x, c.y, c.status;

-- name: order_majors
-- Counts by major class in the order of the tree valid now, of what is counted by category: no object is looked at.
WITH ordered AS (
  SELECT c.zoom, c.x, c.y, c.status,
         ARRAY[coalesce(sum(of.n) FILTER (WHERE m = 1), 0), coalesce(sum(of.n) FILTER (WHERE m = 2), 0),
               coalesce(sum(of.n) FILTER (WHERE m = 3), 0), coalesce(sum(of.n) FILTER (WHERE m = 4), 0),
               coalesce(sum(of.n) FILTER (WHERE m = 5), 0), coalesce(sum(of.n) FILTER (WHERE m = 6), 0),
               coalesce(sum(of.n) FILTER (WHERE m = 7), 0), coalesce(sum(of.n) FILTER (WHERE m = 8), 0),
               coalesce(sum(of.n) FILTER (WHERE m = 9), 0)]::bigint[] AS majors
    FROM object_cell AS c
   CROSS JOIN LATERAL unnest(c.categories, c.ns) AS of (category_id, n)
    JOIN category_major USING (category_id)
   GROUP BY c.zoom, c.x, c.y, c.status
)
UPDATE object_cell AS c
   SET majors = o.majors
  FROM ordered AS o
 WHERE (c.zoom, c.x, c.y, c.status) = (o.zoom, o.x, o.y, o.status) AND c.majors <> o.majors;

-- name: tree
-- From now on cells are in the order of the tree valid now.
INSERT INTO tile_state (name, value) VALUES ('tree', coalesce((SELECT tree_id FROM category_tree WHERE valid @> now()), 0))
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: forget_kept
-- Kept tiles of objects in which something changed; beyond zoom 20 those within a cell.
DELETE FROM tile_kept AS k
 USING dirty AS d
 WHERE k.collection = 'objects' AND d.zoom = 20
   AND k.x >> greatest(k.zoom - 20, 0) = d.x >> greatest(20 - k.zoom, 0)
   AND k.y >> greatest(k.zoom - 20, 0) = d.y >> greatest(20 - k.zoom, 0);

-- name: forget_all_kept
DELETE FROM tile_kept WHERE collection = 'objects';

-- name: number
-- The change gets its number, and everybody who keeps tiles is told when the transaction commits.
WITH changed AS (
  INSERT INTO tile_change (xs, ys)
  SELECT CASE WHEN %(all)s THEN NULL ELSE array_agg(x) END, CASE WHEN %(all)s THEN NULL ELSE array_agg(y) END
    FROM dirty WHERE zoom = 20
  RETURNING change_no
)
SELECT change_no, pg_notify('gridgeo_tiles', '') FROM changed;

-- name: number_all
-- Everything may be otherwise.
WITH changed AS (
  INSERT INTO tile_change (xs, ys) VALUES (NULL, NULL) RETURNING change_no
)
SELECT change_no, pg_notify('gridgeo_tiles', '') FROM changed;

-- name: forget_changes
-- What was told an hour ago is known; who was away longer forgets everything (live.py).
DELETE FROM tile_change
 WHERE changed_at < now() - interval '1 hour' AND change_no < (SELECT max(change_no) FROM tile_change);

-- name: changes
SELECT change_no, xs, ys FROM tile_change WHERE change_no > %(after)s ORDER BY change_no;

-- name: last_change
SELECT coalesce(max(change_no), 0), coalesce(min(change_no), 0) FROM tile_change;

-- name: objects_add_up
-- Objects by status: their number and the sums of their places.
SELECT status, count(*), sum(mercator_x(ST_X(point)))::bigint, sum(mercator_y(ST_Y(point)))::bigint FROM object GROUP BY status;

-- name: cells_add_up
-- The same of the cells of each zoom.
SELECT zoom, status, sum(n)::bigint, sum(sum_x)::bigint, sum(sum_y)::bigint FROM object_cell GROUP BY zoom, status;

-- name: make_recounted
-- Every cell of every zoom, counted from the objects.
CREATE TEMPORARY TABLE recounted ON COMMIT DROP AS
WITH placed AS (
  SELECT o.status, o.category_id, mercator_x(ST_X(o.point)) AS mx, mercator_y(ST_Y(o.point)) AS my FROM object AS o
), deepest AS MATERIALIZED (
  SELECT mx >> 11 AS x, my >> 11 AS y, status, category_id, count(*) AS n, sum(mx) AS sum_x, sum(my) AS sum_y
    FROM placed
   GROUP BY 1, 2, 3, 4
)
SELECT zoom::smallint, x >> (20 - zoom) AS x, y >> (20 - zoom) AS y, status, category_id,
       sum(n)::bigint AS n, sum(sum_x)::bigint AS sum_x, sum(sum_y)::bigint AS sum_y
  FROM deepest, generate_series(5, 20) AS zoom
 GROUP BY 1, 2, 3, 4, 5;

-- name: difference
-- Cells that are not what was counted: zoom, x, y, status, category, kept, counted.
WITH kept AS (
  SELECT c.x, c.y, c.zoom, c.status, of.category_id, of.n, of.sum_x, of.sum_y
    FROM object_cell AS c
   CROSS JOIN LATERAL unnest(c.categories, c.ns, c.sums_x, c.sums_y) AS of (category_id, n, sum_x, sum_y)
)
SELECT zoom, x, y, status, category_id, coalesce(kept.n, 0), coalesce(recounted.n, 0)
  FROM kept
  FULL JOIN recounted USING (zoom, x, y, status, category_id)
 WHERE (kept.n, kept.sum_x, kept.sum_y) IS DISTINCT FROM (recounted.n, recounted.sum_x, recounted.sum_y)
 ORDER BY zoom DESC, x, y, status, category_id
 LIMIT %(limit)s;
