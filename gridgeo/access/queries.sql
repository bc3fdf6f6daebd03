-- Keys, and the part of the city a transaction may see.

-- name: see_whole
-- Let the rest of this transaction see the whole city: as the role for which the policies of rows are constantly true.
SELECT set_config('gridgeo.area', 'all', true), set_config('role', 'gridgeo_city', true);

-- name: see
-- Let the rest of this transaction see a part of the city: 'all', or ids of lowest units (db/functions/area.sql).
SELECT set_config('gridgeo.area', %(area)s, true);

-- name: see_department
-- Let the rest of this transaction see the events a department has something to do about, wherever they lie.
SELECT set_config('gridgeo.department', %(department_code)s, true);

-- name: knows_department
SELECT EXISTS (SELECT FROM gridgeo.department AS d WHERE d.department_code = %(department_code)s);

-- name: act_as
-- Let what follows in this transaction be done as a role.
SELECT set_config('role', %(role)s, true);

-- name: area
-- What this transaction may see.
SELECT coalesce(current_setting('gridgeo.area', true), '');

-- name: key
-- A key by its id.
SELECT key_id, name, digest, scopes, area, per_minute, created_at, expires_at, revoked_at, department_code
FROM gridgeo.api_key WHERE key_id = %(key_id)s;

-- name: keys
-- All keys, the oldest first.
SELECT key_id, name, digest, scopes, area, per_minute, created_at, expires_at, revoked_at, department_code
FROM gridgeo.api_key ORDER BY created_at, key_id;

-- name: add_key
-- Add a key.
INSERT INTO gridgeo.api_key (key_id, name, digest, scopes, area, per_minute, expires_at, department_code)
VALUES (%(key_id)s, %(name)s, %(digest)s, %(scopes)s, %(area)s, %(per_minute)s, %(expires_at)s, %(department_code)s)
ON CONFLICT (key_id) DO NOTHING
RETURNING key_id, name, digest, scopes, area, per_minute, created_at, expires_at, revoked_at, department_code;

-- name: revoke_key
-- Revoke a key from now on; one revoked before keeps its moment.
UPDATE gridgeo.api_key SET revoked_at = coalesce(revoked_at, now()) WHERE key_id = %(key_id)s
RETURNING key_id, name, digest, scopes, area, per_minute, created_at, expires_at, revoked_at, department_code;

-- name: units_of_codes
-- The units of some codes in the edition of governance valid now.
SELECT v.code, v.unit_id FROM gridgeo.grid_unit_version AS v
WHERE v.edition_id = gridgeo.edition_now() AND v.code = ANY (%(codes)s) ORDER BY v.code;

-- name: names_of_units
-- What some units are called now; in the last edition they were in where they are in none now.
SELECT DISTINCT ON (v.unit_id) v.unit_id, coalesce(v.code, 'u' || v.unit_id), v.name_zh
FROM gridgeo.grid_unit_version AS v JOIN gridgeo.edition AS e ON e.edition_id = v.edition_id
WHERE v.unit_id = ANY (%(units)s)
ORDER BY v.unit_id, e.valid @> now() DESC, upper(e.valid) DESC NULLS LAST, v.edition_id DESC;
