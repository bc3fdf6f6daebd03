-- name: drop_placing
DROP TABLE IF EXISTS to_place, lying;

-- name: make_to_place
-- What is to be placed: a number that is the caller's, and a point.
CREATE TEMPORARY TABLE to_place (n bigint, point geometry(Point, 4490)) ON COMMIT DROP;

-- name: drop_lying
DROP TABLE IF EXISTS lying;

-- name: make_lying
CREATE TEMPORARY TABLE lying (n bigint, unit_id bigint, outcome text) ON COMMIT DROP;

-- name: serially
-- A parallel plan hands out points instead of polygons: it takes fifteen times as long.
SET LOCAL max_parallel_workers_per_gather = 0;

-- name: index_to_place
CREATE INDEX ON to_place USING gist (point);

-- name: lay
-- Which lowest unit of an edition each point lies in, by the rule of model.Outcome: the same answers as the query "at". Polygons drive:
-- each is prepared once for all points in its box. Points inside no unit are looked at a second time, with the full relation.
-- (ST_Covers and ST_Intersects have a short cut for points whose arithmetic is not robust on edges.)
WITH unit AS MATERIALIZED (
  SELECT unit_id, code, geom
    FROM grid_unit_version
   WHERE edition_id = %(edition_id)s AND leaf AND geom IS NOT NULL
), inside AS MATERIALIZED (
  SELECT p.n, u.unit_id, u.code
    FROM unit AS u
    JOIN to_place AS p ON ST_ContainsProperly(u.geom, p.point)
), left_over AS MATERIALIZED (
  SELECT p.n, p.point
    FROM to_place AS p
   WHERE NOT EXISTS (SELECT FROM inside AS i WHERE i.n = p.n)
), hit AS (
  SELECT n, unit_id, code, true AS inside FROM inside
  UNION ALL
  SELECT p.n, v.unit_id, v.code, false
    FROM left_over AS p
    JOIN grid_unit_version AS v ON v.edition_id = %(edition_id)s AND v.leaf AND v.geom && p.point
   WHERE ST_Relate(v.geom, p.point) LIKE '___0%%'
), chosen AS (
  SELECT DISTINCT ON (n) n, unit_id,
         CASE WHEN NOT inside THEN 'boundary'
              WHEN count(*) OVER (PARTITION BY n) = 1 THEN 'inside'
              ELSE 'several' END AS outcome
    FROM hit
   ORDER BY n, code COLLATE "C" NULLS LAST, unit_id
)
INSERT INTO lying (n, unit_id, outcome)
SELECT p.n, c.unit_id, coalesce(c.outcome, 'none')
  FROM to_place AS p
  LEFT JOIN chosen AS c USING (n);

-- name: editions_to_come
-- The editions of a scheme that are valid now or will be.
SELECT edition_id
  FROM edition
 WHERE scheme = %(scheme)s
   AND NOT isempty(valid)
   AND (upper_inf(valid) OR upper(valid) > now())
 ORDER BY edition_id;
