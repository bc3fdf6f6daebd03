-- The change feed as callers read it. What they may not see, the functions leave out (db/functions/changes.sql).

-- name: bounds
-- The numbers the caller may ask for.
SELECT first, latest, since FROM gridgeo.change_bounds();

-- name: lag
-- How far numbering lags: the last number, how many transactions wait, and for how many seconds the first has.
SELECT latest, waiting, waiting_s FROM gridgeo.change_lag();

-- name: transactions
-- Transactions by their numbers.
SELECT number, made_at, stamped_at, entities FROM gridgeo.change_transactions(%(first)s, %(last)s, %(most)s) ORDER BY number;
