-- name: is_unfinished
-- Whether codes are left that an older key sealed.
SELECT EXISTS (SELECT FROM linkage.identity WHERE key_id <> %(key_id)s);

-- name: sealed_after
-- A batch of sealed codes in the order of their tokens, whatever their key.
SELECT kind, token, key_id, sealed FROM linkage.identity WHERE token > %(after)s ORDER BY token LIMIT %(most)s;

-- name: make_anew
-- Codes sealed anew, and the tokens they are under from now on.
CREATE TEMP TABLE linkage_anew (token bytea NOT NULL, anew bytea NOT NULL, key_id smallint NOT NULL, sealed bytea NOT NULL) ON COMMIT DROP;

-- name: copy_anew
-- By the block.
COPY linkage_anew FROM STDIN;

-- name: analyze_anew
-- The planner must know how many there are.
ANALYZE linkage_anew;

-- name: seal_anew
-- The same codes under another key.
UPDATE linkage.identity AS i SET key_id = n.key_id, sealed = n.sealed FROM linkage_anew AS n WHERE n.token = i.token;

-- name: name_reporters
-- Who reported events under the new tokens of their codes.
UPDATE linkage.event_reporter AS r SET token = n.anew FROM linkage_anew AS n WHERE n.token = r.token;

-- name: lock_room
-- Nobody reads or writes while tokens change: a question asked meanwhile would find nothing.
LOCK TABLE linkage.identity, linkage.link IN ACCESS EXCLUSIVE MODE;

-- name: keep_links
-- Every link under its new token.
CREATE TEMP TABLE linkage_links ON COMMIT DROP AS
SELECT n.anew AS token, l.link_id, l.kind, l.zone, l.place, l.role, l.valid, l.recorded, l.method, l.source, l.evidence, l.confidence
  FROM linkage.link AS l JOIN linkage_anew AS n ON n.token = l.token;

-- name: keep_identities
-- Every code under its new token.
CREATE TEMP TABLE linkage_identities ON COMMIT DROP AS
SELECT n.anew AS token, i.kind, n.key_id, n.sealed, i.recorded_at FROM linkage.identity AS i JOIN linkage_anew AS n ON n.token = i.token;

-- name: empty_room
-- In the same transaction they come back.
TRUNCATE linkage.identity, linkage.link;

-- name: put_identities
-- In the order of the index.
INSERT INTO linkage.identity (token, kind, key_id, sealed, recorded_at)
SELECT token, kind, key_id, sealed, recorded_at FROM linkage_identities ORDER BY token;

-- name: put_links
-- With their numbers and with what was believed when; in the order of the places, as a load stores them.
INSERT INTO linkage.link (token, link_id, kind, zone, place, role, valid, recorded, method, source, evidence, confidence)
OVERRIDING SYSTEM VALUE
SELECT token, link_id, kind, zone, place, role, valid, recorded, method, source, evidence, confidence
  FROM linkage_links ORDER BY place COLLATE "C", token, link_id;
