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

-- name: share_counts
-- Some count their own units, if nobody counts the whole: true when so.
SELECT pg_try_advisory_xact_lock_shared(hashtext('linkage.unit_count'));

-- name: lock_unit
-- One counts a unit at a time, the lower number first.
SELECT pg_advisory_xact_lock(hashtext('linkage.unit_count'), hashint8(%(unit_id)s));

-- name: units_of
-- The units some buildings, and the buildings some houses are in, lie in, in each edition that is counted. Zones are made first:
-- under row-level security only a comparison of nothing but columns and values may use the index.
WITH asked AS MATERIALIZED (
  SELECT left(code, 12) AS zone, code FROM unnest(%(codes)s::text[]) AS code
), standing AS MATERIALIZED (
  SELECT left(coalesce(h.building_code, asked.code), 12) AS zone, coalesce(h.building_code, asked.code) AS code
    FROM asked
    LEFT JOIN house AS h ON h.zone = asked.zone AND h.house_code = asked.code
)
SELECT DISTINCT g.edition_id, g.unit_id
  FROM standing AS b
  JOIN building_grid AS g ON g.zone = b.zone AND g.building_code = b.code
  JOIN linkage.counted AS c ON c.edition_id = g.edition_id
 WHERE g.unit_id IS NOT NULL;

-- name: countable
-- The editions that are valid now or will be: their units are counted.
SELECT edition_id
  FROM edition
 WHERE scheme = %(scheme)s
   AND NOT isempty(valid)
   AND (upper_inf(valid) OR upper(valid) > now())
 ORDER BY edition_id;

-- name: forget_counts
DELETE FROM linkage.unit_count WHERE edition_id = %(edition_id)s;

-- name: forget_counted
DELETE FROM linkage.counted WHERE edition_id = %(edition_id)s;

-- name: ended
-- The editions that are counted and need be no more.
SELECT edition_id FROM linkage.counted WHERE edition_id <> ALL (%(editions)s) ORDER BY edition_id;

-- name: alike
-- The counts an edition's can be made from: its own, else another's, the latest; of the same day or one before.
SELECT edition_id, as_of, seen::text
  FROM linkage.counted
 WHERE as_of <= %(as_of)s
 ORDER BY edition_id <> %(edition_id)s, counted_at DESC, edition_id DESC
 LIMIT 1;

-- name: drop_lying
DROP TABLE IF EXISTS lying, placed, made, changed;

-- name: make_lying
CREATE TEMPORARY TABLE lying (zone text, building_code text, unit_id bigint, building_use text, fresh boolean) ON COMMIT DROP;

-- name: make_placed
CREATE TEMPORARY TABLE placed (zone text, place text, unit_id bigint, live boolean, fresh boolean) ON COMMIT DROP;

-- name: make_made
CREATE TEMPORARY TABLE made (unit_id bigint, subject text, class text, status text, n bigint, area_m2 double precision) ON COMMIT DROP;

-- name: make_changed
CREATE TEMPORARY TABLE changed (unit_id bigint PRIMARY KEY) ON COMMIT DROP;

-- name: lay_buildings
-- The unit each building lies in. Fresh is what was written since it was counted: by the transaction that wrote the row,
-- so that one that was open all the while is not missed.
INSERT INTO lying (zone, building_code, unit_id, building_use, fresh)
SELECT b.zone, b.building_code, g.unit_id, b.building_use,
       age(b.xmin) <= age(%(seen)s::xid8::xid) OR age(g.xmin) <= age(%(seen)s::xid8::xid)
  FROM building AS b
  JOIN building_grid AS g USING (zone, building_code)
 WHERE g.edition_id = %(edition_id)s
   AND g.unit_id IS NOT NULL
   AND (%(units)s::bigint[] IS NULL OR g.unit_id = ANY (%(units)s::bigint[]));

-- name: place_houses
-- The unit each house lies in: that of the building it is in today, which need not be the one its code begins with.
INSERT INTO placed (zone, place, unit_id, live, fresh)
SELECT h.zone, h.house_code, b.unit_id, s.live AND (h.valid_to IS NULL OR h.valid_to > %(as_of)s),
       age(h.xmin) <= age(%(seen)s::xid8::xid)
  FROM house AS h
  JOIN lying AS b USING (building_code)
  JOIN address_status AS s USING (status);

-- name: place_buildings
-- What is linked to a building, not to a house in it.
INSERT INTO placed (zone, place, unit_id, live, fresh)
SELECT zone, building_code || '******', unit_id, false, fresh FROM lying;

-- name: place_outdoors
-- What is linked to a basic grid: the unit that bears its code today.
INSERT INTO placed (zone, place, unit_id, live, fresh)
SELECT left(v.code, 12), v.code || '***********', v.unit_id, false, false
  FROM grid_unit_version AS v
 WHERE v.edition_id = %(edition_id)s
   AND v.leaf
   AND v.code ~ '^[0-9]{14}$'
   AND (%(units)s::bigint[] IS NULL OR v.unit_id = ANY (%(units)s::bigint[]));

-- name: change_all
INSERT INTO changed (unit_id)
SELECT unit_id
  FROM grid_unit_version
 WHERE edition_id = %(edition_id)s
   AND leaf
   AND (%(units)s::bigint[] IS NULL OR unit_id = ANY (%(units)s::bigint[]));

-- name: find_changed
-- Units whose counts are not those of the edition they are taken from: where something was written since, where a link or a
-- house began or ended between the two days, and where another number of buildings and houses says that one has gone.
WITH held AS (
  SELECT c.unit_id, m.subject, m.class, m.status, c.n
    FROM linkage.unit_count AS c
    JOIN linkage.measure AS m USING (measure_id)
   WHERE c.edition_id = %(like)s
     AND m.subject IN ('building', 'storey', 'house')
), fresh AS (
  SELECT unit_id FROM placed WHERE fresh
  UNION
  SELECT p.unit_id
    FROM linkage.link AS l
    JOIN placed AS p ON p.zone = l.zone AND p.place = l.place
   WHERE age(l.xmin) <= age(%(seen)s::xid8::xid)
      OR (lower(l.valid) > %(since)s AND lower(l.valid) <= %(as_of)s)
      OR (upper(l.valid) > %(since)s AND upper(l.valid) <= %(as_of)s)
  UNION
  SELECT unit_id FROM made FULL JOIN held USING (unit_id, subject, class, status) WHERE made.n IS DISTINCT FROM held.n
)
INSERT INTO changed (unit_id)
SELECT unit_id FROM fresh JOIN grid_unit_version AS v USING (unit_id) WHERE v.edition_id = %(edition_id)s AND v.leaf;

-- name: find_redrawn
-- Units that have other buildings than in the edition their counts are taken from, or another code.
WITH redrawn AS (
  SELECT unnest(ARRAY[b.unit_id, a.unit_id]) AS unit_id
    FROM (SELECT zone, building_code, unit_id FROM building_grid WHERE edition_id = %(like)s) AS b
    FULL JOIN (SELECT zone, building_code, unit_id FROM building_grid WHERE edition_id = %(edition_id)s) AS a USING (zone, building_code)
   WHERE a.unit_id IS DISTINCT FROM b.unit_id
  UNION
  SELECT unit_id
    FROM (SELECT unit_id, code FROM grid_unit_version WHERE edition_id = %(like)s AND leaf) AS b
    FULL JOIN (SELECT unit_id, code FROM grid_unit_version WHERE edition_id = %(edition_id)s AND leaf) AS a USING (unit_id)
   WHERE a.code IS DISTINCT FROM b.code
)
INSERT INTO changed (unit_id)
SELECT unit_id FROM redrawn JOIN grid_unit_version AS v USING (unit_id) WHERE v.edition_id = %(edition_id)s AND v.leaf
ON CONFLICT DO NOTHING;

-- name: forget_placed
-- Where nothing has changed nothing is counted.
DELETE FROM placed AS p WHERE NOT EXISTS (SELECT FROM changed AS c WHERE c.unit_id = p.unit_id);

-- name: count_buildings
INSERT INTO made (unit_id, subject, class, status, n)
SELECT g.unit_id, 'building', b.building_use,
       CASE WHEN s.live AND b.valid_to <= %(as_of)s THEN 'retired' ELSE b.status END AS state, count(*)
  FROM building AS b
  JOIN lying AS g USING (zone, building_code)
  JOIN address_status AS s USING (status)
 GROUP BY g.unit_id, b.building_use, state;

-- name: count_storeys
-- Live buildings by height.
INSERT INTO made (unit_id, subject, class, status, n)
SELECT g.unit_id, 'storey',
       CASE WHEN b.floors IS NULL THEN 'unknown' WHEN b.floors <= 3 THEN '1-3' WHEN b.floors <= 6 THEN '4-6'
            WHEN b.floors <= 9 THEN '7-9' WHEN b.floors <= 33 THEN '10-33' ELSE '34+' END AS band, '', count(*)
  FROM building AS b
  JOIN lying AS g USING (zone, building_code)
  JOIN address_status AS s USING (status)
 WHERE s.live
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

-- name: forget_changed
DELETE FROM linkage.unit_count AS c USING changed WHERE c.edition_id = %(edition_id)s AND c.unit_id = changed.unit_id;

-- name: take_over
-- What has not changed, from the edition it is the same in.
INSERT INTO linkage.unit_count (edition_id, unit_id, measure_id, n, area_m2)
SELECT v.edition_id, c.unit_id, c.measure_id, c.n, c.area_m2
  FROM linkage.unit_count AS c
  JOIN grid_unit_version AS v ON v.edition_id = %(edition_id)s AND v.unit_id = c.unit_id AND v.leaf
 WHERE c.edition_id = %(like)s
   AND NOT EXISTS (SELECT FROM changed WHERE changed.unit_id = c.unit_id);

-- name: keep_counts
INSERT INTO linkage.unit_count (edition_id, unit_id, measure_id, n, area_m2)
SELECT %(edition_id)s, c.unit_id, m.measure_id, c.n, c.area_m2
  FROM made AS c
  JOIN changed USING (unit_id)
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
SELECT c.measure_id, p.block, c.n, count(*), sum(c.area_m2)
  FROM unnest(%(units)s::bigint[], %(blocks)s::integer[]) AS p (unit_id, block)
  JOIN linkage.unit_count AS c ON c.edition_id = %(edition_id)s AND c.unit_id = p.unit_id
 WHERE c.measure_id = ANY(%(measures)s::smallint[])
 GROUP BY p.block, c.measure_id, c.n;

-- name: cells_of_units
-- The same where each block is one unit: there is nothing to group.
SELECT c.measure_id, p.block, c.n, 1, c.area_m2
  FROM unnest(%(units)s::bigint[], %(blocks)s::integer[]) AS p (unit_id, block)
  JOIN linkage.unit_count AS c ON c.edition_id = %(edition_id)s AND c.unit_id = p.unit_id
 WHERE c.measure_id = ANY(%(measures)s::smallint[]);
