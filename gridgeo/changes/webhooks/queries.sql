-- Webhooks, how far each was told, and what it would not have.

-- name: enter
-- A host that may be told.
INSERT INTO webhook_origin (origin) VALUES (%(origin)s) ON CONFLICT DO NOTHING;

-- name: origins
SELECT origin FROM webhook_origin ORDER BY origin;

-- name: add
-- Told from the next transaction on. Nothing is added when there are as many as can be, or the host was never entered.
INSERT INTO webhook (origin, path, entities, area, secret, told)
SELECT %(origin)s, %(path)s, %(entities)s, %(area)s::bigint[], %(secret)s, (SELECT coalesce(max(t.number), 0) FROM change_transaction AS t)
 WHERE (SELECT count(*) FROM webhook) < %(most)s
   AND EXISTS (SELECT FROM webhook_origin AS o WHERE o.origin = %(origin)s)
RETURNING webhook_id;

-- name: webhooks
-- All, or one.
SELECT w.webhook_id, w.origin || w.path, w.entities, w.area, w.secret, w.made_at, w.told, w.tries, w.refusals,
       nullif(w.next_at, '-infinity'), w.failing_since, w.failure,
       (SELECT count(*) FROM webhook_dead AS d WHERE d.webhook_id = w.webhook_id)
  FROM webhook AS w
 WHERE %(webhook_id)s::bigint IS NULL OR w.webhook_id = %(webhook_id)s
 ORDER BY w.webhook_id;

-- name: remove
DELETE FROM webhook WHERE webhook_id = %(webhook_id)s;

-- name: dead
SELECT webhook_id, number, died_at, failure FROM webhook_dead
 WHERE %(webhook_id)s::bigint IS NULL OR webhook_id = %(webhook_id)s
 ORDER BY webhook_id, number LIMIT %(most)s;

-- name: take
-- Those that have something to be told, whom nobody is telling, and whose time has come: held for a while by whoever asks. What he holds
-- and is not telling is his again: the database had broken off.
UPDATE webhook AS w
   SET holder = %(holder)s, held_until = statement_timestamp() + %(held)s
 WHERE w.webhook_id IN (
   SELECT d.webhook_id FROM webhook AS d
    WHERE d.next_at <= statement_timestamp() AND (d.held_until < statement_timestamp() OR d.holder = %(holder)s)
      AND d.webhook_id <> ALL (%(telling)s::bigint[])
      AND d.told < (SELECT max(t.number) FROM change_transaction AS t)
    ORDER BY d.next_at
      FOR UPDATE SKIP LOCKED)
RETURNING w.webhook_id;

-- name: hold
-- Hold one on; nothing where somebody else has it, or it was removed.
UPDATE webhook SET held_until = statement_timestamp() + %(held)s WHERE webhook_id = %(webhook_id)s AND holder = %(holder)s
RETURNING webhook_id;

-- name: release
UPDATE webhook SET holder = NULL, held_until = '-infinity' WHERE webhook_id = %(webhook_id)s AND holder = %(holder)s;

-- name: told
UPDATE webhook
   SET told = %(number)s, tries = 0, refusals = 0, next_at = '-infinity', failing_since = NULL, failure = NULL
 WHERE webhook_id = %(webhook_id)s AND holder = %(holder)s;

-- name: failed
-- It is tried again after a while.
UPDATE webhook
   SET tries = %(tries)s, refusals = %(refusals)s, next_at = statement_timestamp() + %(wait)s,
       failing_since = coalesce(failing_since, statement_timestamp()), failure = %(failure)s
 WHERE webhook_id = %(webhook_id)s AND holder = %(holder)s;

-- name: bury
INSERT INTO webhook_dead (webhook_id, number, failure)
SELECT w.webhook_id, %(number)s, %(failure)s FROM webhook AS w WHERE w.webhook_id = %(webhook_id)s AND w.holder = %(holder)s
ON CONFLICT (webhook_id, number) DO UPDATE SET died_at = now(), failure = excluded.failure;

-- name: dead_again
UPDATE webhook_dead SET died_at = now(), failure = %(failure)s WHERE webhook_id = %(webhook_id)s AND number = %(number)s;

-- name: risen
DELETE FROM webhook_dead WHERE webhook_id = %(webhook_id)s AND number = %(number)s;

-- name: lowest
-- The lowest units of today's edition of which some units consist.
WITH RECURSIVE below AS (
  SELECT v.unit_id, v.leaf FROM grid_unit_version AS v WHERE v.edition_id = gridgeo.edition_now() AND v.unit_id = ANY (%(area)s::bigint[])
   UNION ALL
  SELECT v.unit_id, v.leaf FROM below JOIN grid_unit_version AS v ON v.edition_id = gridgeo.edition_now() AND v.parent_id = below.unit_id
)
SELECT DISTINCT unit_id FROM below WHERE leaf;
