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

-- name: places_named
-- Places whose name begins with what is typed, those called so exactly first.
SELECT p.kind, p.name, p.name_key, p.building_code, p.road_key, p.compound, p.compound_key, p.alias, p.buildings,
       ST_X(p.point), ST_Y(p.point), g.unit_id, p.name_key = %(key)s AS whole
  FROM place AS p
  LEFT JOIN building_grid AS g ON g.zone = p.zone AND g.building_code = p.building_code AND g.edition_id = %(edition_id)s
 WHERE p.name_key LIKE %(key)s || '%%'
   AND (%(units)s::bigint[] IS NULL OR g.unit_id = ANY (%(units)s::bigint[]))
   AND (%(shape)s::geometry IS NULL OR ST_Intersects(p.point, %(shape)s::geometry))
   AND (%(metres)s::float8 IS NULL
        OR ST_Distance(ST_Transform(p.point, 4547), ST_Transform(%(centre)s::geometry, 4547)) <= %(metres)s)
 ORDER BY whole DESC, p.alias, p.buildings DESC, length(p.name_key), p.name_key, p.building_code
 LIMIT %(limit)s;

-- name: places_sounding
-- Places whose name sounds as what is typed, or whose initials are typed.
SELECT p.kind, p.name, p.name_key, p.building_code, p.road_key, p.compound, p.compound_key, p.alias, p.buildings,
       ST_X(p.point), ST_Y(p.point), g.unit_id, p.reading = %(reading)s OR p.initials = %(reading)s AS whole
  FROM place AS p
  LEFT JOIN building_grid AS g ON g.zone = p.zone AND g.building_code = p.building_code AND g.edition_id = %(edition_id)s
 WHERE (p.reading LIKE %(reading)s || '%%' OR p.initials LIKE %(reading)s || '%%')
   AND (%(units)s::bigint[] IS NULL OR g.unit_id = ANY (%(units)s::bigint[]))
   AND (%(shape)s::geometry IS NULL OR ST_Intersects(p.point, %(shape)s::geometry))
   AND (%(metres)s::float8 IS NULL
        OR ST_Distance(ST_Transform(p.point, 4547), ST_Transform(%(centre)s::geometry, 4547)) <= %(metres)s)
 ORDER BY whole DESC, p.alias, p.buildings DESC, length(p.name_key), p.name_key, p.building_code
 LIMIT %(limit)s;

-- name: places_holding
-- Places whose name holds what is typed, or nearly: one character left out, added or mistaken.
SELECT p.kind, p.name, p.name_key, p.building_code, p.road_key, p.compound, p.compound_key, p.alias, p.buildings,
       ST_X(p.point), ST_Y(p.point), g.unit_id, p.name_key LIKE '%%' || %(key)s || '%%' AS whole
  FROM place AS p
  LEFT JOIN building_grid AS g ON g.zone = p.zone AND g.building_code = p.building_code AND g.edition_id = %(edition_id)s
 WHERE (p.name_key LIKE '%%' || %(key)s || '%%' OR p.name_key %% %(key)s)
   AND (%(units)s::bigint[] IS NULL OR g.unit_id = ANY (%(units)s::bigint[]))
   AND (%(shape)s::geometry IS NULL OR ST_Intersects(p.point, %(shape)s::geometry))
   AND (%(metres)s::float8 IS NULL
        OR ST_Distance(ST_Transform(p.point, 4547), ST_Transform(%(centre)s::geometry, 4547)) <= %(metres)s)
 ORDER BY whole DESC, similarity(p.name_key, %(key)s) DESC, p.alias, p.buildings DESC, p.name_key, p.building_code
 LIMIT %(limit)s;

-- name: places_largest
-- Roads and compounds where nothing is typed yet: those with most buildings.
SELECT p.kind, p.name, p.name_key, p.building_code, p.road_key, p.compound, p.compound_key, p.alias, p.buildings,
       ST_X(p.point), ST_Y(p.point), g.unit_id, false
  FROM place AS p
  LEFT JOIN building_grid AS g ON g.zone = p.zone AND g.building_code = p.building_code AND g.edition_id = %(edition_id)s
 WHERE p.kind <> 'building'
   AND NOT p.alias
   AND g.unit_id = ANY (%(units)s::bigint[])
 ORDER BY p.buildings DESC, p.name_key, p.building_code
 LIMIT %(limit)s;

-- name: buildings_within
-- Live buildings in a polygon, a circle or a grid, by code.
SELECT b.building_code, ST_X(b.point), ST_Y(b.point), g.unit_id, a.road, a.plate, a.compound, a.block
  FROM building AS b
  JOIN address_status AS s ON s.status = b.status AND s.live
  LEFT JOIN building_grid AS g ON g.zone = b.zone AND g.building_code = b.building_code AND g.edition_id = %(edition_id)s
  LEFT JOIN building_address AS a ON a.zone = b.zone AND a.building_code = b.building_code AND a.main
       AND (a.valid_to IS NULL OR a.valid_to > today())
 WHERE (b.valid_to IS NULL OR b.valid_to > today())
   AND (%(units)s::bigint[] IS NULL OR g.unit_id = ANY (%(units)s::bigint[]))
   AND (%(shape)s::geometry IS NULL OR ST_Intersects(b.point, %(shape)s::geometry))
   AND (%(metres)s::float8 IS NULL
        OR b.point && ST_Expand(%(centre)s::geometry, %(metres)s / 90000.0)
       AND ST_Distance(ST_Transform(b.point, 4547), ST_Transform(%(centre)s::geometry, 4547)) <= %(metres)s)
 ORDER BY b.building_code COLLATE "C"
 LIMIT %(limit)s;

-- name: buildings_at
-- Live buildings of a road or a compound.
SELECT a.building_code, a.plate, a.block, a.plate_key, a.block_key, a.compound, ST_X(b.point), ST_Y(b.point), g.unit_id, a.road
  FROM building_address AS a
  JOIN building AS b ON b.zone = a.zone AND b.building_code = a.building_code
  JOIN address_status AS s ON s.status = b.status AND s.live
  LEFT JOIN building_grid AS g ON g.zone = b.zone AND g.building_code = b.building_code AND g.edition_id = %(edition_id)s
 WHERE (%(road_key)s::text IS NULL OR a.road_key = %(road_key)s)
   AND (%(compound_key)s::text IS NULL OR a.compound_key = %(compound_key)s)
   AND left(a.zone, length(%(region)s)) = %(region)s
   AND (a.valid_to IS NULL OR a.valid_to > today())
   AND (b.valid_to IS NULL OR b.valid_to > today())
   AND (%(part)s = '' OR a.plate_key LIKE %(part)s || '%%' OR a.block_key LIKE %(part)s || '%%')
 ORDER BY (substring(coalesce(a.block_key, a.plate_key) FROM '[0-9]{1,9}'))::integer NULLS LAST,
          coalesce(a.block_key, a.plate_key), a.plate_key, a.building_code
 LIMIT %(limit)s;

-- name: houses_at
-- Live houses of a building whose room, or unit and room, begins with what is typed.
SELECT h.house_code, h.unit, h.floor, h.room
  FROM house AS h
  JOIN address_status AS s ON s.status = h.status AND s.live
 WHERE h.building_code = %(building_code)s
   AND (h.valid_to IS NULL OR h.valid_to > today())
   AND (%(part)s = '' OR h.room_key LIKE %(part)s || '%%' OR coalesce(h.unit_key, '') || h.room_key LIKE %(part)s || '%%')
 ORDER BY (substring(h.unit_key FROM '[0-9]{1,9}'))::integer NULLS FIRST, h.unit_key NULLS FIRST, h.floor NULLS LAST,
          (substring(h.room_key FROM '[0-9]{1,9}'))::integer NULLS LAST, h.room_key, h.house_code
 LIMIT %(limit)s;

-- name: house_count
SELECT count(*)
  FROM house AS h
  JOIN address_status AS s ON s.status = h.status AND s.live
 WHERE h.building_code = %(building_code)s
   AND (h.valid_to IS NULL OR h.valid_to > today());

-- name: nearest
-- The building whose footprint holds a point, else those nearest to it: by footprint where there is one, else by point.
-- A degree of longitude is shorter than one of latitude: more than are wanted are taken by degrees, then ranked by metres.
WITH here AS MATERIALIZED (
  SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4490) AS geom
), near AS MATERIALIZED (
  SELECT found.zone, found.building_code
    FROM here
   CROSS JOIN LATERAL (
     SELECT b.zone, b.building_code FROM building AS b
       JOIN address_status AS s ON s.status = b.status AND s.live
      WHERE (b.valid_to IS NULL OR b.valid_to > today())
      ORDER BY b.point <-> here.geom LIMIT %(many)s
   ) AS found
   UNION
  SELECT found.zone, found.building_code
    FROM here
   CROSS JOIN LATERAL (
     SELECT b.zone, b.building_code FROM building AS b
       JOIN address_status AS s ON s.status = b.status AND s.live
      WHERE b.footprint IS NOT NULL AND (b.valid_to IS NULL OR b.valid_to > today())
      ORDER BY b.footprint <-> here.geom LIMIT %(many)s
   ) AS found
), ranked AS (
  SELECT b.zone, b.building_code, b.point, coalesce(ST_Intersects(b.footprint, here.geom), false) AS inside,
         ST_Distance(ST_Transform(coalesce(b.footprint, b.point), 4547), ST_Transform(here.geom, 4547)) AS metres
    FROM near AS n
    JOIN building AS b ON b.zone = n.zone AND b.building_code = n.building_code
   CROSS JOIN here
)
SELECT r.building_code, ST_X(r.point), ST_Y(r.point), g.unit_id, a.road, a.plate, a.compound, a.block, r.inside, r.metres
  FROM ranked AS r
  LEFT JOIN building_grid AS g ON g.zone = r.zone AND g.building_code = r.building_code AND g.edition_id = %(edition_id)s
  LEFT JOIN building_address AS a ON a.zone = r.zone AND a.building_code = r.building_code AND a.main
       AND (a.valid_to IS NULL OR a.valid_to > today())
 WHERE r.metres <= %(within_m)s
 ORDER BY r.inside DESC, r.metres, r.building_code
 LIMIT %(limit)s;

-- name: sees_whole
-- Whether this transaction sees the whole city.
SELECT gridgeo.area_is_whole();

-- name: nearest_in_area
-- As "nearest" for a caller of a part of the city, who would be shown the buildings of the city one after the other until one
-- is his own: his grids about the point first, then their buildings. A footprint may reach further than the grid its point
-- lies in, so grids are looked for a little further away than buildings; the outcome is exact within %(reach_m)s.
WITH here AS MATERIALIZED (
  SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4490) AS geom
), about AS MATERIALIZED (
  SELECT v.unit_id
    FROM here
    JOIN grid_unit_version AS v ON v.edition_id = %(edition_id)s AND v.leaf AND v.geom && ST_Expand(here.geom, (%(reach_m)s + 300) / 90000.0)
   WHERE v.unit_id = ANY ((SELECT gridgeo.area_units())::bigint[])
), near AS MATERIALIZED (
  SELECT g.zone, g.building_code, g.unit_id
    FROM building_grid AS g
   WHERE g.edition_id = %(edition_id)s
     AND g.unit_id = ANY (ARRAY(SELECT a.unit_id FROM about AS a))
), ranked AS (
  SELECT n.zone, n.building_code, n.unit_id, b.point, coalesce(ST_Intersects(b.footprint, here.geom), false) AS inside,
         ST_Distance(ST_Transform(coalesce(b.footprint, b.point), 4547), ST_Transform(here.geom, 4547)) AS metres
    FROM near AS n
    JOIN building AS b ON b.zone = n.zone AND b.building_code = n.building_code
    JOIN address_status AS s ON s.status = b.status AND s.live
   CROSS JOIN here
   WHERE b.valid_to IS NULL OR b.valid_to > today()
)
SELECT r.building_code, ST_X(r.point), ST_Y(r.point), r.unit_id, a.road, a.plate, a.compound, a.block, r.inside, r.metres
  FROM (SELECT * FROM ranked WHERE metres <= %(reach_m)s ORDER BY inside DESC, metres, building_code LIMIT %(limit)s) AS r
  LEFT JOIN building_address AS a ON a.zone = r.zone AND a.building_code = r.building_code AND a.main
       AND (a.valid_to IS NULL OR a.valid_to > today())
 ORDER BY r.inside DESC, r.metres, r.building_code;

-- name: building_of_code
-- A building under its code, whatever became of it, with its newest main address.
SELECT ST_X(b.point), ST_Y(b.point), g.unit_id,
       s.live AND (b.valid_to IS NULL OR b.valid_to > today()),
       a.road, a.plate, a.compound, a.block
  FROM building AS b
  JOIN address_status AS s ON s.status = b.status
  LEFT JOIN building_grid AS g ON g.zone = b.zone AND g.building_code = b.building_code AND g.edition_id = %(edition_id)s
  LEFT JOIN building_address AS a ON a.zone = b.zone AND a.building_code = b.building_code AND a.main
 WHERE b.zone = left(%(code)s, 12)
   AND b.building_code = %(code)s
 ORDER BY a.valid_to DESC NULLS FIRST, a.valid_from DESC
 LIMIT 1;

-- name: house_of_code
-- A house under its code, whatever became of it, in the building it belongs to today.
SELECT ST_X(b.point), ST_Y(b.point), g.unit_id,
       s.live AND (h.valid_to IS NULL OR h.valid_to > today()),
       a.road, a.plate, a.compound, a.block, h.unit, h.floor, h.room
  FROM house AS h
  JOIN address_status AS s ON s.status = h.status
  JOIN building AS b ON b.zone = left(h.building_code, 12) AND b.building_code = h.building_code
  LEFT JOIN building_grid AS g ON g.zone = b.zone AND g.building_code = b.building_code AND g.edition_id = %(edition_id)s
  LEFT JOIN building_address AS a ON a.zone = b.zone AND a.building_code = b.building_code AND a.main
 WHERE h.zone = left(%(code)s, 12)
   AND h.house_code = %(code)s
 ORDER BY a.valid_to DESC NULLS FIRST, a.valid_from DESC
 LIMIT 1;

-- name: count_places
SELECT count(*) FROM place;
