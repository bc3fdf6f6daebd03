-- Who may ask: keys of services and people. A key itself is shown once and never kept; only its digest is.

-- Reads like gridgeo_reader, and the whole city: for it the policies of rows are constantly true (functions/policies.sql).
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gridgeo_city') THEN
    BEGIN
      CREATE ROLE gridgeo_city NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END IF;
  IF NOT pg_has_role(current_user, 'gridgeo_city', 'MEMBER') THEN
    GRANT gridgeo_city TO CURRENT_USER;
  END IF;
END $$;

CREATE TABLE gridgeo.api_key (
  key_id     text PRIMARY KEY CHECK (key_id ~ '^[a-z0-9]{8}$'),
  name       text NOT NULL CHECK (name <> ''),
  digest     bytea NOT NULL CHECK (length(digest) = 32),
  scopes     text[] NOT NULL CHECK (scopes <@ ARRAY['read', 'write', 'link', 'unmask', 'admin']),
  area       bigint[],
  per_minute integer CHECK (per_minute > 0),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  revoked_at timestamptz
);
COMMENT ON COLUMN gridgeo.api_key.area IS 'grid units (unit_id) of any level the key is for; null is the whole city';
