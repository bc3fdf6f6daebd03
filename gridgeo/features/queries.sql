-- Relations: the features of a collection that are valid in a time, one a row. `first` and `last` are its days in China, `start` and
-- `end` its instants (NULL: no end); `current` leaves out what is no more although nobody wrote down when it ended.
-- Each stands as f in the statement a question makes (statements.py) and is planned with it: what is not asked for costs nothing.

-- name: grids
-- Units of the last edition valid in the time; of one level where it is given. As it was believed at a moment: no edition that was
-- activated later begins, or ends the one before.
SELECT v.unit_id, coalesce(v.code, 'u' || v.unit_id) AS id, v.geom, v.code, v.name_zh, v.name_en, v.level,
       coalesce(p.code, 'u' || p.unit_id) AS parent, v.kind, v.grid_type, v.household_count,
       round(v.area_m2::numeric, 2) AS area_m2, e.name AS edition, lower(e.valid) AS valid_from,
       CASE WHEN %(recorded)s::timestamptz IS NULL THEN upper(e.valid)
            ELSE (SELECT min(lower(n.valid))
                    FROM edition AS n
                   WHERE n.scheme = e.scheme AND n.valid >> e.valid AND n.activated_at <= %(recorded)s) END AS valid_to
  FROM grid_unit_version AS v
  JOIN edition AS e ON e.edition_id = v.edition_id
  LEFT JOIN grid_unit_version AS p ON p.edition_id = v.edition_id AND p.unit_id = v.parent_id
 WHERE v.edition_id = (SELECT l.edition_id
                         FROM edition AS l
                        WHERE l.scheme = 'governance' AND l.activated_at <= coalesce(%(recorded)s::timestamptz, 'infinity')
                          AND (l.valid && tstzrange(%(start)s::timestamptz, %(end)s::timestamptz, '[]')
                            OR %(recorded)s::timestamptz IS NOT NULL AND lower(l.valid) <= coalesce(%(end)s::timestamptz, 'infinity'))
                        ORDER BY l.valid DESC
                        LIMIT 1)
   AND (%(level)s::text IS NULL OR v.level = %(level)s);

-- name: buildings
-- Buildings with the main address of the last of the days, or before there was one its first, and the unit they lie in today.
SELECT b.zone, b.building_code, b.building_code AS id, b.point AS geom, b.building_use, b.status, b.floors, b.floors_below,
       a.road, a.plate, a.compound, a.block, g.unit_id, v.code AS grid, b.valid_from, b.valid_to, b.recorded_at
  FROM building AS b
  LEFT JOIN LATERAL (
         SELECT m.road, m.plate, m.compound, m.block
           FROM building_address AS m
          WHERE m.zone = b.zone AND m.building_code = b.building_code AND m.main
          ORDER BY m.valid_from <= coalesce(%(last)s::date, 'infinity') AND coalesce(m.valid_to > %(last)s::date, m.valid_to IS NULL) DESC,
                   m.valid_from
          LIMIT 1) AS a ON true
  LEFT JOIN building_grid AS g
    ON g.zone = b.zone AND g.building_code = b.building_code AND g.edition_id = (SELECT gridgeo.edition_now())
  LEFT JOIN grid_unit_version AS v ON v.edition_id = g.edition_id AND v.unit_id = g.unit_id
 WHERE (%(last)s::date IS NULL OR b.valid_from <= %(last)s)
   AND (%(first)s::date IS NULL OR coalesce(b.valid_to > %(first)s, true))
   AND (NOT %(current)s::boolean OR b.status NOT IN ('demolished', 'retired'));

-- name: houses
-- Houses with where their building is. Each is looked up by itself (LIMIT 1): the planner does not know that a code says its zone, takes
-- a join of both for next to nothing, and would sort all houses for a page of them.
SELECT h.zone, h.house_code, h.house_code AS id, b.point AS geom, h.building_code, h.unit, h.floor, h.room,
       coalesce(h.house_use, b.building_use) AS house_use, h.house_use AS own_use, h.status, h.area_m2, g.unit_id, g.code AS grid, h.valid_from, h.valid_to
  FROM house AS h
  LEFT JOIN LATERAL (
         SELECT o.point, o.building_use
           FROM building AS o
          WHERE o.zone = left(h.building_code, 12) AND o.building_code = h.building_code
          LIMIT 1) AS b ON true
  LEFT JOIN LATERAL (
         SELECT i.unit_id, v.code
           FROM building_grid AS i
           LEFT JOIN grid_unit_version AS v ON v.edition_id = i.edition_id AND v.unit_id = i.unit_id
          WHERE i.zone = left(h.building_code, 12) AND i.building_code = h.building_code
            AND i.edition_id = (SELECT gridgeo.edition_now())
          LIMIT 1) AS g ON true
 WHERE (%(last)s::date IS NULL OR h.valid_from <= %(last)s)
   AND (%(first)s::date IS NULL OR coalesce(h.valid_to > %(first)s, true))
   AND (NOT %(current)s::boolean OR h.status NOT IN ('demolished', 'retired'));

-- name: addresses
-- Names of buildings and houses, with where the building is. A name has no number of its own: its id is made of what it is.
SELECT n.zone, n.code, n.kind, n.name, n.valid_from,
       n.code || '-' || n.kind || '-' || left(md5(n.name || (n.valid_from - DATE '2000-01-01')), 8) AS id,
       b.point AS geom, b.building_code, g.unit_id, n.valid_to, n.source
  FROM address_name AS n
  LEFT JOIN LATERAL (
         SELECT l.building_code
           FROM house AS l
          WHERE length(n.code) = 25 AND l.zone = n.zone AND l.house_code = n.code
          LIMIT 1) AS h ON true
  LEFT JOIN LATERAL (
         SELECT o.zone, o.building_code, o.point
           FROM building AS o
          WHERE o.zone = left(coalesce(h.building_code, n.code), 12) AND o.building_code = coalesce(h.building_code, n.code)
          LIMIT 1) AS b ON true
  LEFT JOIN LATERAL (
         SELECT i.unit_id
           FROM building_grid AS i
          WHERE i.zone = b.zone AND i.building_code = b.building_code AND i.edition_id = (SELECT gridgeo.edition_now())
          LIMIT 1) AS g ON true
 WHERE (%(last)s::date IS NULL OR n.valid_from <= %(last)s)
   AND (%(first)s::date IS NULL OR coalesce(n.valid_to > %(first)s, true));

-- name: objects
-- Managed objects as they are known today: what their own table says.
SELECT o.object_id, o.object_id AS id, coalesce(o.shape, o.point) AS geom, o.point, o.shape, o.element_code, o.name, o.status,
       o.category_id, left(o.element_code, 9) AS department, o.floor, o.place, o.inspected_on, o.since, NULL::date AS until, o.attributes,
       o.recorded_at
  FROM object AS o
 WHERE NOT %(listed)s::boolean OR o.status <> 'removed';

-- name: categories
SELECT c.category_id, c.path AS category, c.major
  FROM category AS c;

-- name: grids_of_objects
-- The grid each lies in today. The edition valid now is looked up as edition_now() does it, but planned with the rest: calling that takes
-- as long as finding ten grids.
SELECT g.object_id, g.unit_id, v.code AS grid
  FROM object_grid AS g
  LEFT JOIN grid_unit_version AS v ON v.edition_id = g.edition_id AND v.unit_id = g.unit_id
 WHERE g.edition_id = (SELECT e.edition_id FROM edition AS e WHERE e.scheme = 'governance' AND e.valid @> now());

-- name: objects_then
-- Managed objects as they were on the last of the days, as it was believed at a moment.
SELECT o.object_id, o.object_id AS id, coalesce(o.shape, o.point) AS geom, o.element_code, o.name, o.status, o.category_id,
       c.path AS category, c.major, left(o.element_code, 9) AS department, o.floor, o.place, o.inspected_on, o.since, o.until,
       o.attributes, g.unit_id, v.code AS grid, o.recorded_at, o.point_now, o.shape_now
  FROM gridgeo.objects_then(%(last)s::date, %(recorded)s::timestamptz) AS o
  JOIN category AS c ON c.category_id = o.category_id
  LEFT JOIN object_grid AS g ON g.object_id = o.object_id AND g.edition_id = (SELECT gridgeo.edition_now())
  LEFT JOIN grid_unit_version AS v ON v.edition_id = g.edition_id AND v.unit_id = g.unit_id
 WHERE NOT %(listed)s::boolean OR o.status <> 'removed';

-- name: events
-- Events as they are today, those reported in the time asked for (`since`, `until`; NULL: no end). What is closed, rejected or merged is
-- over; while the clock stands still nothing is late; due soon is what has a part (`soon`) of its time left. Nobody's words, no house.
SELECT e.event_id, e.event_id AS id, e.point AS geom, e.event_code, e.kind, e.class_id, e.grade, e.stage,
       CASE WHEN e.stage IN ('rejected', 'closed', 'merged') THEN 'closed'
            WHEN e.paused_at IS NOT NULL OR e.due_at IS NULL THEN 'open'
            WHEN e.due_at <= now() THEN 'overdue'
            WHEN e.due_at - greatest(e.due_at - coalesce(e.filed_at, e.reported_at), interval '0') * %(soon)s::float8 <= now()
              THEN 'due-soon'
            ELSE 'open' END AS state,
       e.channel, e.department_code AS department, e.happened_at, e.reported_at, e.filed_at, e.dispatched_at, e.responded_at,
       e.handled_at, e.verified_at, e.closed_at, e.due_at, e.paused_at, e.bounces, e.reopened, e.stars
  FROM event AS e
 WHERE (NOT %(public)s::boolean OR e.class_id IN (SELECT k.class_id FROM event_class AS k WHERE k.public))
   AND (%(since)s::timestamptz IS NULL OR e.reported_at >= %(since)s::timestamptz)
   AND (%(until)s::timestamptz IS NULL OR e.reported_at <= %(until)s::timestamptz);

-- name: classes_of_events
SELECT k.class_id, k.path AS class, k.major
  FROM event_class AS k;

-- name: channels
SELECT c.channel, c.kind AS channel_kind
  FROM channel AS c;

-- name: departments
SELECT d.department_code AS department, d.name_zh AS department_name
  FROM department AS d;

-- name: grids_of_events
-- The grid each lies in today, as of objects.
SELECT g.event_id, g.unit_id, v.code AS grid
  FROM event_grid AS g
  LEFT JOIN grid_unit_version AS v ON v.edition_id = g.edition_id AND v.unit_id = g.unit_id
 WHERE g.edition_id = (SELECT e.edition_id FROM edition AS e WHERE e.scheme = 'governance' AND e.valid @> now());

-- name: reach
-- How far the points of a table reach: what its spatial index knows, read from the head of it.
SELECT ST_XMin(e.box), ST_YMin(e.box), ST_XMax(e.box), ST_YMax(e.box)
  FROM (SELECT ST_EstimatedExtent('gridgeo', %(table)s, %(column)s) AS box) AS e
 WHERE e.box IS NOT NULL;

-- name: reach_of_grids
-- How far the editions valid reach, and since when there is one.
SELECT min(ST_XMin(v.geom)), min(ST_YMin(v.geom)), max(ST_XMax(v.geom)), max(ST_YMax(v.geom)),
       (SELECT min(lower(e.valid)) FROM edition AS e WHERE e.scheme = 'governance' AND NOT isempty(e.valid))
  FROM grid_unit_version AS v
 WHERE v.edition_id = (SELECT gridgeo.edition_now());

-- name: first_event
-- When the first event that anybody may see was reported.
SELECT (SELECT e.reported_at FROM event AS e
         WHERE e.class_id = ANY (ARRAY(SELECT k.class_id FROM event_class AS k WHERE k.public)) ORDER BY e.reported_at LIMIT 1);

-- name: there
-- Buildings in a place: an area, some of the lowest units, or both.
SELECT b.zone, b.building_code
  FROM building AS b
 WHERE (%(area)s::text IS NULL OR ST_Intersects(b.point, %(area)s::geometry))
   AND (%(units)s::bigint[] IS NULL OR EXISTS (
          SELECT FROM building_grid AS g
           WHERE g.zone = b.zone AND g.building_code = b.building_code
             AND g.edition_id = (SELECT gridgeo.edition_now()) AND g.unit_id = ANY (%(units)s::bigint[])));
