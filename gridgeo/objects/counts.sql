-- name: of_units
-- What some of the lowest units hold: where all that a unit is added up of are among them, and the caller may see all of these, by its
-- sum; of a caller's other units the counts are added up before they are handed out.
WITH caller AS MATERIALIZED (
  SELECT gridgeo.area_is_whole() OR current_user IN ('gridgeo_city', 'gridgeo_admin') AS sees_all
), given AS MATERIALIZED (
  SELECT DISTINCT unnest(%(units)s::bigint[]) AS unit_id
), part AS MATERIALIZED (
  SELECT a.above_id, array_agg(g.unit_id) FILTER (WHERE g.unit_id IS NOT NULL) AS lowest,
         a.above_id IS NOT NULL AND count(*) = count(g.unit_id)
           AND ((SELECT sees_all FROM caller)
             OR %(edition_id)s = (SELECT gridgeo.edition_now()) AND a.above_id = ANY ((SELECT gridgeo.area_above())::bigint[])) AS whole
    FROM unit_above AS a
    LEFT JOIN given AS g ON g.unit_id = a.unit_id
   WHERE a.edition_id = %(edition_id)s
   GROUP BY a.above_id
  HAVING count(g.unit_id) > 0
), lowest AS MATERIALIZED (
  SELECT unnest(p.lowest) AS unit_id FROM part AS p WHERE NOT p.whole
   UNION ALL
  SELECT 0 FROM given WHERE unit_id = 0
), held AS (
  SELECT s.category_id, s.status, s.n
    FROM object_sum AS s
   WHERE s.edition_id = %(edition_id)s
     AND s.category_id <> 0
     AND s.unit_id = ANY(ARRAY(SELECT p.above_id FROM part AS p WHERE p.whole))
   UNION ALL
  SELECT c.category_id, c.status, c.n
    FROM object_count AS c
   WHERE (SELECT sees_all FROM caller)
     AND c.edition_id = %(edition_id)s
     AND c.unit_id = ANY(ARRAY(SELECT l.unit_id FROM lowest AS l))
   UNION ALL
  SELECT c.category_id, c.status, c.n
    FROM gridgeo.counted(%(edition_id)s, ARRAY(SELECT l.unit_id FROM lowest AS l)) AS c
   WHERE NOT (SELECT sees_all FROM caller)
)
SELECT category_id, status, sum(n)::bigint
  FROM held
 WHERE n > 0
   AND %(filter)s
 GROUP BY category_id, status
 ORDER BY category_id, status;

-- name: by_unit
-- How many of some categories each of the lowest units holds.
SELECT unit_id, sum(n)::bigint
  FROM object_count
 WHERE edition_id = %(edition_id)s
   AND (%(categories)s::integer[] IS NULL OR category_id = ANY(%(categories)s::integer[]))
   AND status = ANY(%(statuses)s::text[])
   AND %(filter)s
 GROUP BY unit_id;

-- name: totals
-- How many of all categories.
SELECT unit_id, sum(n)::bigint
  FROM object_sum
 WHERE edition_id = %(edition_id)s
   AND category_id = 0
   AND status = ANY(%(statuses)s::text[])
 GROUP BY unit_id;

-- name: objects_of_units
-- What no count tells apart: the objects themselves.
SELECT o.category_id, o.status, count(*)
  FROM object_grid AS g
  JOIN object AS o ON o.object_id = g.object_id
 WHERE g.edition_id = %(edition_id)s
   AND (g.unit_id = ANY(%(units)s::bigint[]) OR (0 = ANY(%(units)s::bigint[]) AND g.unit_id IS NULL))
   AND %(filter)s
 GROUP BY o.category_id, o.status
 ORDER BY o.category_id, o.status;

-- name: objects_by_unit
SELECT g.unit_id, count(*)
  FROM object_grid AS g
  JOIN object AS o ON o.object_id = g.object_id
 WHERE g.edition_id = %(edition_id)s
   AND (%(categories)s::integer[] IS NULL OR o.category_id = ANY(%(categories)s::integer[]))
   AND o.status = ANY(%(statuses)s::text[])
   AND %(filter)s
 GROUP BY g.unit_id;

-- name: about
-- What everybody may know; -1 before anything was estimated.
SELECT reltuples::bigint FROM pg_class WHERE oid = 'object'::regclass;

-- name: lock_alone
-- Nobody else writes objects until the transaction ends.
SELECT pg_advisory_xact_lock(hashtext('gridgeo.objects'));

-- name: forget
-- The counts of an edition; of all those that have ended, too.
DELETE FROM object_count
 WHERE edition_id = %(edition_id)s
    OR edition_id IN (SELECT edition_id FROM edition WHERE NOT isempty(valid) AND upper(valid) <= now());

-- name: forget_sums
DELETE FROM object_sum
 WHERE edition_id = %(edition_id)s
    OR edition_id IN (SELECT edition_id FROM edition WHERE NOT isempty(valid) AND upper(valid) <= now());

-- name: count
-- From scratch, in the order they are asked for: the counts of a unit lie together.
INSERT INTO object_count (edition_id, unit_id, category_id, status, n)
SELECT g.edition_id, coalesce(g.unit_id, 0), o.category_id, o.status, count(*)
  FROM object AS o
  JOIN object_grid AS g USING (object_id)
 WHERE g.edition_id = %(edition_id)s
 GROUP BY g.edition_id, coalesce(g.unit_id, 0), o.category_id, o.status
 ORDER BY 1, 2, 3, 4;

-- name: drop_above
DROP TABLE IF EXISTS above;

-- name: make_above
-- unit_above of an edition that may be new: nobody has estimated yet how many units it has.
CREATE TEMPORARY TABLE above ON COMMIT DROP AS
SELECT unit_id, above_id FROM unit_above WHERE edition_id = %(edition_id)s AND above_id IS NOT NULL;

-- name: add_up
INSERT INTO object_sum (edition_id, unit_id, category_id, status, n)
SELECT c.edition_id, a.above_id, c.category_id, c.status, sum(c.n)
  FROM object_count AS c
  JOIN above AS a USING (unit_id)
 WHERE c.edition_id = %(edition_id)s
 GROUP BY c.edition_id, a.above_id, c.category_id, c.status
 UNION ALL
SELECT c.edition_id, c.unit_id, 0, c.status, sum(c.n)
  FROM object_count AS c
 WHERE c.edition_id = %(edition_id)s
 GROUP BY c.edition_id, c.unit_id, c.status;

-- name: difference
-- What a recount would change, in counts and in sums. (No unit has both, and no category is 0.)
WITH counted AS MATERIALIZED (
  SELECT coalesce(g.unit_id, 0) AS unit_id, o.category_id, o.status, count(*) AS n
    FROM object AS o
    JOIN object_grid AS g USING (object_id)
   WHERE g.edition_id = %(edition_id)s
   GROUP BY coalesce(g.unit_id, 0), o.category_id, o.status
), wanted AS (
  SELECT unit_id, category_id, status, n FROM counted
   UNION ALL
  SELECT a.above_id, c.category_id, c.status, sum(c.n)
    FROM counted AS c
    JOIN above AS a ON a.unit_id = c.unit_id
   GROUP BY a.above_id, c.category_id, c.status
   UNION ALL
  SELECT unit_id, 0, status, sum(n) FROM counted GROUP BY unit_id, status
), kept AS (
  SELECT unit_id, category_id, status, n FROM object_count WHERE edition_id = %(edition_id)s AND n <> 0
   UNION ALL
  SELECT unit_id, category_id, status, n FROM object_sum WHERE edition_id = %(edition_id)s AND n <> 0
)
SELECT unit_id, category_id, status, coalesce(k.n, 0), coalesce(c.n, 0)::bigint
  FROM kept AS k
  FULL JOIN wanted AS c USING (unit_id, category_id, status)
 WHERE k.n IS DISTINCT FROM c.n
 ORDER BY unit_id, category_id, status;
