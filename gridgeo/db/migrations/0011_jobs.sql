-- Jobs: what takes longer than a request may. Each is claimed by one worker of any process at a time (gridgeo/jobs), and stays for some
-- days after its end. What is given to it may be about people, so it goes when the job is over, and only this role reads it.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gridgeo_jobs') THEN
    BEGIN
      CREATE ROLE gridgeo_jobs NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END IF;
  IF NOT pg_has_role(current_user, 'gridgeo_jobs', 'MEMBER') THEN
    GRANT gridgeo_jobs TO CURRENT_USER;
  END IF;
END $$;

CREATE TABLE gridgeo.job (
  job_id       text PRIMARY KEY CHECK (job_id ~ '^[0-9a-f]{32}$'),
  process      text NOT NULL CHECK (process <> ''),
  owner        text NOT NULL CHECK (owner <> ''),
  area         bigint[],
  inputs       jsonb,
  response     text NOT NULL DEFAULT 'raw' CHECK (response IN ('raw', 'document')),
  transmission text NOT NULL DEFAULT 'value' CHECK (transmission IN ('value', 'reference')),
  status       text NOT NULL DEFAULT 'accepted' CHECK (status IN ('accepted', 'running', 'successful', 'failed', 'dismissed')),
  progress     smallint NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
  tries        smallint NOT NULL DEFAULT 0,
  held_until   timestamptz,
  files        jsonb,
  problem      jsonb,
  created_at   timestamptz NOT NULL DEFAULT now(),
  started_at   timestamptz,
  finished_at  timestamptz,
  updated_at   timestamptz NOT NULL DEFAULT now(),
  CHECK ((status = 'running') = (held_until IS NOT NULL)),
  CHECK ((status IN ('accepted', 'running')) = (inputs IS NOT NULL)),
  CHECK ((status IN ('accepted', 'running')) = (finished_at IS NULL)),
  CHECK ((status = 'successful') = (files IS NOT NULL)),
  CHECK ((status = 'failed') = (problem IS NOT NULL))
);
COMMENT ON TABLE gridgeo.job IS 'what takes longer than a request: given by a caller, done by a worker, its result kept for some days';
COMMENT ON COLUMN gridgeo.job.owner IS 'who gave it: key:…, jwt:…, anonymous. Nobody else is told of it';
COMMENT ON COLUMN gridgeo.job.area IS 'units (unit_id) of any level the caller is for; null is the whole city';
COMMENT ON COLUMN gridgeo.job.tries IS 'how often it was begun: each try has its own folder of files, and writes only while it is the last';
COMMENT ON COLUMN gridgeo.job.held_until IS 'a worker that is alive moves it on; one whose time has passed is taken for dead';
COMMENT ON COLUMN gridgeo.job.files IS 'name of output -> file, media type and bytes; the file lies in the folder <job_id>.<tries>';
CREATE INDEX job_open_idx ON gridgeo.job (created_at) WHERE finished_at IS NULL;
CREATE INDEX job_owner_idx ON gridgeo.job (owner, created_at);
