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
