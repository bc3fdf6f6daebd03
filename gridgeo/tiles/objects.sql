-- name: standing
SELECT status FROM object_status WHERE standing ORDER BY status;

-- name: clusters
-- Objects of the whole city added up in 32 x 32 cells of a tile, from what is kept.
WITH cell AS MATERIALIZED (
  SELECT c.x, c.y, sum(c.n::integer) AS n, sum(c.sum_x) AS sum_x, sum(c.sum_y) AS sum_y,
         sum(c.majors[1]::integer) AS m1, sum(c.majors[2]::integer) AS m2, sum(c.majors[3]::integer) AS m3,
         sum(c.majors[4]::integer) AS m4, sum(c.majors[5]::integer) AS m5, sum(c.majors[6]::integer) AS m6,
         sum(c.majors[7]::integer) AS m7, sum(c.majors[8]::integer) AS m8, sum(c.majors[9]::integer) AS m9
    FROM object_cell AS c
   WHERE c.zoom = %(cell_zoom)s::smallint AND c.x >> 5 = %(column)s AND c.y >> 5 = %(row)s AND c.status = ANY (%(statuses)s)
   GROUP BY c.x, c.y
), q AS MATERIALIZED (
  -- In float8, in which all of these numbers are exact: numeric would take longer than all the rest.
  SELECT ST_MakePoint(floor((sum_x::float8 / n - %(x)s::float8) / %(unit)s::float8),
                      floor((sum_y::float8 / n - %(y)s::float8) / %(unit)s::float8)) AS geom, n::integer AS n,
         nullif(m1, 0)::integer AS m1, nullif(m2, 0)::integer AS m2, nullif(m3, 0)::integer AS m3,
         nullif(m4, 0)::integer AS m4, nullif(m5, 0)::integer AS m5, nullif(m6, 0)::integer AS m6,
         nullif(m7, 0)::integer AS m7, nullif(m8, 0)::integer AS m8, nullif(m9, 0)::integer AS m9
    FROM cell
   ORDER BY y, x
)
SELECT coalesce(ST_AsMVT(q, 'clusters', 4096, 'geom'), ''::bytea) FROM q;

-- name: clusters_of
-- The same of some categories, or of what a filter of categories and statuses lets through.
WITH major AS MATERIALIZED (
  SELECT category_id, m FROM category_major WHERE (%(categories)s::integer[] IS NULL OR category_id = ANY (%(categories)s::integer[]))
), of AS MATERIALIZED (
  SELECT c.x, c.y, of.n::integer AS n, of.sum_x, of.sum_y, k.m
    FROM object_cell AS c
   CROSS JOIN LATERAL unnest(c.categories, c.ns, c.sums_x, c.sums_y) AS of (category_id, n, sum_x, sum_y)
    JOIN major AS k USING (category_id)
   WHERE c.zoom = %(cell_zoom)s::smallint AND c.x >> 5 = %(column)s AND c.y >> 5 = %(row)s AND c.status = ANY (%(statuses)s)
     AND (%(categories)s::integer[] IS NULL OR category_id = ANY (%(categories)s::integer[]))
     AND %(filter)s
), q AS MATERIALIZED (
  SELECT ST_MakePoint(floor((sum(sum_x)::float8 / sum(n) - %(x)s::float8) / %(unit)s::float8),
                      floor((sum(sum_y)::float8 / sum(n) - %(y)s::float8) / %(unit)s::float8)) AS geom,
         sum(n)::integer AS n,
         (sum(n) FILTER (WHERE m = 1))::integer AS m1, (sum(n) FILTER (WHERE m = 2))::integer AS m2,
         (sum(n) FILTER (WHERE m = 3))::integer AS m3, (sum(n) FILTER (WHERE m = 4))::integer AS m4,
         (sum(n) FILTER (WHERE m = 5))::integer AS m5, (sum(n) FILTER (WHERE m = 6))::integer AS m6,
         (sum(n) FILTER (WHERE m = 7))::integer AS m7, (sum(n) FILTER (WHERE m = 8))::integer AS m8,
         (sum(n) FILTER (WHERE m = 9))::integer AS m9
    FROM of
   GROUP BY x, y
   ORDER BY y, x
)
SELECT coalesce(ST_AsMVT(q, 'clusters', 4096, 'geom'), ''::bytea) FROM q;

-- name: clusters_of_few
-- The same of a few categories: each is looked for, where taking every array apart would take longer.
WITH major AS MATERIALIZED (
  SELECT category_id, m FROM category_major WHERE category_id = ANY (%(categories)s)
), of AS MATERIALIZED (
  SELECT c.x, c.y, c.ns[at]::integer AS n, c.sums_x[at] AS sum_x, c.sums_y[at] AS sum_y, k.m
    FROM object_cell AS c
   CROSS JOIN major AS k
   CROSS JOIN LATERAL array_position(c.categories, k.category_id) AS at
   WHERE c.zoom = %(cell_zoom)s::smallint AND c.x >> 5 = %(column)s AND c.y >> 5 = %(row)s AND c.status = ANY (%(statuses)s)
     AND k.category_id = ANY (%(categories)s) AND at IS NOT NULL
), q AS MATERIALIZED (
  SELECT ST_MakePoint(floor((sum(sum_x)::float8 / sum(n) - %(x)s::float8) / %(unit)s::float8),
                      floor((sum(sum_y)::float8 / sum(n) - %(y)s::float8) / %(unit)s::float8)) AS geom,
         sum(n)::integer AS n,
         (sum(n) FILTER (WHERE m = 1))::integer AS m1, (sum(n) FILTER (WHERE m = 2))::integer AS m2,
         (sum(n) FILTER (WHERE m = 3))::integer AS m3, (sum(n) FILTER (WHERE m = 4))::integer AS m4,
         (sum(n) FILTER (WHERE m = 5))::integer AS m5, (sum(n) FILTER (WHERE m = 6))::integer AS m6,
         (sum(n) FILTER (WHERE m = 7))::integer AS m7, (sum(n) FILTER (WHERE m = 8))::integer AS m8,
         (sum(n) FILTER (WHERE m = 9))::integer AS m9
    FROM of
   GROUP BY x, y
   ORDER BY y, x
)
SELECT coalesce(ST_AsMVT(q, 'clusters', 4096, 'geom'), ''::bytea) FROM q;

-- name: let_through
-- The categories a filter of categories and statuses lets through, by status; null: all. What it means is known before any cell is
-- looked at.
SELECT s.status, CASE WHEN count(*) < (SELECT count(*) FROM category) THEN array_agg(c.category_id ORDER BY c.category_id) END
  FROM category AS c
 CROSS JOIN object_status AS s
 WHERE s.status = ANY (%(statuses)s)
   AND (%(categories)s::integer[] IS NULL OR c.category_id = ANY (%(categories)s::integer[]))
   AND %(filter)s
 GROUP BY s.status
 ORDER BY s.status;

-- name: units_near
-- The caller's units a tile meets.
SELECT v.unit_id
  FROM grid_unit_version AS v
 WHERE v.edition_id = edition_now() AND v.unit_id = ANY ((SELECT area_units())::bigint[])
   AND v.geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490);

-- name: points
-- Objects of a tile one by one, as far as the caller sees them; how many there are, one more than the most at most.
WITH found AS MATERIALIZED (
  SELECT o.object_id AS id, o.category_id AS c, o.status AS s, CASE WHEN %(named)s THEN o.name END AS name,
         floor((mercator_x(ST_X(o.point)) - %(x)s::float8) / %(unit)s::float8) AS x,
         floor((mercator_y(ST_Y(o.point)) - %(y)s::float8) / %(unit)s::float8) AS y
    FROM objects_about(ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490), %(units)s::bigint[], %(day)s::date) AS o
   WHERE o.status = ANY (%(statuses)s)
     AND (%(categories)s::integer[] IS NULL OR o.category_id = ANY (%(categories)s::integer[]))
     AND %(filter)s
), few AS MATERIALIZED (
  SELECT * FROM found WHERE x >= 0 AND x < 4096 AND y >= 0 AND y < 4096 LIMIT %(most)s + 1
), q AS MATERIALIZED (
  SELECT id, c, s, name, ST_MakePoint(x, y) AS geom FROM few ORDER BY id
)
SELECT count(*), coalesce(ST_AsMVT(q, 'objects', 4096, 'geom', 'id'), ''::bytea) FROM q;

-- name: clusters_seen
-- Objects of a tile added up in its 32 x 32 cells one by one, as far as the caller sees them.
WITH major AS MATERIALIZED (
  SELECT category_id, m FROM category_major
), found AS MATERIALIZED (
  SELECT mercator_x(ST_X(o.point)) AS mx, mercator_y(ST_Y(o.point)) AS my, o.category_id
    FROM objects_about(ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490), %(units)s::bigint[], %(day)s::date) AS o
   WHERE o.status = ANY (%(statuses)s)
     AND (%(categories)s::integer[] IS NULL OR o.category_id = ANY (%(categories)s::integer[]))
     AND %(filter)s
), of AS MATERIALIZED (
  SELECT floor((f.mx - %(x)s::float8) / %(unit)s::float8) AS x, floor((f.my - %(y)s::float8) / %(unit)s::float8) AS y, k.m
    FROM found AS f
    JOIN major AS k ON k.category_id = f.category_id
), q AS MATERIALIZED (
  SELECT ST_MakePoint(floor(avg(x)), floor(avg(y))) AS geom, count(*)::integer AS n,
         nullif(count(*) FILTER (WHERE m = 1), 0)::integer AS m1, nullif(count(*) FILTER (WHERE m = 2), 0)::integer AS m2,
         nullif(count(*) FILTER (WHERE m = 3), 0)::integer AS m3, nullif(count(*) FILTER (WHERE m = 4), 0)::integer AS m4,
         nullif(count(*) FILTER (WHERE m = 5), 0)::integer AS m5, nullif(count(*) FILTER (WHERE m = 6), 0)::integer AS m6,
         nullif(count(*) FILTER (WHERE m = 7), 0)::integer AS m7, nullif(count(*) FILTER (WHERE m = 8), 0)::integer AS m8,
         nullif(count(*) FILTER (WHERE m = 9), 0)::integer AS m9
    FROM of
   WHERE x >= 0 AND x < 4096 AND y >= 0 AND y < 4096
   GROUP BY floor(y / 128), floor(x / 128)
   ORDER BY floor(y / 128), floor(x / 128)
)
SELECT coalesce(ST_AsMVT(q, 'clusters', 4096, 'geom'), ''::bytea) FROM q;

-- name: clusters_of_units
-- Objects of the units a caller sees, each unit's in a point inside of it: exact, and no object need be looked at.
WITH major AS MATERIALIZED (
  SELECT category_id, m FROM category_major
), unit AS MATERIALIZED (
  SELECT v.unit_id, floor((mercator_x(ST_X(v.inside)) - %(x)s::float8) / %(unit)s::float8) AS x,
         floor((mercator_y(ST_Y(v.inside)) - %(y)s::float8) / %(unit)s::float8) AS y
    FROM (
      SELECT unit_id, ST_PointOnSurface(geom) AS inside
        FROM grid_unit_version
       WHERE edition_id = edition_now() AND unit_id = ANY (%(units)s::bigint[])
      OFFSET 0
    ) AS v
), of AS MATERIALIZED (
  SELECT u.x, u.y, c.n, k.m
    FROM unit AS u
    JOIN object_count AS c ON c.edition_id = edition_now() AND c.unit_id = u.unit_id
    JOIN major AS k USING (category_id)
   WHERE u.x >= 0 AND u.x < 4096 AND u.y >= 0 AND u.y < 4096 AND c.n > 0 AND c.status = ANY (%(statuses)s)
     AND (%(categories)s::integer[] IS NULL OR category_id = ANY (%(categories)s::integer[]))
     AND %(filter)s
), q AS MATERIALIZED (
  SELECT ST_MakePoint(floor(sum(x * n) / sum(n)), floor(sum(y * n) / sum(n))) AS geom, sum(n)::integer AS n,
         (sum(n) FILTER (WHERE m = 1))::integer AS m1, (sum(n) FILTER (WHERE m = 2))::integer AS m2,
         (sum(n) FILTER (WHERE m = 3))::integer AS m3, (sum(n) FILTER (WHERE m = 4))::integer AS m4,
         (sum(n) FILTER (WHERE m = 5))::integer AS m5, (sum(n) FILTER (WHERE m = 6))::integer AS m6,
         (sum(n) FILTER (WHERE m = 7))::integer AS m7, (sum(n) FILTER (WHERE m = 8))::integer AS m8,
         (sum(n) FILTER (WHERE m = 9))::integer AS m9
    FROM of
   GROUP BY floor(y / 128), floor(x / 128)
   ORDER BY floor(y / 128), floor(x / 128)
)
SELECT coalesce(ST_AsMVT(q, 'clusters', 4096, 'geom'), ''::bytea) FROM q;
