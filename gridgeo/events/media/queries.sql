-- Media of events.

-- name: hold_off
-- Who announces goes beside others who do, and none of them beside who removes.
SELECT pg_advisory_xact_lock_shared(hashtext('gridgeo media'));

-- name: announce
-- Its bytes come. Of what was sent before, what is kept stays what it was.
INSERT INTO media_file AS f (digest, kept, media_type, bytes)
VALUES (%(digest)s, %(kept)s, %(media_type)s, %(bytes)s)
ON CONFLICT (digest) DO UPDATE
   SET announced_at = now(), kept = CASE WHEN f.kept_at IS NULL THEN excluded.kept ELSE f.kept END,
       bytes = CASE WHEN f.kept_at IS NULL THEN excluded.bytes ELSE f.bytes END
RETURNING f.kept;

-- name: held_fast
-- One at a time adds to an event.
SELECT e.version FROM event AS e WHERE e.event_id = %(event_id)s FOR NO KEY UPDATE;

-- name: kept
UPDATE media_file SET kept_at = coalesce(kept_at, now()) WHERE digest = %(digest)s RETURNING media_type, bytes;

-- name: known
SELECT m.media_no, m.kept_at IS NOT NULL FROM event_media AS m
 WHERE m.event_id = %(event_id)s AND m.digest = %(digest)s
 ORDER BY m.media_no LIMIT 1;

-- name: come
-- What was named has come.
UPDATE event_media SET actor = %(actor)s, kept_at = now() WHERE event_id = %(event_id)s AND media_no = %(media_no)s;

-- name: amount
SELECT count(*), count(*) FILTER (WHERE m.actor = %(actor)s) FROM event_media AS m WHERE m.event_id = %(event_id)s;

-- name: add
INSERT INTO event_media (event_id, media_no, digest, media_type, bytes, step_no, actor, kept_at)
SELECT %(event_id)s, coalesce((SELECT max(m.media_no) FROM event_media AS m WHERE m.event_id = %(event_id)s), 0) + 1,
       %(digest)s, %(media_type)s, %(bytes)s, %(step_no)s, %(actor)s, now()
RETURNING media_no;

-- name: media
-- Those of an event, or one of them: as they are kept where they are, else as they were announced.
SELECT m.media_no, m.digest, f.kept, coalesce(f.media_type, m.media_type), coalesce(f.bytes, m.bytes), m.step_no, m.actor, m.kept_at
  FROM event_media AS m
  LEFT JOIN media_file AS f ON f.digest = m.digest AND m.kept_at IS NOT NULL
 WHERE m.event_id = %(event_id)s AND (%(media_no)s::smallint IS NULL OR m.media_no = %(media_no)s)
 ORDER BY m.media_no;

-- name: alone
SELECT pg_advisory_xact_lock(hashtext('gridgeo media'));

-- name: forget
-- What was announced long ago and is nobody's: the names under which its bytes may lie, where no other has the same.
WITH gone AS (
  DELETE FROM media_file AS f
   WHERE f.digest IN (
     SELECT o.digest FROM media_file AS o
      WHERE o.kept_at IS NULL AND o.announced_at < now() - %(after)s::interval
      ORDER BY o.announced_at LIMIT %(most)s)
  RETURNING f.digest, f.kept
)
SELECT DISTINCT g.kept
  FROM gone AS g
 WHERE NOT EXISTS (SELECT FROM media_file AS f WHERE f.kept = g.kept AND f.digest NOT IN (SELECT digest FROM gone));

-- name: some
-- So many at random, to be looked at.
SELECT f.kept FROM media_file AS f WHERE f.kept_at IS NOT NULL ORDER BY random() LIMIT %(most)s;

-- name: total
SELECT count(*), coalesce(sum(f.bytes), 0)::bigint FROM media_file AS f WHERE f.kept_at IS NOT NULL;
