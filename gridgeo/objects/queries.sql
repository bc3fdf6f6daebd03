-- name: objects
-- Objects that are meant (model.Where), in their order, with the unit each lies in today. A list of units that is NULL, as any other
-- condition, leaves all in: it is written into the statement before it is planned, so that what is not asked costs nothing.
-- Codes begin with a code where they lie between it and '[', which follows on Z: unlike LIKE that may use the index before
-- row-level security has asked of every object.
SELECT o.object_id, o.element_code, o.category_id, o.status, o.name, ST_X(o.point), ST_Y(o.point), o.floor, o.place, o.inspected_on,
       o.attributes, o.since, o.source, o.recorded_at, ST_AsBinary(o.shape), g.unit_id, g.outcome
  FROM object AS o
  LEFT JOIN object_grid AS g ON g.object_id = o.object_id AND g.edition_id = (SELECT gridgeo.edition_now())
 WHERE (%(after)s::bigint IS NULL OR o.object_id > %(after)s)
   AND (%(units)s::bigint[] IS NULL OR g.unit_id = ANY(%(units)s::bigint[]))
   AND (%(polygon)s::text IS NULL OR ST_Intersects(o.point, ST_GeomFromWKB(decode(%(polygon)s, 'hex'), 4490)))
   AND (%(categories)s::integer[] IS NULL OR o.category_id = ANY(%(categories)s::integer[]))
   AND (%(statuses)s::text[] IS NULL OR o.status = ANY(%(statuses)s::text[]))
   AND (%(code)s::text IS NULL OR (o.element_code >= %(code)s AND o.element_code < %(code)s || '['))
   AND (%(part)s::text IS NULL OR o.name ILIKE %(part)s)
   AND %(filter)s
 ORDER BY o.object_id
 LIMIT %(limit)s;

-- name: objects_then
-- The same as they were on a day, as it was believed at a moment; the unit is that of where they lie today.
SELECT o.object_id, o.element_code, o.category_id, o.status, o.name, ST_X(o.point), ST_Y(o.point), o.floor, o.place, o.inspected_on,
       o.attributes, o.since, o.source, o.recorded_at, ST_AsBinary(o.shape), g.unit_id, g.outcome
  FROM gridgeo.objects_then(%(day)s::date, %(recorded)s::timestamptz) AS o
  LEFT JOIN object_grid AS g ON g.object_id = o.object_id AND g.edition_id = (SELECT gridgeo.edition_now())
 WHERE (%(after)s::bigint IS NULL OR o.object_id > %(after)s)
   AND (%(units)s::bigint[] IS NULL OR g.unit_id = ANY(%(units)s::bigint[]))
   AND (%(polygon)s::text IS NULL OR ST_Intersects(o.point, ST_GeomFromWKB(decode(%(polygon)s, 'hex'), 4490)))
   AND (%(categories)s::integer[] IS NULL OR o.category_id = ANY(%(categories)s::integer[]))
   AND (%(statuses)s::text[] IS NULL OR o.status = ANY(%(statuses)s::text[]))
   AND (%(code)s::text IS NULL OR (o.element_code >= %(code)s AND o.element_code < %(code)s || '['))
   AND (%(part)s::text IS NULL OR o.name ILIKE %(part)s)
   AND %(filter)s
 ORDER BY o.object_id
 LIMIT %(limit)s;

-- name: amounts
-- How many objects that are meant there are, by category and status.
SELECT o.category_id, o.status, count(*)
  FROM object AS o
 WHERE (%(units)s::bigint[] IS NULL OR EXISTS (
         SELECT FROM object_grid AS g
          WHERE g.object_id = o.object_id AND g.edition_id = (SELECT gridgeo.edition_now()) AND g.unit_id = ANY(%(units)s::bigint[])))
   AND (%(polygon)s::text IS NULL OR ST_Intersects(o.point, ST_GeomFromWKB(decode(%(polygon)s, 'hex'), 4490)))
   AND (%(categories)s::integer[] IS NULL OR o.category_id = ANY(%(categories)s::integer[]))
   AND (%(statuses)s::text[] IS NULL OR o.status = ANY(%(statuses)s::text[]))
   AND (%(code)s::text IS NULL OR (o.element_code >= %(code)s AND o.element_code < %(code)s || '['))
   AND (%(part)s::text IS NULL OR o.name ILIKE %(part)s)
   AND %(filter)s
 GROUP BY o.category_id, o.status
 ORDER BY o.category_id, o.status;

-- name: object
-- One object, by our number or by its code.
SELECT o.object_id, o.element_code, o.category_id, o.status, o.name, ST_X(o.point), ST_Y(o.point), o.floor, o.place, o.inspected_on,
       o.attributes, o.since, o.source, o.recorded_at, ST_AsBinary(o.shape), g.unit_id, g.outcome
  FROM object AS o
  LEFT JOIN object_grid AS g ON g.object_id = o.object_id AND g.edition_id = (SELECT gridgeo.edition_now())
 WHERE o.object_id = %(object_id)s::bigint OR o.element_code = %(element_code)s::text;

-- name: changes
-- What an object was, oldest first, and is.
SELECT category_id, status, lon, lat, lower(valid) AS valid_from, upper(valid) AS valid_to,
       lower(recorded) AS recorded_from, upper(recorded), source
  FROM object_history
 WHERE object_id = %(object_id)s
 UNION ALL
SELECT category_id, status, ST_X(point), ST_Y(point), since, NULL, recorded_at, NULL, source
  FROM object
 WHERE object_id = %(object_id)s
 ORDER BY recorded_from;

-- name: unplaced
-- Objects that lie in no unit of the edition valid now, on a border, or in several units.
SELECT o.object_id, o.element_code, o.category_id, o.status, o.name, ST_X(o.point), ST_Y(o.point), o.floor, o.place, o.inspected_on,
       o.attributes, o.since, o.source, o.recorded_at, ST_AsBinary(o.shape), g.unit_id, g.outcome
  FROM object_grid AS g
  JOIN object AS o USING (object_id)
 WHERE g.edition_id = (SELECT gridgeo.edition_now())
   AND g.outcome = ANY(%(outcomes)s::text[])
   AND (%(after)s::bigint IS NULL OR g.object_id > %(after)s)
 ORDER BY g.object_id
 LIMIT %(limit)s;

-- name: outcomes
-- How objects lie to the units of an edition.
SELECT outcome, count(*) FROM object_grid WHERE edition_id = %(edition_id)s GROUP BY outcome ORDER BY outcome;

-- name: unassigned
-- How many objects there are of which an edition does not say where they lie.
SELECT count(*)
  FROM object AS o
 WHERE NOT EXISTS (SELECT FROM object_grid AS g WHERE g.object_id = o.object_id AND g.edition_id = %(edition_id)s);

-- name: statuses
-- What may become of an object, in order.
SELECT status, standing, name_zh, name_en FROM object_status ORDER BY standing DESC, status;
