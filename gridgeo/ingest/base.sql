-- What the loads of the address base have in common: `word` says what each different text means, `fault` what is wrong, `located`
-- where buildings are said to be. What a kind of file has of its own is in base_<kind>.sql: `incoming_*` is its files' text, `staged_*`
-- what is to be stored. All of them go with the transaction.

-- name: drop_all
-- Of a load before in the same transaction.
DROP TABLE IF EXISTS pg_temp.word, pg_temp.fault, pg_temp.located, pg_temp.incoming_buildings, pg_temp.staged_buildings,
  pg_temp.incoming_houses, pg_temp.staged_houses, pg_temp.incoming_names, pg_temp.staged_names,
  pg_temp.incoming_addresses, pg_temp.staged_addresses, pg_temp.incoming_successors, pg_temp.staged_successors;

-- name: make_word
-- That a text stands once for a field lets the planner leave out the joins for columns that no file has.
CREATE TEMPORARY TABLE word (
  field text, given text, value text, key text, number double precision, fault text, rule text, UNIQUE (field, given)
) ON COMMIT DROP;

-- name: make_fault
CREATE TEMPORARY TABLE fault (code text, file smallint, n integer, field text, value text, rule text) ON COMMIT DROP;

-- name: make_located
-- Where the files say that buildings are, in EPSG:4490, and in which community of today; footprints where there are any.
CREATE TEMPORARY TABLE located (
  file smallint, n integer, lon double precision, lat double precision, footprint geometry(MultiPolygon, 4490)
) ON COMMIT DROP;

-- name: sum_up
-- How often each fault was found, and where first.
SELECT code, file, n, field, value, rule, total
  FROM (
    SELECT f.*, count(*) OVER (PARTITION BY code) AS total, row_number() OVER (PARTITION BY code ORDER BY file, n) AS place
      FROM fault AS f
  ) AS ranked
 WHERE place <= %(most)s
 ORDER BY code, place;
