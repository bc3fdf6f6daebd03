-- What `gridgeo check` looks at. Reads only.

-- name: encoding
-- The encoding of this database.
SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database();

-- name: extension
-- An extension: the version made here, the version on offer, whether this user may make it, and whether the schema was made with it.
SELECT
  (SELECT extversion FROM pg_extension WHERE extname = %(name)s),
  (SELECT default_version FROM pg_available_extensions WHERE name = %(name)s),
  (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
    OR (has_database_privilege(current_database(), 'CREATE')
        AND EXISTS (SELECT FROM pg_available_extension_versions WHERE name = %(name)s AND trusted)),
  to_regclass('gridgeo.edition') IS NOT NULL;

-- name: has_tiles
-- Whether PostGIS is made: its function that names the library tiles are written with.
SELECT to_regproc('postgis_libprotobuf_version');

-- name: tile_library
-- The library vector tiles are written with; null where PostGIS was built without.
SELECT postgis_libprotobuf_version();

-- name: has_trigrams
-- Whether pg_trgm is made.
SELECT to_regproc('show_trgm');

-- name: trigrams
-- How many trigrams a Chinese word has, and under which locale.
SELECT cardinality(show_trgm('创业')), datctype FROM pg_database WHERE datname = current_database();

-- name: has_crs_table
-- Whether PostGIS's table of coordinate systems is there.
SELECT to_regclass('spatial_ref_sys');

-- name: missing_crs
-- Which of the wanted coordinate systems are not in the table; null where none is missing.
SELECT array_agg(srid ORDER BY srid) FROM unnest(%(wanted)s::int[]) AS srid WHERE srid NOT IN (SELECT known.srid FROM spatial_ref_sys AS known);

-- name: logged
-- The settings by which the server writes statements, with the values in them, into its log; null where none does.
SELECT string_agg(s.name || ' = ' || s.setting, ', ' ORDER BY s.name)
  FROM pg_settings AS s
 WHERE (s.name = 'log_statement' AND s.setting NOT IN ('none', 'ddl'))
    OR (s.name = 'log_min_error_statement' AND s.setting NOT IN ('log', 'fatal', 'panic'))
    OR (s.name IN ('log_min_duration_statement', 'log_min_duration_sample', 'auto_explain.log_min_duration') AND s.setting <> '-1')
    OR (s.name = 'log_transaction_sample_rate' AND s.setting <> '0');

-- name: missing_indexes
-- Foreign keys without an index that begins with their first column (which is the selective one, by our habit),
-- geometry columns without a spatial index, invalid indexes.
WITH ours AS (
  SELECT c.oid, c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname IN ('gridgeo', 'linkage') AND c.relkind IN ('r', 'p')
), usable AS (
  SELECT i.indrelid, i.indkey::int2[] AS columns, am.amname
  FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_am AS am ON am.oid = c.relam
  WHERE i.indisvalid
)
SELECT 'foreign key ' || o.relname || '.' || k.conname
FROM pg_constraint AS k JOIN ours AS o ON o.oid = k.conrelid
WHERE k.contype = 'f' AND NOT EXISTS (
  SELECT FROM usable AS u WHERE u.indrelid = k.conrelid AND u.columns[0] = k.conkey[1]  -- an int2vector counts from 0
)
UNION ALL
SELECT 'geometry ' || o.relname || '.' || a.attname
FROM pg_attribute AS a JOIN ours AS o ON o.oid = a.attrelid
WHERE a.atttypid = to_regtype('geometry') AND NOT a.attisdropped AND NOT EXISTS (
  SELECT FROM usable AS u WHERE u.indrelid = o.oid AND u.amname IN ('gist', 'spgist') AND a.attnum = ANY (u.columns)
)
UNION ALL
SELECT 'invalid index ' || i.indexrelid::regclass::text
FROM pg_index AS i JOIN ours AS o ON o.oid = i.indrelid
WHERE NOT i.indisvalid
ORDER BY 1;
