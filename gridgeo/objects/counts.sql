-- name: of_units
-- What some of the lowest units hold.
SELECT category_id, status, sum(n)::bigint
  FROM object_count
 WHERE edition_id = %(edition_id)s
   AND unit_id = ANY(%(units)s::bigint[])
   AND n > 0
 GROUP BY category_id, status
 ORDER BY category_id, status;

-- name: by_unit
-- How many each of the lowest units holds.
SELECT unit_id, sum(n)::bigint
  FROM object_count
 WHERE edition_id = %(edition_id)s
   AND (%(categories)s::integer[] IS NULL OR category_id = ANY(%(categories)s::integer[]))
   AND status = ANY(%(statuses)s::text[])
 GROUP BY unit_id;

-- name: lock_alone
-- Nobody else writes objects until the transaction ends.
SELECT pg_advisory_xact_lock(hashtext('gridgeo.objects'));

-- name: forget
-- The counts of an edition; of all those that have ended, too.
DELETE FROM object_count
 WHERE edition_id = %(edition_id)s
    OR edition_id IN (SELECT edition_id FROM edition WHERE NOT isempty(valid) AND upper(valid) <= now());

-- name: count
-- From scratch.
INSERT INTO object_count (edition_id, unit_id, category_id, status, n)
SELECT g.edition_id, coalesce(g.unit_id, 0), o.category_id, o.status, count(*)
  FROM object AS o
  JOIN object_grid AS g USING (object_id)
 WHERE g.edition_id = %(edition_id)s
 GROUP BY g.edition_id, coalesce(g.unit_id, 0), o.category_id, o.status;

-- name: difference
-- What a recount would change.
WITH counted AS MATERIALIZED (
  SELECT coalesce(g.unit_id, 0) AS unit_id, o.category_id, o.status, count(*) AS n
    FROM object AS o
    JOIN object_grid AS g USING (object_id)
   WHERE g.edition_id = %(edition_id)s
   GROUP BY coalesce(g.unit_id, 0), o.category_id, o.status
), kept AS MATERIALIZED (
  SELECT unit_id, category_id, status, n FROM object_count WHERE edition_id = %(edition_id)s AND n <> 0
)
SELECT unit_id, category_id, status, coalesce(k.n, 0), coalesce(c.n, 0)
  FROM kept AS k
  FULL JOIN counted AS c USING (unit_id, category_id, status)
 WHERE k.n IS DISTINCT FROM c.n
 ORDER BY unit_id, category_id, status;
