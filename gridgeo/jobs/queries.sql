-- Jobs: given, claimed, held, ended, forgotten. Whoever ends or holds one says which try it is: an earlier one is no more.

-- name: lock_owner
-- One at a time of a caller's jobs is counted and added.
SELECT pg_advisory_xact_lock(hashtext('gridgeo job'), hashtext(%(owner)s));

-- name: open
-- How many jobs of a caller, and of all, wait or run.
SELECT count(*) FILTER (WHERE owner = %(owner)s), count(*) FROM gridgeo.job WHERE finished_at IS NULL;

-- name: add
-- Add a job, and tell workers.
WITH added AS (
  INSERT INTO gridgeo.job (job_id, process, owner, area, inputs, response, transmission)
  VALUES (%(job_id)s, %(process)s, %(owner)s, %(area)s, %(inputs)s::jsonb, %(response)s, %(transmission)s)
  RETURNING job_id
)
SELECT job_id, pg_notify('gridgeo_jobs', '') FROM added;

-- name: find
-- A job of a caller, or of anybody where none is named.
SELECT job_id, process, owner, status, progress, response, transmission, files, tries, problem, created_at, started_at, finished_at, updated_at
  FROM gridgeo.job
 WHERE job_id = %(job_id)s AND (owner = %(owner)s OR %(owner)s::text IS NULL);

-- name: listed
-- Jobs of a caller, or of everybody, the latest first; those after one of them.
SELECT job_id, process, owner, status, progress, response, transmission, files, tries, problem, created_at, started_at, finished_at, updated_at
  FROM gridgeo.job
 WHERE (owner = %(owner)s OR %(owner)s::text IS NULL)
   AND (process = ANY (%(processes)s) OR %(processes)s::text[] IS NULL)
   AND (status = ANY (%(statuses)s) OR %(statuses)s::text[] IS NULL)
   AND (created_at >= %(first)s OR %(first)s::timestamptz IS NULL)
   AND (created_at <= %(last)s OR %(last)s::timestamptz IS NULL)
   AND (%(shortest)s::float IS NULL OR coalesce(finished_at, now()) - started_at >= make_interval(secs => %(shortest)s))
   AND (%(longest)s::float IS NULL OR coalesce(finished_at, now()) - started_at <= make_interval(secs => %(longest)s))
   AND (%(after)s::text IS NULL OR (created_at, job_id) < (SELECT a.created_at, a.job_id FROM gridgeo.job AS a WHERE a.job_id = %(after)s))
 ORDER BY created_at DESC, job_id DESC LIMIT %(limit)s;

-- name: waiting
-- Whether a job is there for a worker to take.
SELECT EXISTS (SELECT FROM gridgeo.job WHERE finished_at IS NULL AND (status = 'accepted' OR held_until < now()));

-- name: standing
-- How many jobs wait, how many are under way, since when the first of the former does, and how long that is. One whose worker died waits.
SELECT count(*) FILTER (WHERE w.waits), count(*) FILTER (WHERE NOT w.waits), min(w.since) FILTER (WHERE w.waits),
       now() - min(w.since) FILTER (WHERE w.waits)
  FROM (SELECT status = 'accepted' OR held_until < now() AS waits, coalesce(held_until, updated_at) AS since
          FROM gridgeo.job
         WHERE finished_at IS NULL) AS w;

-- name: give_up
-- End what was begun too often.
UPDATE gridgeo.job
   SET status = 'failed', problem = %(problem)s::jsonb, inputs = NULL, held_until = NULL, finished_at = now(), updated_at = now()
 WHERE finished_at IS NULL AND held_until < now() AND tries >= %(most)s;

-- name: claim
-- Take a job: of the caller who has the fewest running, the one that was given first. What another worker is just taking is passed by.
UPDATE gridgeo.job AS j
   SET status = 'running', tries = tries + 1, progress = 0, held_until = now() + make_interval(secs => %(seconds)s),
       started_at = coalesce(started_at, now()), updated_at = now()
 WHERE j.job_id = (
   SELECT w.job_id
     FROM gridgeo.job AS w
    WHERE w.finished_at IS NULL AND (w.status = 'accepted' OR w.held_until < now())
    ORDER BY (SELECT count(*) FROM gridgeo.job AS r WHERE r.owner = w.owner AND r.status = 'running' AND r.held_until >= now()), w.created_at
      FOR UPDATE SKIP LOCKED LIMIT 1)
RETURNING job_id, process, owner, area, inputs, tries;

-- name: hold
-- Say that a try is alive and how far it is; no row where the job is not its any more.
UPDATE gridgeo.job
   SET held_until = now() + make_interval(secs => %(seconds)s), progress = %(progress)s, updated_at = now()
 WHERE job_id = %(job_id)s AND tries = %(tries)s AND status = 'running'
RETURNING job_id;

-- name: release
-- Give a job back as if it had not been begun.
UPDATE gridgeo.job SET status = 'accepted', tries = tries - 1, held_until = NULL, progress = 0, updated_at = now()
 WHERE job_id = %(job_id)s AND tries = %(tries)s AND status = 'running'
RETURNING job_id, pg_notify('gridgeo_jobs', '');

-- name: succeed
-- End a try that made its files.
UPDATE gridgeo.job
   SET status = 'successful', progress = 100, files = %(files)s::jsonb, inputs = NULL, held_until = NULL, finished_at = now(), updated_at = now()
 WHERE job_id = %(job_id)s AND tries = %(tries)s AND status = 'running'
RETURNING job_id;

-- name: fail
-- End a try that cannot make them.
UPDATE gridgeo.job
   SET status = 'failed', problem = %(problem)s::jsonb, inputs = NULL, held_until = NULL, finished_at = now(), updated_at = now()
 WHERE job_id = %(job_id)s AND tries = %(tries)s AND status = 'running'
RETURNING job_id;

-- name: dismiss
-- End a job, and let go of what was given to it and what it made.
UPDATE gridgeo.job
   SET status = 'dismissed', inputs = NULL, files = NULL, problem = NULL, held_until = NULL,
       finished_at = coalesce(finished_at, now()), updated_at = now()
 WHERE job_id = %(job_id)s AND status <> 'dismissed' AND (owner = %(owner)s OR %(owner)s::text IS NULL)
RETURNING job_id;

-- name: forget
-- Let go of jobs that ended before a moment.
DELETE FROM gridgeo.job WHERE finished_at < %(before)s;

-- name: folders
-- Folders that are in use.
SELECT job_id || '.' || tries FROM gridgeo.job WHERE status IN ('running', 'successful');

-- name: lowest
-- The lowest units of today's edition of governance that some units consist of; those it has no more consist of none.
WITH RECURSIVE below AS (
  SELECT v.unit_id, v.leaf FROM gridgeo.grid_unit_version AS v WHERE v.edition_id = gridgeo.edition_now() AND v.unit_id = ANY (%(area)s)
   UNION
  SELECT v.unit_id, v.leaf
    FROM below AS b
    JOIN gridgeo.grid_unit_version AS v ON v.edition_id = gridgeo.edition_now() AND v.parent_id = b.unit_id
)
SELECT b.unit_id FROM below AS b WHERE b.leaf ORDER BY b.unit_id;
