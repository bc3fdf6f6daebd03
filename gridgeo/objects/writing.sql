-- name: lock_among
-- Nobody who needs to be alone begins until the transaction ends.
SELECT pg_advisory_xact_lock_shared(hashtext('gridgeo.objects'));

-- name: lock_object
-- An object as the caller sees it, until the transaction ends.
SELECT object_id FROM object WHERE object_id = %(object_id)s FOR UPDATE;

-- name: drop_given
DROP TABLE IF EXISTS given_object, altered, shifted, added, tally, tallied, summed;

-- name: make_given
-- What is to be written: the columns of object, and n, which says which row it is.
CREATE TEMPORARY TABLE given_object (
  n bigint, object_id bigint, element_code text COLLATE "C", category_id integer, status text, name text, point geometry, shape geometry,
  floor smallint, place text, inspected_on date, attributes jsonb, since date, source text
) ON COMMIT DROP;

-- name: make_altered
CREATE TEMPORARY TABLE altered (
  object_id bigint, category_id integer, status text, name text, point geometry, shape geometry, floor smallint, place text,
  inspected_on date, attributes jsonb, since date, source text, turned boolean, moved boolean, recorded_at timestamptz
) ON COMMIT DROP;

-- name: make_shifted
-- What was somewhere before (n = -1) and what is there now (n = 1).
CREATE TEMPORARY TABLE shifted (object_id bigint, point geometry(Point, 4490), category_id integer, status text, n integer) ON COMMIT DROP;

-- name: make_added
CREATE TEMPORARY TABLE added (object_id bigint, point geometry(Point, 4490), category_id integer, status text) ON COMMIT DROP;

-- name: make_tally
-- By how much a write changes the counts.
CREATE TEMPORARY TABLE tally (edition_id bigint, unit_id bigint, category_id integer, status text, n bigint) ON COMMIT DROP;

-- name: copy_given
-- All its columns, in their order.
COPY given_object FROM STDIN (FORMAT csv)

-- name: name_given
-- Rows may name an object by our number: its code is found.
UPDATE given_object AS g
   SET element_code = o.element_code
  FROM object AS o
 WHERE o.object_id = g.object_id
   AND g.element_code IS NULL;

-- name: set_points
-- Of a line without a point its middle, of a polygon a point on it.
UPDATE given_object
   SET point = CASE GeometryType(shape) WHEN 'LINESTRING' THEN ST_LineInterpolatePoint(shape, 0.5) ELSE ST_PointOnSurface(shape) END
 WHERE point IS NULL
   AND shape IS NOT NULL
   AND NOT ST_IsEmpty(shape);

-- name: faults
-- What is wrong with rows: the row, the fault, the field and the value. A column that is not given is not judged where the object is known.
WITH known AS MATERIALIZED (
  SELECT g.n, o.category_id
    FROM given_object AS g
    JOIN object AS o USING (element_code)
), again AS MATERIALIZED (
  SELECT n FROM (SELECT n, row_number() OVER (PARTITION BY element_code ORDER BY n) AS turn FROM given_object) AS each WHERE turn > 1
), judged AS (
  SELECT g.*, array_remove(ARRAY[
    CASE WHEN k.n IS NULL AND (g.element_code ~ '^[0-9A-Z]{8}[0-9X][0-9A-Z]+$' AND length(g.element_code) <= 64 AND g.element_code !~ %(personal)s)
         IS NOT TRUE
         THEN 'bad-code' END,
    CASE WHEN k.n IS NOT NULL AND NOT %(may_change)s THEN 'known-code' END,
    CASE WHEN a.n IS NOT NULL THEN 'duplicate-code' END,
    CASE WHEN (k.n IS NULL OR 'category_id' = ANY(%(given)s))
          AND (g.category_id = ANY(%(categories)s::integer[]) OR g.category_id = k.category_id) IS NOT TRUE THEN 'unknown-category' END,
    CASE WHEN (k.n IS NULL OR 'status' = ANY(%(given)s)) AND (g.status = ANY(%(statuses)s::text[])) IS NOT TRUE THEN 'unknown-status' END,
    CASE WHEN (k.n IS NULL OR 'point' = ANY(%(given)s))
          AND (ST_X(g.point) BETWEEN 73 AND 136 AND ST_Y(g.point) BETWEEN 3 AND 54) IS NOT TRUE THEN 'bad-point' END,
    CASE WHEN g.shape IS NOT NULL AND NOT (ST_IsValid(g.shape) AND NOT ST_IsEmpty(g.shape) AND ST_XMin(g.shape) >= 73
          AND ST_XMax(g.shape) <= 136 AND ST_YMin(g.shape) >= 3 AND ST_YMax(g.shape) <= 54) THEN 'bad-shape' END,
    CASE WHEN g.shape IS NOT NULL AND NOT CASE
          WHEN coalesce(g.category_id, k.category_id) = ANY(%(lines)s::integer[]) THEN GeometryType(g.shape) LIKE '%%LINESTRING'
          WHEN coalesce(g.category_id, k.category_id) = ANY(%(polygons)s::integer[]) THEN GeometryType(g.shape) LIKE '%%POLYGON'
          ELSE false END THEN 'other-geometry' END,
    CASE WHEN g.floor NOT BETWEEN -20 AND 200 OR g.floor = 0 THEN 'bad-floor' END,
    CASE WHEN g.place !~ '^[0-9]{14}[0-9A-Z]{5}([0-9]{6})?$' THEN 'bad-place' END,
    CASE WHEN g.since > gridgeo.today() THEN 'since-ahead' END
  ], NULL) AS faults, k.n IS NULL AS unknown
    FROM given_object AS g
    LEFT JOIN known AS k ON k.n = g.n
    LEFT JOIN again AS a ON a.n = g.n
), found AS (
  SELECT j.*, f.code
    FROM judged AS j
   CROSS JOIN LATERAL unnest(CASE WHEN j.unknown AND NOT %(may_add)s THEN ARRAY['unknown-object'] ELSE j.faults END) AS f (code)
   WHERE j.faults <> '{}' OR j.unknown AND NOT %(may_add)s
)
SELECT n, code, CASE code
         WHEN 'unknown-category' THEN category_id::text
         WHEN 'unknown-status' THEN status
         WHEN 'bad-point' THEN ST_X(point)::text || ' ' || ST_Y(point)::text
         WHEN 'other-geometry' THEN GeometryType(shape)
         WHEN 'bad-floor' THEN floor::text
         WHEN 'bad-place' THEN place
         WHEN 'bad-shape' THEN NULL
         WHEN 'since-ahead' THEN since::text
         ELSE coalesce(element_code, object_id::text) END
  FROM found
 ORDER BY n, code;

-- name: unknown_places
-- Rows whose building or house is none that we know.
SELECT g.n, g.place
  FROM given_object AS g
 WHERE g.place IS NOT NULL
   AND CASE length(g.place)
       WHEN 19 THEN NOT EXISTS (SELECT FROM building AS b WHERE b.zone = left(g.place, 12) AND b.building_code = g.place)
       WHEN 25 THEN NOT EXISTS (SELECT FROM house AS h WHERE h.zone = left(g.place, 12) AND h.house_code = g.place)
       ELSE false END
 ORDER BY g.n;

-- name: usual
-- What is not said stays as it is, or is what is usual of a new object; so do attributes that the file has no column for.
UPDATE given_object AS g
   SET status = coalesce(g.status, o.status, 'in_use'),
       category_id = coalesce(g.category_id, o.category_id),
       point = coalesce(g.point, o.point),
       since = CASE WHEN o.object_id IS NULL THEN coalesce(g.since, %(since)s::date) ELSE g.since END,
       attributes = nullif((coalesce(o.attributes, '{}') - %(attributes)s::text[]) || coalesce(g.attributes, '{}'), '{}')
  FROM given_object AS s
  LEFT JOIN object AS o USING (element_code)
 WHERE s.n = g.n
   AND (num_nulls(s.status, s.category_id, s.point) > 0
     OR o.object_id IS NULL AND s.since IS NULL
     OR o.attributes - %(attributes)s::text[] <> '{}');

-- name: departments
-- The organisation codes that element codes begin with, and the first row of each.
SELECT left(element_code, 9), min(n) FROM given_object GROUP BY left(element_code, 9) ORDER BY min(n);

-- name: attributes
-- Each different set of attributes of a category once, and the rows that have it.
SELECT coalesce(g.category_id, o.category_id) AS category, a.given, array_agg(g.n ORDER BY g.n)
  FROM given_object AS g
  LEFT JOIN object AS o USING (element_code)
 CROSS JOIN LATERAL (SELECT CASE WHEN o.object_id IS NULL OR 'attributes' = ANY(%(given)s) THEN g.attributes ELSE o.attributes END) AS a (given)
 WHERE a.given IS NOT NULL
    OR coalesce(g.category_id, o.category_id) = ANY(%(demanding)s::integer[])
 GROUP BY category, a.given
 ORDER BY min(g.n);

-- name: leave_out
DELETE FROM given_object WHERE n = ANY(%(rows)s::bigint[]);

-- name: find_altered
-- The objects known that a row makes otherwise, locked in one order; a column that is not given stays as it is. What changed on the way
-- to the lock is looked at again.
INSERT INTO altered (object_id, category_id, status, name, point, shape, floor, place, inspected_on, attributes, since, source, turned, moved)
SELECT f.object_id, f.category_id, f.status, f.name, f.point, f.shape, f.floor, f.place, f.inspected_on, f.attributes,
       CASE WHEN f.turned THEN coalesce(f.given_since, gridgeo.today()) ELSE f.since END, f.source, f.turned, f.moved
  FROM (
    SELECT o.object_id,
           CASE WHEN 'category_id' = ANY(%(given)s) THEN g.category_id ELSE o.category_id END AS category_id,
           CASE WHEN 'status' = ANY(%(given)s) THEN g.status ELSE o.status END AS status,
           CASE WHEN 'name' = ANY(%(given)s) THEN g.name ELSE o.name END AS name,
           CASE WHEN 'point' = ANY(%(given)s) THEN g.point ELSE o.point END AS point,
           CASE WHEN 'shape' = ANY(%(given)s) THEN g.shape ELSE o.shape END AS shape,
           CASE WHEN 'floor' = ANY(%(given)s) THEN g.floor ELSE o.floor END AS floor,
           CASE WHEN 'place' = ANY(%(given)s) THEN g.place ELSE o.place END AS place,
           CASE WHEN 'inspected_on' = ANY(%(given)s) THEN g.inspected_on ELSE o.inspected_on END AS inspected_on,
           CASE WHEN 'attributes' = ANY(%(given)s) THEN g.attributes ELSE o.attributes END AS attributes,
           CASE WHEN 'source' = ANY(%(given)s) THEN coalesce(g.source, '') ELSE o.source END AS source,
           o.since, g.since AS given_since,
           'point' = ANY(%(given)s) AND NOT g.point = o.point AS moved,
           'category_id' = ANY(%(given)s) AND g.category_id <> o.category_id
             OR 'status' = ANY(%(given)s) AND g.status <> o.status
             OR 'point' = ANY(%(given)s) AND NOT g.point = o.point
             OR g.since IS NOT NULL AND g.since <> o.since AS turned
      FROM given_object AS g
      JOIN object AS o USING (element_code)
     WHERE 'category_id' = ANY(%(given)s) AND g.category_id <> o.category_id
        OR 'status' = ANY(%(given)s) AND g.status <> o.status
        OR 'point' = ANY(%(given)s) AND NOT g.point = o.point
        OR g.since IS NOT NULL AND g.since <> o.since
        OR 'name' = ANY(%(given)s) AND g.name IS DISTINCT FROM o.name
        OR 'shape' = ANY(%(given)s) AND g.shape IS DISTINCT FROM o.shape
        OR 'floor' = ANY(%(given)s) AND g.floor IS DISTINCT FROM o.floor
        OR 'place' = ANY(%(given)s) AND g.place IS DISTINCT FROM o.place
        OR 'inspected_on' = ANY(%(given)s) AND g.inspected_on IS DISTINCT FROM o.inspected_on
        OR 'attributes' = ANY(%(given)s) AND g.attributes IS DISTINCT FROM o.attributes
     ORDER BY o.object_id
       FOR UPDATE OF o
  ) AS f;

-- name: count_known
SELECT count(*) FROM given_object AS g JOIN object AS o USING (element_code);

-- name: set_moment
-- Later than what was recorded before, whatever the clock says.
UPDATE altered AS a
   SET recorded_at = CASE WHEN a.turned THEN greatest(clock_timestamp(), o.recorded_at + INTERVAL '1 microsecond') ELSE o.recorded_at END
  FROM object AS o
 WHERE o.object_id = a.object_id;

-- name: shift_before
INSERT INTO shifted (object_id, point, category_id, status, n)
SELECT object_id, o.point, o.category_id, o.status, -1
  FROM altered
  JOIN object AS o USING (object_id);

-- name: tally_shifted
-- Where objects lie as the editions valid now and planned say it, before they are moved (n = -1) or after (n = 1).
INSERT INTO tally (edition_id, unit_id, category_id, status, n)
SELECT g.edition_id, coalesce(g.unit_id, 0), s.category_id, s.status, sum(s.n)
  FROM shifted AS s
  JOIN object_grid AS g USING (object_id)
 WHERE g.edition_id = ANY(%(editions)s::bigint[])
   AND s.n = %(n)s
 GROUP BY g.edition_id, coalesce(g.unit_id, 0), s.category_id, s.status;

-- name: keep_history
INSERT INTO object_history (object_id, change_no, category_id, status, lon, lat, valid, recorded, source)
SELECT o.object_id, 1 + coalesce((SELECT max(h.change_no) FROM object_history AS h WHERE h.object_id = o.object_id), 0),
       o.category_id, o.status, ST_X(o.point), ST_Y(o.point),
       CASE WHEN a.since > o.since THEN daterange(o.since, a.since) ELSE 'empty' END, tstzrange(o.recorded_at, a.recorded_at), o.source
  FROM altered AS a
  JOIN object AS o USING (object_id)
 WHERE a.turned;

-- name: alter_objects
UPDATE object AS o
   SET category_id = a.category_id, status = a.status, name = a.name, point = a.point, shape = a.shape, floor = a.floor, place = a.place,
       inspected_on = a.inspected_on, attributes = a.attributes, since = a.since, source = a.source, recorded_at = a.recorded_at
  FROM altered AS a
 WHERE o.object_id = a.object_id;

-- name: forget_moved
DELETE FROM object_grid AS g
 USING altered AS a
 WHERE a.moved
   AND g.object_id = a.object_id
   AND g.edition_id = ANY(%(editions)s::bigint[]);

-- name: shift_after
INSERT INTO shifted (object_id, point, category_id, status, n) SELECT object_id, point, category_id, status, 1 FROM altered;

-- name: add_objects
-- Those whose code is not known. Another who adds the same at this moment is waited for, and was first.
WITH made AS (
  INSERT INTO object (element_code, category_id, status, name, point, shape, floor, place, inspected_on, attributes, since, source, recorded_at)
  SELECT g.element_code, g.category_id, g.status, g.name, g.point, g.shape, g.floor, g.place, g.inspected_on, g.attributes,
         coalesce(g.since, gridgeo.today()), coalesce(g.source, ''), clock_timestamp()
    FROM given_object AS g
   WHERE NOT EXISTS (SELECT FROM object AS o WHERE o.element_code = g.element_code)
   ORDER BY g.element_code
      ON CONFLICT (element_code) DO NOTHING
  RETURNING object_id, point, category_id, status
)
INSERT INTO added (object_id, point, category_id, status) SELECT object_id, point, category_id, status FROM made;

-- name: shift_added
INSERT INTO shifted (object_id, point, category_id, status, n) SELECT object_id, point, category_id, status, 1 FROM added;

-- name: sum_tally
CREATE TEMPORARY TABLE tallied ON COMMIT DROP AS
SELECT edition_id, unit_id, category_id, status, sum(n)::integer AS n
  FROM tally
 GROUP BY edition_id, unit_id, category_id, status
HAVING sum(n) <> 0;

-- name: index_tallied
CREATE INDEX ON tallied (unit_id, category_id);

-- name: add_tally
-- Rows are locked in one order, so that writers at the same time wait for each other and never in a circle. What is taken away is
-- taken from a row that is there; a count of less than nothing is refused by the table.
INSERT INTO object_count AS c (edition_id, unit_id, category_id, status, n)
SELECT edition_id, unit_id, category_id, status, greatest(n, 0)
  FROM tallied
 ORDER BY edition_id, unit_id, category_id, status
    ON CONFLICT (edition_id, unit_id, category_id, status) DO UPDATE
   SET n = c.n + (SELECT t.n
                    FROM tallied AS t
                   WHERE t.edition_id = excluded.edition_id AND t.unit_id = excluded.unit_id
                     AND t.category_id = excluded.category_id AND t.status = excluded.status);

-- name: place_written
-- What was added or moved.
INSERT INTO to_place (n, point)
SELECT object_id, point FROM added
 UNION ALL
SELECT object_id, point FROM altered WHERE moved;

-- name: sum_up
-- By how much the sums change.
CREATE TEMPORARY TABLE summed ON COMMIT DROP AS
SELECT edition_id, unit_id, category_id, status, sum(n)::integer AS n
  FROM (
    SELECT t.edition_id, a.above_id AS unit_id, t.category_id, t.status, t.n
      FROM tallied AS t
      JOIN unit_above AS a USING (edition_id, unit_id)
     WHERE a.above_id IS NOT NULL
     UNION ALL
    SELECT edition_id, unit_id, 0, status, n FROM tallied
  ) AS part
 GROUP BY edition_id, unit_id, category_id, status
HAVING sum(n) <> 0;

-- name: index_summed
CREATE INDEX ON summed (unit_id, category_id);

-- name: add_summed
-- Like the counts, and after them.
INSERT INTO object_sum AS c (edition_id, unit_id, category_id, status, n)
SELECT edition_id, unit_id, category_id, status, greatest(n, 0)
  FROM summed
 ORDER BY edition_id, unit_id, category_id, status
    ON CONFLICT (edition_id, unit_id, category_id, status) DO UPDATE
   SET n = c.n + (SELECT t.n
                    FROM summed AS t
                   WHERE t.edition_id = excluded.edition_id AND t.unit_id = excluded.unit_id
                     AND t.category_id = excluded.category_id AND t.status = excluded.status);
