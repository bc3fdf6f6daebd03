-- Numbering transactions after they have committed, and letting old ones go.

-- name: take_turn
-- Whether it is this connection that numbers: one at a time, until it ends.
SELECT pg_try_advisory_lock(hashtext('gridgeo.stamper'));

-- name: lock
SELECT pg_advisory_xact_lock(hashtext('gridgeo.stamp'));

-- name: waiting
SELECT EXISTS (SELECT FROM change_transaction WHERE number IS NULL);

-- name: stamp
-- By the last change of each: whoever changed a thing after another waited for his commit, and told of it afterwards.
WITH waiting AS MATERIALIZED (
  SELECT transaction_id, max(c.change_id) AS last
    FROM change_transaction AS t
    LEFT JOIN change AS c USING (transaction_id)
   WHERE t.number IS NULL
   GROUP BY transaction_id
), numbered AS (
  SELECT transaction_id, (SELECT coalesce(max(number), 0) FROM change_transaction)
                         + row_number() OVER (ORDER BY last NULLS FIRST, transaction_id) AS number
    FROM waiting
)
UPDATE change_transaction AS t
   SET number = n.number, stamped_at = statement_timestamp()
  FROM numbered AS n
 WHERE t.transaction_id = n.transaction_id;

-- name: tell
SELECT pg_notify('gridgeo_changes', '');

-- name: state
-- The last number, how many transactions wait for theirs and since when, the first number kept and when it was given; each by an index.
SELECT coalesce((SELECT max(number) FROM change_transaction), 0), w.n, w.since,
       (SELECT min(number) FROM change_transaction), (SELECT min(stamped_at) FROM change_transaction)
  FROM (SELECT count(*) AS n, min(made_at) AS since FROM change_transaction WHERE number IS NULL) AS w;

-- name: first_waiting
-- The transaction that has waited longest for its number.
SELECT min(transaction_id) FROM change_transaction WHERE number IS NULL;

-- name: is_numbering
-- Whether somebody numbers: who does holds this lock.
SELECT EXISTS (
  SELECT FROM pg_locks AS l
   WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
     AND l.classid::bigint = CASE WHEN hashtext('gridgeo.stamper') < 0 THEN 4294967295 ELSE 0 END
     AND l.objid::bigint = (hashtext('gridgeo.stamper')::bigint & 4294967295));

-- name: forget_changes
-- Of transactions numbered before a moment; the last one stays, for numbers go on from it.
DELETE FROM change AS c
 USING change_transaction AS t
 WHERE t.transaction_id = c.transaction_id
   AND t.stamped_at < %(before)s
   AND t.number < (SELECT max(l.number) FROM change_transaction AS l);

-- name: forget_transactions
DELETE FROM change_transaction AS t
 WHERE t.stamped_at < %(before)s
   AND t.number < (SELECT max(l.number) FROM change_transaction AS l);
