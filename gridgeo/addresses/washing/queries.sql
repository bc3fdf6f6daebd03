-- name: sees_whole
-- Whether the connection sees the buildings of the whole city: by its area, its role, or because nothing is hidden from it.
SELECT gridgeo.area_is_whole()
    OR NOT row_security_active('gridgeo.building_address')
    OR pg_has_role(current_user, 'gridgeo_city', 'USAGE')
    OR pg_has_role(current_user, 'gridgeo_admin', 'USAGE');

-- name: edition_now
-- The edition of the governance scheme that is valid now.
SELECT edition_id
  FROM edition
 WHERE scheme = 'governance'
   AND valid @> now();

-- name: units
-- The units of an edition with those above them; a point in each that an answer may end at.
SELECT unit_id, level, code, name_zh, parent_id,
       CASE WHEN level IN ('district', 'street', 'community') THEN ST_X(ST_PointOnSurface(geom)) END,
       CASE WHEN level IN ('district', 'street', 'community') THEN ST_Y(ST_PointOnSurface(geom)) END
  FROM grid_unit_version
 WHERE edition_id = %(edition_id)s
 ORDER BY unit_id;

-- name: former_units
-- What units were called in other editions.
SELECT DISTINCT was.unit_id, was.level, was.name_zh
  FROM grid_unit_version AS was
  JOIN edition AS e ON e.edition_id = was.edition_id AND NOT isempty(e.valid)
 WHERE was.scheme = 'governance'
   AND was.edition_id <> %(edition_id)s
   AND was.level IN ('district', 'street', 'community')
 ORDER BY was.level, was.name_zh, was.unit_id;

-- name: roads
-- How many buildings stand at which road in which lowest units.
SELECT a.road, a.road_key, g.unit_id, count(DISTINCT a.building_code)
  FROM building_address AS a
  LEFT JOIN building_grid AS g ON g.zone = a.zone AND g.building_code = a.building_code AND g.edition_id = %(edition_id)s
 WHERE a.road_key IS NOT NULL
 GROUP BY a.road, a.road_key, g.unit_id;

-- name: compounds
-- How many buildings of which compound stand in which lowest units.
SELECT a.compound, a.compound_key, g.unit_id, count(DISTINCT a.building_code)
  FROM building_address AS a
  LEFT JOIN building_grid AS g ON g.zone = a.zone AND g.building_code = a.building_code AND g.edition_id = %(edition_id)s
 WHERE a.compound_key IS NOT NULL
 GROUP BY a.compound, a.compound_key, g.unit_id;

-- name: names
-- The names buildings have besides their address.
SELECT DISTINCT name, name_key
  FROM address_name
 WHERE kind IN ('colloquial', 'short', 'other', 'former')
   AND length(code) = 19;

-- name: house_names
-- The names houses have of their own; former ones are the labels they had before.
SELECT DISTINCT name, name_key
  FROM address_name
 WHERE kind IN ('colloquial', 'short', 'other')
   AND length(code) = 25;

-- name: named_houses
-- Houses under names they have or had.
SELECT name_key, code
  FROM address_name
 WHERE name_key = ANY (%(keys)s::text[])
   AND length(code) = 25
 ORDER BY name_key, code;

-- name: by_plate
-- Buildings at a plate of a road; of one block where it is written.
SELECT k.n, w.*, g.unit_id
  FROM unnest(%(n)s::integer[], %(road)s::text[], %(plate)s::text[], %(block)s::text[]) AS k (n, road, plate, block)
 CROSS JOIN LATERAL (
   SELECT a.*, false AS gone FROM written_building AS a
    WHERE a.road_key = k.road AND a.plate_key = k.plate AND (k.block IS NULL OR a.block_key IS NULL OR a.block_key = k.block)
    LIMIT 200
 ) AS w
  LEFT JOIN building_grid AS g ON g.zone = w.zone AND g.building_code = w.building_code AND g.edition_id = %(edition_id)s;

-- name: by_lane
-- Buildings at a plate of a lane of a village. No index answers IS NOT DISTINCT FROM: by road and plate, which the planner takes for
-- rare, all the city's houses 三巷5号 would be read for the one in the village.
SELECT k.n, w.*, g.unit_id
  FROM unnest(%(n)s::integer[], %(compound)s::text[], %(road)s::text[], %(plate)s::text[]) AS k (n, compound, road, plate)
 CROSS JOIN LATERAL (
   SELECT a.*, false AS gone FROM written_building AS a
    WHERE a.compound_key = k.compound AND a.road_key IS NOT DISTINCT FROM k.road AND a.plate_key = k.plate
    LIMIT 200
 ) AS w
  LEFT JOIN building_grid AS g ON g.zone = w.zone AND g.building_code = w.building_code AND g.edition_id = %(edition_id)s;

-- name: by_lane_here
-- Buildings at a plate of a lane in a community of today, whatever their village: of those in the community all else is read.
SELECT k.n, w.*
  FROM unnest(%(n)s::integer[], %(road)s::text[], %(plate)s::text[], %(community)s::bigint[]) AS k (n, road, plate, community)
 CROSS JOIN LATERAL (
   SELECT a.*, false AS gone, here.unit_id
     FROM (
       SELECT DISTINCT b.zone, b.building_code, g.unit_id
         FROM building_address AS b
         JOIN building_grid AS g ON g.zone = b.zone AND g.building_code = b.building_code AND g.edition_id = %(edition_id)s
         JOIN grid_unit_version AS v ON v.edition_id = g.edition_id AND v.unit_id = g.unit_id AND v.parent_id = k.community
        WHERE b.road_key = k.road AND b.plate_key = k.plate
     ) AS here
     JOIN written_building AS a ON a.zone = here.zone AND a.building_code = here.building_code
    WHERE a.road_key = k.road AND a.plate_key = k.plate
    LIMIT 200
 ) AS w;

-- name: by_number
-- Buildings at a plate of a village or compound, whatever their lane.
SELECT k.n, w.*, g.unit_id
  FROM unnest(%(n)s::integer[], %(compound)s::text[], %(plate)s::text[]) AS k (n, compound, plate)
 CROSS JOIN LATERAL (
   SELECT a.*, false AS gone FROM written_building AS a
    WHERE a.compound_key = k.compound AND a.plate_key = k.plate
    ORDER BY a.road_key NULLS FIRST
    LIMIT 200
 ) AS w
  LEFT JOIN building_grid AS g ON g.zone = w.zone AND g.building_code = w.building_code AND g.edition_id = %(edition_id)s;

-- name: by_block
-- Buildings of a block of a compound.
SELECT k.n, w.*, g.unit_id
  FROM unnest(%(n)s::integer[], %(compound)s::text[], %(block)s::text[]) AS k (n, compound, block)
 CROSS JOIN LATERAL (
   SELECT a.*, false AS gone FROM written_building AS a
    WHERE a.compound_key = k.compound AND a.block_key = k.block
    LIMIT 200
 ) AS w
  LEFT JOIN building_grid AS g ON g.zone = w.zone AND g.building_code = w.building_code AND g.edition_id = %(edition_id)s;

-- name: by_compound
-- Buildings of a compound.
SELECT k.n, w.*, g.unit_id
  FROM unnest(%(n)s::integer[], %(compound)s::text[]) AS k (n, compound)
 CROSS JOIN LATERAL (
   SELECT a.*, false AS gone FROM written_building AS a
    WHERE a.compound_key = k.compound
    LIMIT 200
 ) AS w
  LEFT JOIN building_grid AS g ON g.zone = w.zone AND g.building_code = w.building_code AND g.edition_id = %(edition_id)s;

-- name: by_name
-- Buildings under another name; of one block and one plate where they are written. `gone`: the name is no longer in use.
-- An estate's name is that of each of its buildings: which of them is meant is asked of the addresses before anything else is read.
SELECT k.n, w.*, g.unit_id
  FROM unnest(%(n)s::integer[], %(name)s::text[], %(block)s::text[], %(plate)s::text[]) AS k (n, name, block, plate)
 CROSS JOIN LATERAL (
   SELECT a.*, x.kind = 'former' OR coalesce(x.valid_to <= today(), false) AS gone
     FROM (
       SELECT n.zone, n.code, n.kind, n.valid_to
         FROM address_name AS n
        WHERE n.name_key = k.name
          AND length(n.code) = 19
          AND EXISTS (
            SELECT FROM building_address AS b
             WHERE b.zone = n.zone
               AND b.building_code = n.code
               AND (k.block IS NULL OR b.block_key IS NULL OR b.block_key = k.block)
               AND (k.plate IS NULL OR b.plate_key IS NULL OR b.plate_key = k.plate)
          )
       OFFSET 0
     ) AS x
     JOIN written_building AS a ON a.zone = x.zone AND a.building_code = x.code
    WHERE (k.block IS NULL OR a.block_key IS NULL OR a.block_key = k.block)
      AND (k.plate IS NULL OR a.plate_key IS NULL OR a.plate_key = k.plate)
    LIMIT 200
 ) AS w
  LEFT JOIN building_grid AS g ON g.zone = w.zone AND g.building_code = w.building_code AND g.edition_id = %(edition_id)s;

-- name: by_code
-- Buildings under their codes.
SELECT 0, w.*, false, g.unit_id
  FROM written_building AS w
  LEFT JOIN building_grid AS g ON g.zone = w.zone AND g.building_code = w.building_code AND g.edition_id = %(edition_id)s
 WHERE w.building_code = ANY (%(codes)s::text[])
   AND w.zone = ANY (%(zones)s::text[]);

-- name: houses
-- Houses of buildings under a room's number.
SELECT h.building_code, h.room_key, h.house_code, h.unit, h.floor, h.room, h.unit_key,
       s.live AND coalesce(h.valid_to > today(), true)
  FROM unnest(%(building)s::text[], %(room)s::text[]) AS k (building, room)
 CROSS JOIN LATERAL (
   SELECT * FROM house AS a
    WHERE a.building_code = k.building AND a.room_key = k.room
    LIMIT 50
 ) AS h
  JOIN address_status AS s ON s.status = h.status;

-- name: floors
-- Houses that are a whole floor of a building, and have no room's number.
SELECT h.building_code, h.room_key, h.house_code, h.unit, h.floor, h.room, h.unit_key,
       s.live AND coalesce(h.valid_to > today(), true)
  FROM unnest(%(building)s::text[], %(floor)s::integer[]) AS k (building, floor)
 CROSS JOIN LATERAL (
   SELECT * FROM house AS a
    WHERE a.building_code = k.building AND a.room_key IS NULL AND a.floor = k.floor
    LIMIT 50
 ) AS h
  JOIN address_status AS s ON s.status = h.status;

-- name: houses_by_code
SELECT h.building_code, h.room_key, h.house_code, h.unit, h.floor, h.room, h.unit_key,
       s.live AND coalesce(h.valid_to > today(), true)
  FROM house AS h
  JOIN address_status AS s ON s.status = h.status
 WHERE h.house_code = ANY (%(codes)s::text[])
   AND h.zone = ANY (%(zones)s::text[]);

-- name: followers
-- Who follows some retired codes.
SELECT code, successor, reason
  FROM address_successor
 WHERE zone = ANY (%(zones)s::text[])
   AND code = ANY (%(codes)s::text[])
 ORDER BY code, successor;

-- name: places
-- Roads and compounds under their key, where nothing deeper is written: where their middle lies, and how many buildings they have.
SELECT p.kind, p.name, p.name_key, p.road_key, p.compound, p.compound_key, p.buildings, ST_X(p.point), ST_Y(p.point), g.unit_id, p.alias
  FROM place AS p
  LEFT JOIN building_grid AS g ON g.zone = p.zone AND g.building_code = p.building_code AND g.edition_id = %(edition_id)s
 WHERE p.name_key = ANY (%(keys)s::text[])
 ORDER BY p.name_key, p.kind, p.buildings DESC, p.building_code;
