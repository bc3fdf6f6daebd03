-- name: today
-- The day it is in China. The zone is written as its distance: not every server knows the names of zones.
SELECT (now() AT TIME ZONE INTERVAL '+08:00')::date;

-- name: uses
-- What buildings and houses are used for.
SELECT building_use, name_zh, name_en, lived_in, worked_in FROM building_use ORDER BY building_use;

-- name: building
SELECT building_code, building_use, status, floors, floors_below, ST_X(point), ST_Y(point), ST_AsBinary(footprint),
       valid_from, valid_to, source
  FROM building
 WHERE zone = %(zone)s AND building_code = %(code)s;

-- name: building_codes
-- Of all buildings, the gone ones too.
SELECT building_code FROM building;

-- name: addresses
-- All a building ever had; those still valid first, the main one before the others.
SELECT road, plate, compound, block, address_no, main, valid_from, valid_to, source
  FROM building_address
 WHERE zone = %(zone)s AND building_code = %(code)s
 ORDER BY valid_to DESC NULLS FIRST, main DESC, address_no;

-- name: house
SELECT house_code, building_code, unit, floor, room, house_use, status, area_m2, valid_from, valid_to, source
  FROM house
 WHERE zone = %(zone)s AND house_code = %(code)s;

-- name: houses
-- The houses that are in a building today and were there on a day (today when NULL), as one would walk through it; after one of them,
-- where it is named. What is not known comes first: false is before true.
SELECT h.house_code, h.building_code, h.unit, h.floor, h.room, h.house_use, h.status, h.area_m2, h.valid_from, h.valid_to, h.source
  FROM house AS h
 WHERE h.building_code = %(code)s
   AND coalesce(h.valid_to > coalesce(%(on)s::date, gridgeo.today()), h.status NOT IN ('demolished', 'retired'))
   AND (%(on)s::date IS NULL OR h.valid_from <= %(on)s::date)
   AND (%(after)s::text IS NULL OR
        (h.unit_key IS NOT NULL, coalesce(h.unit_key, ''), h.floor IS NOT NULL, coalesce(h.floor, 0),
         h.room_key IS NOT NULL, coalesce(h.room_key, ''), h.house_code) >
        (SELECT a.unit_key IS NOT NULL, coalesce(a.unit_key, ''), a.floor IS NOT NULL, coalesce(a.floor, 0),
                a.room_key IS NOT NULL, coalesce(a.room_key, ''), a.house_code
           FROM house AS a
          WHERE a.zone = left(%(after)s, 12) AND a.house_code = %(after)s))
 ORDER BY h.unit_key NULLS FIRST, h.floor NULLS FIRST, h.room_key NULLS FIRST, h.house_code
 LIMIT %(limit)s;

-- name: house_count
-- How many "houses" has.
SELECT count(*)
  FROM house
 WHERE building_code = %(code)s
   AND coalesce(valid_to > coalesce(%(on)s::date, gridgeo.today()), status NOT IN ('demolished', 'retired'))
   AND (%(on)s::date IS NULL OR valid_from <= %(on)s::date);

-- name: names
SELECT code, kind, name, valid_from, valid_to, source
  FROM address_name
 WHERE zone = %(zone)s AND code = %(code)s
 ORDER BY kind, valid_from DESC, name;

-- name: successors
SELECT code, successor, reason, since
  FROM address_successor
 WHERE zone = %(zone)s AND code = %(code)s
 ORDER BY since, successor;

-- name: predecessors
SELECT code, successor, reason, since
  FROM address_successor
 WHERE successor = %(code)s
 ORDER BY since, code;

-- name: place
-- Which unit a building lies in, in an edition.
SELECT unit_id, outcome
  FROM building_grid
 WHERE zone = %(zone)s AND building_code = %(code)s AND edition_id = %(edition_id)s;

-- name: places
-- The lowest unit a building lay in, by edition, of those that were ever valid.
SELECT lower(e.valid), v.code, v.name_zh
  FROM building_grid AS g
  JOIN edition AS e USING (edition_id)
  LEFT JOIN grid_unit_version AS v ON v.edition_id = g.edition_id AND v.unit_id = g.unit_id
 WHERE g.zone = %(zone)s AND g.building_code = %(code)s
   AND NOT isempty(e.valid)
 ORDER BY e.valid;

-- name: chain
-- A unit of an edition and those above it, the uppermost first.
WITH RECURSIVE above AS (
  SELECT v.unit_id, 0 AS up
    FROM grid_unit_version AS v
   WHERE v.edition_id = %(edition_id)s AND v.unit_id = %(unit_id)s
  UNION ALL
  SELECT v.parent_id, a.up + 1
    FROM above AS a
    JOIN grid_unit_version AS v ON v.edition_id = %(edition_id)s AND v.unit_id = a.unit_id
   WHERE v.parent_id IS NOT NULL
)
SELECT v.unit_id, v.level, v.code, v.name_zh, v.name_en, v.parent_id, v.kind, v.grid_type, v.household_count, v.area_m2, v.leaf
  FROM above AS a
  JOIN grid_unit_version AS v ON v.edition_id = %(edition_id)s AND v.unit_id = a.unit_id
 ORDER BY a.up DESC;

-- name: as_writer
-- What may never happen is refused by the database, not by those who promise not to do it.
SET LOCAL ROLE gridgeo_writer;

-- name: as_oneself
RESET ROLE;

-- name: lock_all
-- A load has the address base for itself.
SELECT pg_advisory_xact_lock(hashtext('gridgeo.addresses'), 0);

-- name: lock_issuer
-- One gives codes in a basic grid, or in a building, at a time, and nobody while a load is on.
SELECT pg_advisory_xact_lock_shared(hashtext('gridgeo.addresses'), 0),
       pg_advisory_xact_lock(hashtext('gridgeo.issuer'), hashtext(%(issuer)s));

-- name: tell
-- Tells every process that holds names or codes in memory.
SELECT pg_notify('gridgeo_addresses', '');

-- name: last_building
-- The last number given in a basic grid. Numbers with letters came from elsewhere and are not counted on.
SELECT coalesce(max(right(building_code, 5)::integer), 0)
  FROM building
 WHERE zone = %(zone)s
   AND building_code LIKE %(issuer)s || '%%'
   AND right(building_code, 5) ~ '^[0-9]{5}$';

-- name: last_house
-- The last number given in a building, wherever its houses are today.
SELECT coalesce(max(right(house_code, 6)::integer), 0)
  FROM house
 WHERE zone = %(zone)s
   AND house_code BETWEEN %(issuer)s || '000000' AND %(issuer)s || '999999';

-- name: twin_building
-- Living buildings at a point (within a decimetre) whose main address is the same.
SELECT b.building_code
  FROM building_address AS a
  JOIN building AS b ON b.zone = a.zone AND b.building_code = a.building_code
 WHERE a.main
   AND a.valid_to IS NULL
   AND (a.road_key = %(road_key)s OR (%(road_key)s::text IS NULL AND a.road_key IS NULL AND a.compound_key = %(compound_key)s))
   AND a.plate_key IS NOT DISTINCT FROM %(plate_key)s
   AND a.compound_key IS NOT DISTINCT FROM %(compound_key)s
   AND a.block_key IS NOT DISTINCT FROM %(block_key)s
   AND b.status NOT IN ('demolished', 'retired')
   AND abs(ST_X(b.point) - %(lon)s) < 1e-6
   AND abs(ST_Y(b.point) - %(lat)s) < 1e-6
 ORDER BY b.building_code;

-- name: twin_house
-- Living houses of a building with the same room, unit and floor.
SELECT house_code
  FROM house
 WHERE building_code = %(code)s
   AND room_key = %(room_key)s
   AND unit_key IS NOT DISTINCT FROM %(unit_key)s
   AND floor IS NOT DISTINCT FROM %(floor)s
   AND status NOT IN ('demolished', 'retired')
 ORDER BY house_code;

-- name: add_building
INSERT INTO building (zone, building_code, building_use, status, floors, floors_below, point, footprint, valid_from, source)
VALUES (%(zone)s, %(code)s, %(use)s, %(status)s, %(floors)s, %(floors_below)s, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4490),
        ST_SetSRID(%(footprint)s::geometry, 4490), %(valid_from)s, %(source)s);

-- name: add_address
-- Numbers of a building's addresses go on for ever.
INSERT INTO building_address (zone, building_code, address_no, main, road, plate, compound, block,
                              road_key, plate_key, compound_key, block_key, valid_from, source)
SELECT %(zone)s, %(code)s, 1 + coalesce(max(address_no), 0), %(main)s, %(road)s, %(plate)s, %(compound)s, %(block)s,
       %(road_key)s, %(plate_key)s, %(compound_key)s, %(block_key)s, %(valid_from)s, %(source)s
  FROM building_address
 WHERE zone = %(zone)s AND building_code = %(code)s;

-- name: end_address
UPDATE building_address
   SET valid_to = %(on)s
 WHERE zone = %(zone)s AND building_code = %(code)s AND main AND valid_to IS NULL;

-- name: set_point
UPDATE building
   SET point = ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4490),
       footprint = ST_SetSRID(%(footprint)s::geometry, 4490)
 WHERE zone = %(zone)s AND building_code = %(code)s;

-- name: add_house
INSERT INTO house (zone, house_code, building_code, unit, floor, room, unit_key, room_key, house_use, status, area_m2, valid_from, source)
VALUES (%(zone)s, %(code)s, %(building)s, %(unit)s, %(floor)s, %(room)s, %(unit_key)s, %(room_key)s, %(use)s, %(status)s, %(area_m2)s,
        %(valid_from)s, %(source)s);

-- name: set_label
UPDATE house
   SET unit = %(unit)s, floor = %(floor)s, room = %(room)s, unit_key = %(unit_key)s, room_key = %(room_key)s
 WHERE zone = %(zone)s AND house_code = %(code)s;

-- name: move_houses
-- The houses of a building that are still there, all or those named, belong to another from now on.
UPDATE house
   SET building_code = %(to)s
 WHERE building_code = %(code)s
   AND coalesce(valid_to > %(on)s, status NOT IN ('demolished', 'retired'))
   AND (%(houses)s::text[] IS NULL OR house_code = ANY(%(houses)s));

-- name: remaining
-- The houses of a building that are still there on a day.
SELECT house_code
  FROM house
 WHERE building_code = %(code)s
   AND coalesce(valid_to > %(on)s, status NOT IN ('demolished', 'retired'))
 ORDER BY house_code;

-- name: end_houses
UPDATE house
   SET status = %(status)s, valid_to = greatest(%(on)s, valid_from + 1)
 WHERE building_code = %(code)s
   AND coalesce(valid_to > %(on)s, status NOT IN ('demolished', 'retired'));

-- name: end_building
UPDATE building
   SET status = %(status)s, valid_to = %(on)s
 WHERE zone = %(zone)s AND building_code = %(code)s;

-- name: end_house
UPDATE house
   SET status = %(status)s, valid_to = %(on)s
 WHERE zone = %(zone)s AND house_code = %(code)s;

-- name: add_successor
INSERT INTO address_successor (zone, code, successor, reason, since)
VALUES (%(zone)s, %(code)s, %(successor)s, %(reason)s, %(since)s);

-- name: add_name
INSERT INTO address_name (zone, code, kind, name, name_key, valid_from, valid_to, source)
VALUES (%(zone)s, %(code)s, %(kind)s, %(name)s, %(name_key)s, %(valid_from)s, %(valid_to)s, %(source)s)
ON CONFLICT (zone, code, kind, name, valid_from) DO NOTHING;

-- name: make_unassigned
CREATE TEMPORARY TABLE unassigned (
  n integer GENERATED ALWAYS AS IDENTITY, zone text, building_code text, point geometry(Point, 4490)
) ON COMMIT DROP;

-- name: find_unassigned
-- The buildings, all or those named, of which an edition does not say yet where they lie.
INSERT INTO unassigned (zone, building_code, point)
SELECT b.zone, b.building_code, b.point
  FROM building AS b
 WHERE (%(codes)s::text[] IS NULL OR (b.zone = ANY(%(zones)s::text[]) AND b.building_code = ANY(%(codes)s)))
   AND NOT EXISTS (SELECT FROM building_grid AS g
                    WHERE g.zone = b.zone AND g.building_code = b.building_code AND g.edition_id = %(edition_id)s);

-- name: place_unassigned
INSERT INTO to_place (n, point) SELECT n, point FROM unassigned;

-- name: assign
INSERT INTO building_grid (zone, building_code, edition_id, unit_id, outcome)
SELECT u.zone, u.building_code, %(edition_id)s, l.unit_id, l.outcome
  FROM unassigned AS u
  JOIN lying AS l USING (n);

-- name: forget
-- Where buildings lie in an edition, all or those named, is not said any more.
DELETE FROM building_grid
 WHERE edition_id = %(edition_id)s
   AND (%(codes)s::text[] IS NULL OR (zone = ANY(%(zones)s::text[]) AND building_code = ANY(%(codes)s)));
