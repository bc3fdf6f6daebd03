-- name: lock
-- The same request at the same time waits for the first.
SELECT pg_advisory_xact_lock(hashtextextended(%(owner)s || encode(%(key)s, 'hex'), 6));

-- name: again
SELECT r.digest, r.salt, e.event_id, e.event_code, e.version, p.receipt IS NOT NULL
  FROM event_request AS r
  JOIN event AS e ON e.event_id = r.event_id
  JOIN event_report AS p ON p.event_id = e.event_id AND p.report_no = 1
 WHERE r.owner = %(owner)s AND r.key = %(key)s;

-- name: remember
INSERT INTO event_request (owner, key, digest, salt, event_id) VALUES (%(owner)s, %(key)s, %(digest)s, %(salt)s, %(event_id)s);
