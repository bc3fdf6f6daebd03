-- name: lock
-- The same request at the same time waits for the first. In one order, so that nobody waits for somebody who waits for him.
SELECT pg_advisory_xact_lock(g.n)
  FROM (SELECT DISTINCT hashtextextended(k.owner || encode(k.key, 'hex'), 6) AS n
          FROM unnest(%(owners)s::text[], %(keys)s::bytea[]) AS k (owner, key) ORDER BY n) AS g;

-- name: again
SELECT r.owner, r.key, r.digest, r.salt, e.event_id, e.event_code, e.version, p.receipt IS NOT NULL
  FROM unnest(%(owners)s::text[], %(keys)s::bytea[]) AS k (owner, key)
  JOIN event_request AS r ON r.owner = k.owner AND r.key = k.key
  JOIN event AS e ON e.event_id = r.event_id
  JOIN event_report AS p ON p.event_id = e.event_id AND p.report_no = 1;

-- name: remember
INSERT INTO event_request (owner, key, digest, salt, event_id)
SELECT *
  FROM unnest(%(owners)s::text[], %(keys)s::bytea[], %(digests)s::bytea[], %(salts)s::bytea[], %(events)s::bigint[]);
