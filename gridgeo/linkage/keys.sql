-- name: lock_keys
-- Two that start at once make keys once.
SELECT pg_advisory_xact_lock(hashtext('gridgeo.linkage.keys'));

-- name: keys
-- Every key there is or was, wrapped.
SELECT key_id, purpose, wrapped, master, retired_at IS NOT NULL FROM linkage.data_key ORDER BY key_id;

-- name: current_keys
-- The numbers of the keys in use.
SELECT array_agg(key_id::int ORDER BY key_id) FROM linkage.data_key WHERE retired_at IS NULL;

-- name: add_key
-- A new key in use.
INSERT INTO linkage.data_key (purpose, alg, wrapped, master) VALUES (%(purpose)s, %(alg)s, %(wrapped)s, %(master)s) RETURNING key_id;

-- name: retire_key
-- What it sealed can still be opened with it.
UPDATE linkage.data_key SET retired_at = now() WHERE purpose = %(purpose)s AND retired_at IS NULL;

-- name: rewrap_key
-- The same key under another master key.
UPDATE linkage.data_key SET wrapped = %(wrapped)s, master = %(master)s WHERE key_id = %(key_id)s;

-- name: listed
-- Every key there is or was, as it may be shown.
SELECT key_id, purpose, alg, created_at::date::text, CASE WHEN retired_at IS NULL THEN 'yes' ELSE '' END
  FROM linkage.data_key ORDER BY key_id;
