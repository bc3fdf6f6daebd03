-- name: lock_places
-- One makes places anew at a time: who waited sees what the other has made of a road both have a building at.
SELECT pg_advisory_xact_lock(hashtext('gridgeo.place'));

-- name: keys_of
-- The keys of the names some buildings are, or were, looked for under.
WITH asked AS MATERIALIZED (
  SELECT left(code, 12) AS zone, code FROM unnest(%(buildings)s::text[]) AS code
), written AS (
  SELECT a.road_key, a.compound_key, a.road ~ '[巷坊里弄横队排]$' AND a.compound_key IS NOT NULL AS lane
    FROM asked
    JOIN building_address AS a ON a.zone = asked.zone AND a.building_code = asked.code
)
SELECT CASE WHEN lane THEN compound_key || road_key ELSE road_key END AS name_key FROM written WHERE road_key IS NOT NULL
 UNION
SELECT compound_key FROM written WHERE compound_key IS NOT NULL
 UNION
SELECT n.name_key
  FROM asked
  JOIN address_name AS n ON n.zone = asked.zone AND n.code = asked.code
 WHERE n.kind IN ('colloquial', 'short', 'other', 'former');

-- name: place_names
-- Every name a road, a compound or a live building is looked for under; where keys are given, of those that may be found by them:
-- a lane's key begins with its compound's, and `heads` are all beginnings of the keys.
WITH written AS MATERIALIZED (
  SELECT a.road, a.compound
    FROM building_address AS a
   WHERE %(keys)s::text[] IS NULL OR a.road_key = ANY (%(keys)s::text[]) OR a.compound_key = ANY (%(heads)s::text[])
)
SELECT road FROM written WHERE road IS NOT NULL
 UNION
SELECT compound FROM written WHERE compound IS NOT NULL
 UNION
SELECT compound || road FROM written WHERE road ~ '[巷坊里弄横队排]$' AND compound IS NOT NULL
 UNION
SELECT n.name
  FROM address_name AS n
 WHERE n.kind IN ('colloquial', 'short', 'other', 'former')
   AND length(n.code) = 19
   AND (%(keys)s::text[] IS NULL OR n.name_key = ANY (%(keys)s::text[]));

-- name: make_readings
CREATE TEMPORARY TABLE place_reading (name text PRIMARY KEY, reading text NOT NULL, initials text NOT NULL) ON COMMIT DROP;

-- name: copy_readings
COPY place_reading (name, reading, initials) FROM STDIN;

-- name: analyze_readings
ANALYZE place_reading;

-- name: clear_places
DELETE FROM place WHERE %(keys)s::text[] IS NULL OR name_key = ANY (%(keys)s::text[]);

-- name: add_streets
-- Roads, once a district of issue; lanes of villages and compounds, once a community of issue. A building may be written both
-- as of a lane and as of a road that is called as the lane is with its village: what has more buildings is meant.
WITH stood AS MATERIALIZED (
  SELECT b.zone, b.building_code, b.point, a.road, a.road_key, a.compound, a.compound_key,
         a.road ~ '[巷坊里弄横队排]$' AND a.compound_key IS NOT NULL AS lane,
         coalesce(a.valid_to <= today(), false) AS past
    FROM building_address AS a
    JOIN building AS b ON b.zone = a.zone AND b.building_code = a.building_code
    JOIN address_status AS s ON s.status = b.status
   WHERE s.live
     AND (b.valid_to IS NULL OR b.valid_to > today())
     AND (%(keys)s::text[] IS NULL OR a.road_key = ANY (%(keys)s::text[]) OR a.compound_key = ANY (%(heads)s::text[]))
), part AS MATERIALIZED (
  SELECT 'road' AS kind, left(zone, 6) AS region, road AS name, road_key AS name_key, road_key, NULL AS compound, NULL AS compound_key,
         zone, building_code, point, past
    FROM stood WHERE road_key IS NOT NULL AND NOT lane
   UNION ALL
  SELECT 'road', zone, compound || road, compound_key || road_key, road_key, compound, compound_key, zone, building_code, point, past
    FROM stood WHERE road_key IS NOT NULL AND lane
   UNION ALL
  SELECT 'compound', zone, compound, compound_key, NULL, compound, compound_key, zone, building_code, point, past
    FROM stood WHERE compound_key IS NOT NULL
), whole AS MATERIALIZED (
  SELECT kind, region, name_key, min(road_key) AS road_key, min(compound) AS compound, min(compound_key) AS compound_key,
         mode() WITHIN GROUP (ORDER BY name) AS name,
         count(DISTINCT building_code) AS buildings, bool_and(past) AS past, ST_Centroid(ST_Collect(point)) AS middle
    FROM part
   WHERE %(keys)s::text[] IS NULL OR name_key = ANY (%(keys)s::text[])
   GROUP BY kind, region, name_key
), central AS (
  SELECT DISTINCT ON (w.kind, w.region, w.name_key) w.*, p.zone, p.building_code
    FROM whole AS w
    JOIN part AS p USING (kind, region, name_key)
   ORDER BY w.kind, w.region, w.name_key, ST_Distance(p.point, w.middle), p.building_code
)
INSERT INTO place (zone, kind, name_key, building_code, name, road_key, compound, compound_key, alias, reading, initials, buildings, point)
SELECT c.zone, c.kind, c.name_key, c.building_code, c.name, c.road_key, c.compound, c.compound_key, c.past, r.reading, r.initials, c.buildings, c.middle
  FROM central AS c
  JOIN place_reading AS r USING (name)
 ORDER BY c.buildings DESC, c.kind, c.region, c.name_key
    ON CONFLICT DO NOTHING;

-- name: add_named
-- Buildings under the names they have beside their address; a name that many of a compound share is the compound's.
WITH named AS MATERIALIZED (
  SELECT n.zone, n.code AS building_code, n.name, n.name_key, n.kind = 'former' OR n.valid_to <= today() AS past, b.point,
         a.compound, a.compound_key
    FROM address_name AS n
    JOIN building AS b ON b.zone = n.zone AND b.building_code = n.code
    JOIN address_status AS s ON s.status = b.status
    LEFT JOIN building_address AS a ON a.zone = n.zone AND a.building_code = n.code AND a.main
   WHERE n.kind IN ('colloquial', 'short', 'other', 'former')
     AND s.live
     AND (b.valid_to IS NULL OR b.valid_to > today())
     AND (%(keys)s::text[] IS NULL OR n.name_key = ANY (%(keys)s::text[]))
), whole AS (
  SELECT zone, name_key, compound_key, min(compound) AS compound, min(name) AS name, min(building_code) AS building_code,
         count(DISTINCT building_code) AS buildings, ST_Centroid(ST_Collect(point)) AS middle
    FROM named
   GROUP BY zone, name_key, compound_key
)
INSERT INTO place (zone, kind, name_key, building_code, name, road_key, compound, compound_key, alias, reading, initials, buildings, point)
SELECT w.zone, CASE WHEN w.buildings = 1 OR w.compound_key IS NULL THEN 'building' ELSE 'compound' END, w.name_key, w.building_code, w.name,
       NULL, w.compound, w.compound_key, true, r.reading, r.initials, w.buildings, w.middle
  FROM whole AS w
  JOIN place_reading AS r USING (name)
    ON CONFLICT DO NOTHING;

-- name: tell
-- Tells every process that holds the names of the base in memory.
SELECT pg_notify('gridgeo_addresses', '');

-- name: count_places
SELECT count(*) FROM place;
