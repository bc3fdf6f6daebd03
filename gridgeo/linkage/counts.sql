-- name: as_room
SET LOCAL ROLE gridgeo_linkage;

-- name: as_oneself
RESET ROLE;

-- name: is_whole
-- Whether the transaction sees the whole city.
SELECT gridgeo.area_is_whole();

-- name: lock_counts
-- One counts at a time.
SELECT pg_advisory_xact_lock(hashtext('linkage.unit_count'));

-- name: countable
-- The editions that are valid now or will be: their units are counted.
SELECT edition_id
  FROM edition
 WHERE scheme = %(scheme)s
   AND NOT isempty(valid)
   AND (upper_inf(valid) OR upper(valid) > now())
 ORDER BY edition_id;

-- name: forget_counts
-- Of one edition; of all when null.
DELETE FROM linkage.unit_count WHERE edition_id = %(edition_id)s OR %(edition_id)s::bigint IS NULL;

-- name: forget_counted
DELETE FROM linkage.counted WHERE edition_id = %(edition_id)s OR %(edition_id)s::bigint IS NULL;

-- name: drop_lying
DROP TABLE IF EXISTS lying, placed, made;

-- name: make_lying
CREATE TEMPORARY TABLE lying (building_code text, unit_id bigint, building_use text) ON COMMIT DROP;

-- name: make_placed
CREATE TEMPORARY TABLE placed (zone text, place text, unit_id bigint, live boolean) ON COMMIT DROP;

-- name: make_made
CREATE TEMPORARY TABLE made (unit_id bigint, subject text, class text, status text, n bigint, area_m2 double precision) ON COMMIT DROP;

-- name: lay_buildings
-- The unit each building lies in.
INSERT INTO lying (building_code, unit_id, building_use)
SELECT b.building_code, g.unit_id, b.building_use
  FROM building AS b
  JOIN building_grid AS g USING (zone, building_code)
 WHERE g.edition_id = %(edition_id)s
   AND g.unit_id IS NOT NULL;

-- name: place_houses
-- The unit each house lies in: that of the building it is in today, which need not be the one its code begins with.
INSERT INTO placed (zone, place, unit_id, live)
SELECT h.zone, h.house_code, b.unit_id, s.live AND (h.valid_to IS NULL OR h.valid_to > %(as_of)s)
  FROM house AS h
  JOIN lying AS b USING (building_code)
  JOIN address_status AS s USING (status);

-- name: place_buildings
-- What is linked to a building, not to a house in it.
INSERT INTO placed (zone, place, unit_id, live)
SELECT left(building_code, 12), building_code || '******', unit_id, false FROM lying;

-- name: place_outdoors
-- What is linked to a basic grid: the unit that bears its code today.
INSERT INTO placed (zone, place, unit_id, live)
SELECT left(v.code, 12), v.code || '***********', v.unit_id, false
  FROM grid_unit_version AS v
 WHERE v.edition_id = %(edition_id)s
   AND v.leaf
   AND v.code ~ '^[0-9]{14}$';

-- name: count_buildings
INSERT INTO made (unit_id, subject, class, status, n)
SELECT g.unit_id, 'building', b.building_use,
       CASE WHEN s.live AND b.valid_to <= %(as_of)s THEN 'retired' ELSE b.status END AS state, count(*)
  FROM building AS b
  JOIN building_grid AS g USING (zone, building_code)
  JOIN address_status AS s USING (status)
 WHERE g.edition_id = %(edition_id)s
   AND g.unit_id IS NOT NULL
 GROUP BY g.unit_id, b.building_use, state;

-- name: count_storeys
-- Live buildings by height.
INSERT INTO made (unit_id, subject, class, status, n)
SELECT g.unit_id, 'storey',
       CASE WHEN b.floors IS NULL THEN 'unknown' WHEN b.floors <= 3 THEN '1-3' WHEN b.floors <= 6 THEN '4-6'
            WHEN b.floors <= 9 THEN '7-9' WHEN b.floors <= 33 THEN '10-33' ELSE '34+' END AS band, '', count(*)
  FROM building AS b
  JOIN building_grid AS g USING (zone, building_code)
  JOIN address_status AS s USING (status)
 WHERE g.edition_id = %(edition_id)s
   AND g.unit_id IS NOT NULL
   AND s.live
   AND (b.valid_to IS NULL OR b.valid_to > %(as_of)s)
 GROUP BY g.unit_id, band;

-- name: count_houses
-- A house without a use of its own has its building's.
INSERT INTO made (unit_id, subject, class, status, n, area_m2)
SELECT b.unit_id, 'house', coalesce(h.house_use, b.building_use) AS use,
       CASE WHEN s.live AND h.valid_to <= %(as_of)s THEN 'retired' ELSE h.status END AS state, count(*), sum(h.area_m2::float8)
  FROM house AS h
  JOIN lying AS b USING (building_code)
  JOIN address_status AS s USING (status)
 GROUP BY b.unit_id, use, state;

-- name: count_links
-- Codes linked now, as far as we know now, by role: each once in a unit. (Sorted unit by unit; DISTINCT over all takes twice as long.)
INSERT INTO made (unit_id, subject, class, status, n)
SELECT p.unit_id, l.kind, l.role, '', count(DISTINCT l.token)
  FROM linkage.link AS l
  JOIN placed AS p ON p.zone = l.zone AND p.place = l.place
 WHERE l.valid @> %(as_of)s::date
   AND upper_inf(l.recorded)
 GROUP BY p.unit_id, l.kind, l.role;

-- name: count_covered
-- Live houses that have a link of a kind; of events those that happened there, for who lives there may have reported others.
INSERT INTO made (unit_id, subject, class, status, n)
SELECT p.unit_id, 'covered', l.kind, '', count(DISTINCT l.place)
  FROM linkage.link AS l
  JOIN placed AS p ON p.zone = l.zone AND p.place = l.place
 WHERE l.valid @> %(as_of)s::date
   AND upper_inf(l.recorded)
   AND p.live
   AND (l.kind <> 'event' OR l.role = 'place')
 GROUP BY p.unit_id, l.kind;

-- name: add_measures
INSERT INTO linkage.measure (subject, class, status)
SELECT subject, class, status FROM made
EXCEPT
SELECT subject, class, status FROM linkage.measure;

-- name: keep_counts
INSERT INTO linkage.unit_count (edition_id, unit_id, measure_id, n, area_m2)
SELECT %(edition_id)s, c.unit_id, m.measure_id, c.n, c.area_m2
  FROM made AS c
  JOIN linkage.measure AS m USING (subject, class, status);

-- name: mark_counted
INSERT INTO linkage.counted (edition_id, as_of) VALUES (%(edition_id)s, %(as_of)s);

-- name: today
-- The day in China.
SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date;

-- name: counted
-- Of which day the counts of an edition are, and when they were made.
SELECT as_of, counted_at FROM linkage.counted WHERE edition_id = %(edition_id)s;

-- name: measures
-- What is counted of some subjects.
SELECT measure_id, subject, class, status FROM linkage.measure WHERE subject = ANY(%(subjects)s) ORDER BY measure_id;

-- name: cells
-- What is counted in blocks, each made of some of the lowest units: how many of them have each number, so that what is told of
-- a number is decided once for all that have it.
SELECT p.block, c.measure_id, c.n, count(*), sum(c.area_m2)
  FROM unnest(%(units)s::bigint[], %(blocks)s::integer[]) AS p (unit_id, block)
  JOIN linkage.unit_count AS c ON c.edition_id = %(edition_id)s AND c.unit_id = p.unit_id
 WHERE c.measure_id = ANY(%(measures)s::smallint[])
 GROUP BY p.block, c.measure_id, c.n;

-- name: cells_of_units
-- The same where each block is one unit: there is nothing to group.
SELECT p.block, c.measure_id, c.n, 1, c.area_m2
  FROM unnest(%(units)s::bigint[], %(blocks)s::integer[]) AS p (unit_id, block)
  JOIN linkage.unit_count AS c ON c.edition_id = %(edition_id)s AND c.unit_id = p.unit_id
 WHERE c.measure_id = ANY(%(measures)s::smallint[]);
