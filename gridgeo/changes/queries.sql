-- The change feed as callers read it. What they may not see, the functions leave out (db/functions/changes.sql).

-- name: bounds
-- The numbers the caller may ask for.
SELECT first, latest, since FROM gridgeo.change_bounds();

-- name: transactions
-- Transactions by their numbers.
SELECT number, made_at, stamped_at, entities FROM gridgeo.change_transactions(%(first)s, %(last)s, %(most)s) ORDER BY number;
