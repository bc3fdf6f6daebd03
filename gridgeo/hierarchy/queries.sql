-- name: schemes
-- Every scheme with its levels from the top.
SELECT s.scheme, s.kind, s.name_zh, s.name_en,
       l.level, l.rank, l.name_zh, l.name_en, l.code_length
  FROM scheme AS s
  LEFT JOIN level AS l USING (scheme)
 ORDER BY s.scheme, l.rank;

-- name: add_scheme
INSERT INTO scheme (scheme, kind, name_zh, name_en)
VALUES (%(scheme)s, %(kind)s, %(name_zh)s, %(name_en)s);

-- name: add_level
INSERT INTO level (scheme, level, rank, name_zh, name_en, code_length)
VALUES (%(scheme)s, %(level)s, %(rank)s, %(name_zh)s, %(name_en)s, %(code_length)s);

-- name: grid_types
SELECT grid_type, name_zh, name_en FROM grid_type ORDER BY grid_type;

-- name: editions
-- The editions of a scheme (of all, when null), oldest first.
SELECT edition_id, scheme, name, source, authority, digest,
       lower(valid), upper(valid), created_at
  FROM edition
 WHERE scheme = coalesce(%(scheme)s, scheme)
 ORDER BY scheme, edition_id;

-- name: edition
SELECT edition_id, scheme, name, source, authority, digest,
       lower(valid), upper(valid), created_at
  FROM edition
 WHERE edition_id = %(edition_id)s;

-- name: edition_at
-- The edition of a scheme that is valid at a moment; now when null.
SELECT edition_id, scheme, name, source, authority, digest,
       lower(valid), upper(valid), created_at
  FROM edition
 WHERE scheme = %(scheme)s
   AND valid @> coalesce(%(moment)s::timestamptz, now());

-- name: edition_open
-- The edition of a scheme whose period has no end: the newest one activated.
SELECT edition_id, scheme, name, source, authority, digest,
       lower(valid), upper(valid), created_at
  FROM edition
 WHERE scheme = %(scheme)s
   AND NOT isempty(valid)
   AND upper_inf(valid);

-- name: now
SELECT now();

-- name: next_change
-- The next moment at which some edition begins or ends.
SELECT min(moment)
  FROM edition, LATERAL (VALUES (lower(valid)), (upper(valid))) AS bound (moment)
 WHERE moment > now();

-- name: units
-- All units of an edition; the lower code first, missing codes last.
SELECT v.unit_id, v.level, v.code, v.name_zh, v.name_en, v.parent_id, v.kind, v.grid_type,
       v.household_count, v.area_m2, v.leaf, ST_AsBinary(v.geom)
  FROM grid_unit_version AS v
 WHERE v.edition_id = %(edition_id)s
 ORDER BY v.code COLLATE "C" NULLS LAST, v.unit_id;

-- name: members
-- Which micro-grids the units of a composed edition are made of.
SELECT unit_id, member_id
  FROM grid_unit_member
 WHERE edition_id = %(edition_id)s
 ORDER BY unit_id, member_id;

-- name: versions
-- Every activated version of the unit a code (or an id) stands for in a scheme, oldest first.
SELECT v.unit_id, v.code, v.name_zh, v.level, v.edition_id, lower(e.valid), upper(e.valid)
  FROM grid_unit_version AS v
  JOIN edition AS e USING (edition_id)
 WHERE v.scheme = %(scheme)s
   AND (v.code = %(code)s OR v.unit_id = %(unit_id)s)
   AND NOT isempty(e.valid)
 ORDER BY e.valid, v.unit_id;

-- name: successors
-- Units of an edition that lie where a unit of the same level lay in another, the one with most of its area first.
SELECT here.unit_id
  FROM grid_unit_version AS was
  JOIN grid_unit_version AS here ON here.edition_id = %(edition_id)s AND here.level = was.level AND here.geom && was.geom
 CROSS JOIN LATERAL (SELECT ST_Area(ST_Transform(ST_Intersection(here.geom, was.geom), 4547)) AS m2) AS shared
 WHERE was.unit_id = %(unit_id)s
   AND was.edition_id = %(was_in)s
   AND shared.m2 > 1
 ORDER BY shared.m2 DESC, here.code, here.unit_id;

-- name: other_codes
-- What other systems call a unit.
SELECT system, vintage, code
  FROM grid_unit_code
 WHERE unit_id = %(unit_id)s
 ORDER BY system, vintage;

-- name: put_code
INSERT INTO grid_unit_code (unit_id, system, vintage, code)
VALUES (%(unit_id)s, %(system)s, %(vintage)s, %(code)s)
ON CONFLICT (unit_id, system, vintage) DO UPDATE SET code = excluded.code
WHERE grid_unit_code.code <> excluded.code;

-- name: findings
SELECT code, severity, message, units, area_m2, ST_AsBinary(geom)
  FROM edition_finding
 WHERE edition_id = %(edition_id)s
 ORDER BY finding;

-- name: at
-- Which unit is at each of many points, by the rule of model.Outcome, and the nearest where there is none.
-- ST_Relate decides with GEOS: ST_Covers and ST_Intersects have a short cut for points whose arithmetic is not robust on edges.
WITH point AS MATERIALIZED (
  SELECT n, ST_SetSRID(ST_MakePoint(lon, lat), 4490) AS geom
    FROM unnest(%(lons)s::float8[], %(lats)s::float8[]) WITH ORDINALITY AS p (lon, lat, n)
), candidate AS MATERIALIZED (
  SELECT p.n, v.unit_id, v.code, ST_Relate(v.geom, p.geom) AS relation
    FROM point AS p
    JOIN grid_unit_version AS v
      ON v.edition_id = %(edition_id)s
     AND v.geom && p.geom
     AND CASE WHEN %(level)s::text IS NULL THEN v.leaf ELSE v.level = %(level)s::text END
), hit AS (
  -- The relation's first place is the inside of the area with the point, its fourth the border.
  SELECT n, unit_id, code, relation LIKE '0%%' AS inside
    FROM candidate
   WHERE relation LIKE '0%%' OR relation LIKE '___0%%'
), chosen AS (
  SELECT DISTINCT ON (n) n, unit_id,
         CASE WHEN NOT inside THEN 'boundary'
              WHEN count(*) FILTER (WHERE inside) OVER (PARTITION BY n) = 1 THEN 'inside'
              ELSE 'several' END AS outcome
    FROM hit
   ORDER BY n, inside DESC, code COLLATE "C" NULLS LAST, unit_id
)
SELECT coalesce(c.outcome, 'none'), c.unit_id, near.unit_id, near.metres
  FROM point AS p
  LEFT JOIN chosen AS c USING (n)
  LEFT JOIN LATERAL (
    -- A degree of longitude is shorter than one of latitude: the nearest by degrees need not be the nearest by metres.
    SELECT v.unit_id, ST_Distance(ST_Transform(v.geom, 4547), ST_Transform(p.geom, 4547)) AS metres
      FROM (
        SELECT w.unit_id, w.code, w.geom
          FROM grid_unit_version AS w
         WHERE w.edition_id = %(edition_id)s
           AND CASE WHEN %(level)s::text IS NULL THEN w.leaf ELSE w.level = %(level)s END
           AND w.geom IS NOT NULL
           AND c.unit_id IS NULL
           AND %(nearest)s::boolean
         ORDER BY w.geom <-> p.geom
         LIMIT 16
      ) AS v
     ORDER BY metres, v.code COLLATE "C" NULLS LAST, v.unit_id
     LIMIT 1
  ) AS near ON true
 ORDER BY p.n;

-- name: lock_scheme
-- One stages, activates or discards in a scheme at a time.
SELECT pg_advisory_xact_lock(hashtext('gridgeo.scheme'), hashtext(%(scheme)s));

-- name: make_staged
CREATE TEMPORARY TABLE staged (
  place integer, key text, level text, code text, name_zh text, name_en text, parent text, kind text,
  grid_type text, household_count integer, leaf boolean, area_m2 double precision, geom geometry(MultiPolygon, 4490), unit_id bigint
) ON COMMIT DROP;

-- name: make_staged_member
CREATE TEMPORARY TABLE staged_member (unit text, member text) ON COMMIT DROP;

-- name: find_staged
-- Who a staged unit is: the unit that bore its key last in this scheme.
UPDATE staged AS s
   SET unit_id = known.unit_id
  FROM (
    SELECT DISTINCT ON (coalesce(v.code, v.level || ':' || v.name_zh))
           coalesce(v.code, v.level || ':' || v.name_zh) AS key, v.unit_id
      FROM grid_unit_version AS v
     WHERE v.scheme = %(scheme)s
     ORDER BY coalesce(v.code, v.level || ':' || v.name_zh), v.edition_id DESC
  ) AS known
 WHERE known.key = s.key;

-- name: name_staged
-- The others are new: an identity each, in the order of the frame.
WITH fresh AS (
  SELECT place, nextval(pg_get_serial_sequence('gridgeo.grid_unit', 'unit_id')) AS unit_id
    FROM (SELECT place FROM staged WHERE unit_id IS NULL ORDER BY place) AS ordered
), made AS (
  INSERT INTO grid_unit (unit_id, scheme) OVERRIDING SYSTEM VALUE
  SELECT unit_id, %(scheme)s FROM fresh
)
UPDATE staged AS s SET unit_id = fresh.unit_id FROM fresh WHERE fresh.place = s.place;

-- name: add_edition
INSERT INTO edition (scheme, name, source, authority, digest)
VALUES (%(scheme)s, %(name)s, %(source)s, %(authority)s, %(digest)s)
RETURNING edition_id;

-- name: add_versions
INSERT INTO grid_unit_version (edition_id, unit_id, scheme, level, code, name_zh, name_en, parent_id, kind,
                               grid_type, household_count, leaf, area_m2, geom)
SELECT %(edition_id)s, s.unit_id, %(scheme)s, s.level, s.code, s.name_zh, s.name_en, parent.unit_id, s.kind,
       s.grid_type, s.household_count, s.leaf, s.area_m2, s.geom
  FROM staged AS s
  LEFT JOIN staged AS parent ON parent.key = s.parent;

-- name: add_members
-- A member is named by the code it bears in the edition of the governance scheme that is valid now.
INSERT INTO grid_unit_member (edition_id, unit_id, member_id)
SELECT %(edition_id)s, s.unit_id, v.unit_id
  FROM staged_member AS m
  JOIN staged AS s ON s.key = m.unit
  JOIN edition AS e ON e.scheme = %(of_scheme)s AND e.valid @> now()
  JOIN grid_unit_version AS v ON v.edition_id = e.edition_id AND v.code = m.member;

-- name: add_finding
INSERT INTO edition_finding (edition_id, finding, code, severity, message, units, area_m2, geom)
VALUES %s;

-- name: set_valid
UPDATE edition
   SET valid = tstzrange(%(valid_from)s, %(valid_to)s),
       activated_at = coalesce(activated_at, now())
 WHERE edition_id = %(edition_id)s;

-- name: set_draft
UPDATE edition
   SET valid = 'empty', activated_at = NULL
 WHERE edition_id = %(edition_id)s;

-- name: tell
-- Tells every process that holds editions in memory.
SELECT pg_notify('gridgeo_edition', %(scheme)s);

-- name: discard_members
DELETE FROM grid_unit_member WHERE edition_id = %(edition_id)s;

-- name: discard_findings
DELETE FROM edition_finding WHERE edition_id = %(edition_id)s;

-- name: discard_versions
DELETE FROM grid_unit_version WHERE edition_id = %(edition_id)s;

-- name: discard_edition
DELETE FROM edition WHERE edition_id = %(edition_id)s;
