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
-- The last number, how many transactions wait for theirs and since when, the first number kept and when it was given.
SELECT coalesce(max(number), 0), count(*) FILTER (WHERE number IS NULL), min(made_at) FILTER (WHERE number IS NULL), min(number), min(stamped_at)
  FROM change_transaction;

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
