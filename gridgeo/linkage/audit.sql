-- name: lock_audit
-- One after the other: each row follows from the one before.
SELECT pg_advisory_xact_lock(hashtext('gridgeo.linkage.audit'));

-- name: head
-- The last row.
SELECT seq, hash FROM linkage.audit ORDER BY seq DESC LIMIT 1;

-- name: append
-- A row at the end.
INSERT INTO linkage.audit (seq, at, actor, action, purpose, outcome, subjects, detail, hash)
VALUES (%(seq)s, %(at)s, %(actor)s, %(action)s, %(purpose)s, %(outcome)s, %(subjects)s, %(detail)s, %(hash)s);

-- name: entries
-- All rows in order.
SELECT seq, at, actor, action, purpose, outcome, subjects, detail, hash FROM linkage.audit ORDER BY seq;

-- name: newest
-- The last rows, of one actor or action where one is named.
SELECT seq, at, actor, action, purpose, outcome, subjects, detail
  FROM linkage.audit
 WHERE (%(actor)s = '' OR actor = %(actor)s) AND (%(action)s = '' OR action = %(action)s)
 ORDER BY seq DESC LIMIT %(most)s;
