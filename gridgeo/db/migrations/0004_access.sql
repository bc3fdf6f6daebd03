-- Who may ask: keys of services and people. A key itself is shown once and never kept; only its digest is.

CREATE TABLE gridgeo.api_key (
  key_id     text PRIMARY KEY CHECK (key_id ~ '^[a-z0-9]{8}$'),
  name       text NOT NULL,
  digest     bytea NOT NULL CHECK (length(digest) = 32),
  scopes     text[] NOT NULL CHECK (scopes <@ ARRAY['read', 'write', 'link', 'unmask', 'admin']),
  area       bigint[],
  per_minute integer CHECK (per_minute > 0),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  revoked_at timestamptz
);
COMMENT ON COLUMN gridgeo.api_key.area IS 'grid units (unit_id) of any level the key is for; null is the whole city';
