-- Managed objects as they were: what stands in object and object_history, made into periods that do not overlap.

-- What an object was at each time, in order, as it was believed at a moment (NULL: as it is believed now). What was corrected by then is
-- left out: of two that speak of a day, the one we came to know later holds. `ends` is the first day it was otherwise.
CREATE OR REPLACE FUNCTION gridgeo.object_versions(of_object bigint, believed timestamptz)
RETURNS TABLE (category_id integer, status text, lon double precision, lat double precision, starts date, ends date,
               recorded tstzrange, source text) LANGUAGE sql STABLE AS $$
  WITH told AS (
    SELECT h.change_no, h.category_id, h.status, h.lon, h.lat, h.valid, h.recorded, h.source
    FROM gridgeo.object_history AS h WHERE h.object_id = of_object
    UNION ALL
    SELECT NULL, o.category_id, o.status, ST_X(o.point), ST_Y(o.point), daterange(o.since, NULL), tstzrange(o.recorded_at, NULL), o.source
    FROM gridgeo.object AS o WHERE o.object_id = of_object
  ), known AS (
    -- The last one known had no end then. Where it was corrected later, the end of the one before says when it began, or else the day
    -- it was recorded.
    SELECT t.*, CASE WHEN NOT isempty(t.valid) THEN lower(t.valid)
                     WHEN believed < upper(t.recorded)
                     THEN coalesce(lag(upper(t.valid)) OVER (ORDER BY t.change_no NULLS LAST),
                                   (lower(t.recorded) AT TIME ZONE INTERVAL '+08:00')::date)
                END AS starts
    FROM told AS t WHERE lower(t.recorded) <= coalesce(believed, 'infinity')
  ), followed AS (
    SELECT k.*, min(k.starts) OVER (ORDER BY k.change_no NULLS LAST ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS ends
    FROM known AS k WHERE k.starts IS NOT NULL
  )
  SELECT f.category_id, f.status, f.lon, f.lat, f.starts, f.ends, f.recorded, f.source
  FROM followed AS f WHERE f.ends IS NULL OR f.starts < f.ends ORDER BY f.starts
$$;

-- All objects as they were on a day (NULL: the last known), as it was believed at a moment: those that were there. Their category, status
-- and place are what they were; all else is as it is known today. What has been so since then is read where it stands.
CREATE OR REPLACE FUNCTION gridgeo.objects_then(on_day date, believed timestamptz)
RETURNS TABLE (object_id bigint, element_code text, category_id integer, status text, name text, point geometry, shape geometry,
               floor smallint, place text, inspected_on date, attributes jsonb, since date, until date, source text,
               recorded_at timestamptz, point_now geometry, shape_now geometry) LANGUAGE sql STABLE AS $$
  SELECT o.object_id, o.element_code, coalesce(v.category_id, o.category_id), coalesce(v.status, o.status), o.name,
         CASE WHEN v.lon IS NULL THEN o.point ELSE ST_SetSRID(ST_MakePoint(v.lon, v.lat), 4490) END,
         CASE WHEN v.lon IS NULL OR v.lon = ST_X(o.point) AND v.lat = ST_Y(o.point) THEN o.shape END,
         o.floor, o.place, o.inspected_on, o.attributes, coalesce(v.starts, o.since), v.ends, coalesce(v.source, o.source),
         coalesce(lower(v.recorded), o.recorded_at), o.point, o.shape
  FROM gridgeo.object AS o
  LEFT JOIN LATERAL (
    -- OFFSET keeps the conditions on the object in here: they are asked first, and of most objects nothing else is.
    SELECT w.*
    FROM gridgeo.object_versions(o.object_id, believed) AS w
    WHERE (o.since > on_day OR o.recorded_at > believed)
      AND EXISTS (SELECT FROM gridgeo.object_history AS h WHERE h.object_id = o.object_id)
      AND w.starts <= coalesce(on_day, 'infinity') AND (w.ends IS NULL OR w.ends > coalesce(on_day, 'infinity'))
    OFFSET 0
  ) AS v ON true
  WHERE v.lon IS NOT NULL OR (o.since > on_day OR o.recorded_at > believed) IS NOT TRUE
$$;

-- Objects about a box (EPSG:4490): as they are, or as they were on a day, of which those may be among them that were there and are not
-- now. Where row-level security asks of each object, && may use no index before: objects are then those of some units of today, and
-- who was there is looked for in what was. What is only asked for sometimes is decided before a statement is planned.
CREATE OR REPLACE FUNCTION gridgeo.objects_about(box geometry, of_units bigint[], on_day date)
RETURNS TABLE (object_id bigint, element_code text, category_id integer, status text, name text, point geometry, floor smallint,
               inspected_on date, since date) LANGUAGE sql STABLE AS $$
  SELECT o.object_id, o.element_code, o.category_id, o.status, o.name, o.point, o.floor, o.inspected_on, o.since
  FROM gridgeo.object AS o
  LEFT JOIN gridgeo.object_grid AS g ON g.object_id = o.object_id AND g.edition_id = (SELECT gridgeo.edition_now())
  WHERE on_day IS NULL AND (of_units IS NULL OR g.unit_id = ANY (of_units)) AND o.point && box
  UNION ALL
  SELECT o.object_id, o.element_code, o.category_id, o.status, o.name, o.point, o.floor, o.inspected_on, o.since
  FROM gridgeo.objects_then(on_day, NULL) AS o
  WHERE on_day IS NOT NULL
    AND (of_units IS NULL AND o.point_now && box OR o.object_id = ANY (ARRAY(
      SELECT g.object_id FROM gridgeo.object_grid AS g
      WHERE g.edition_id = (SELECT gridgeo.edition_now()) AND g.unit_id = ANY (of_units)
      UNION ALL
      SELECT h.object_id FROM gridgeo.object_history AS h
      WHERE h.lon BETWEEN ST_XMin(box) AND ST_XMax(box) AND h.lat BETWEEN ST_YMin(box) AND ST_YMax(box))))
$$;
