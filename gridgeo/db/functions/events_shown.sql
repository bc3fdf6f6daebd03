-- Events as maps show them: how they stand, which of the major classes they are of, and which lie about a place.

-- How an event stands to its limit at a moment: `due` is null where it has none, or while its clock stands still; due soon is what has a
-- part (`soon`) of its time left, from when it `began`. What is rejected or merged is over, as what is closed is.
CREATE OR REPLACE FUNCTION gridgeo.event_state(open boolean, due timestamptz, began timestamptz, at timestamptz, soon double precision)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN NOT open THEN 'closed'
              WHEN due IS NULL THEN 'open'
              WHEN due <= at THEN 'overdue'
              WHEN due - greatest(due - began, interval '0') * soon <= at THEN 'due-soon'
              ELSE 'open' END
$$;

-- Which number tiles give the major class of an event's class: the place of the major class among those in use; those that are no more
-- follow. What stays the number of a major class is that of the first class there was of it (`kind`).
DROP VIEW IF EXISTS gridgeo.event_major;
CREATE VIEW gridgeo.event_major WITH (security_invoker = true) AS
SELECT f.class_id, f.major, dense_rank() OVER (ORDER BY f.place NULLS LAST, f.major COLLATE "C")::integer AS m, f.kind, f.public
  FROM (
    SELECT c.class_id, c.major, c.public, min(c.class_id) OVER (PARTITION BY c.major) AS kind,
           min(c.position) FILTER (WHERE c.valid @> (now() AT TIME ZONE 'Asia/Shanghai')::date) OVER (PARTITION BY c.major) AS place
      FROM gridgeo.event_class AS c
  ) AS f;
GRANT SELECT ON gridgeo.event_major TO gridgeo_reader, gridgeo_city, gridgeo_writer, gridgeo_linkage, gridgeo_admin;

-- Events that were reported from a moment until another and, where `standing` is asked for, those that were before and are open: of those
-- among some units that lie in the caller's area today, and what the caller's department has or had to do. It looks as its owner does:
-- row-level security would ask of each event by itself, which takes ten times as long. It tells no more than the caller can see otherwise.
CREATE OR REPLACE FUNCTION gridgeo.events_of_units(of_units bigint[], since timestamptz, until timestamptz, standing boolean)
RETURNS TABLE (event_id bigint, event_code text, class_id integer, grade smallint, stage text, department_code text, point geometry,
               due_at timestamptz, paused_at timestamptz, filed_at timestamptz, reported_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, gridgeo, public, pg_temp AS $$
  WITH unit AS MATERIALIZED (
    SELECT u.unit_id FROM unnest(of_units) AS u (unit_id)
    WHERE (SELECT gridgeo.area_is_whole()) OR u.unit_id IN (SELECT unnest(gridgeo.area_units()))
  ), counted AS (
    SELECT f.event_id, f.edition_id, f.unit_id FROM gridgeo.event_fact AS f
    WHERE f.edition_id = (SELECT gridgeo.edition_now()) AND f.reported_at >= since AND f.reported_at <= until
    UNION ALL
    SELECT f.event_id, f.edition_id, f.unit_id FROM gridgeo.event_fact AS f
    WHERE standing AND f.edition_id = (SELECT gridgeo.edition_now()) AND f.reported_at < since AND f.open
  ), number AS (
    -- What is counted names an event; where it lies says the event itself.
    SELECT c.event_id FROM counted AS c
    JOIN gridgeo.event_grid AS g ON g.event_id = c.event_id AND g.edition_id = c.edition_id AND g.unit_id = c.unit_id
    WHERE c.unit_id IN (SELECT u.unit_id FROM unit AS u)
    UNION
    SELECT c.event_id FROM counted AS c
    WHERE current_setting('gridgeo.department', true) <> '' AND c.event_id IN (
      SELECT t.event_id FROM gridgeo.event_task AS t WHERE t.department_code = current_setting('gridgeo.department', true))
  )
  SELECT e.event_id, e.event_code, e.class_id, e.grade, e.stage, e.department_code, e.point, e.due_at, e.paused_at, e.filed_at, e.reported_at
  FROM number AS n JOIN gridgeo.event AS e ON e.event_id = n.event_id
$$;

REVOKE EXECUTE ON FUNCTION gridgeo.events_of_units(bigint[], timestamptz, timestamptz, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gridgeo.events_of_units(bigint[], timestamptz, timestamptz, boolean)
  TO gridgeo_reader, gridgeo_city, gridgeo_writer, gridgeo_linkage, gridgeo_admin;

-- Events of the same times in a box (EPSG:4490) and cells (event_cell; NULL: anywhere, by time alone), or of some units; of some classes,
-- grades, stages (NULL: all but rejected and merged ones), of a department that leads. What is only asked for sometimes is decided before
-- a statement is planned. Without a box (NULL) it is all of the cells: to look it up as well would read all times of a place.
CREATE OR REPLACE FUNCTION gridgeo.events_about(box geometry, of_cells integer[], of_units bigint[], since timestamptz, until timestamptz,
  standing boolean, of_classes integer[], of_grades smallint[], of_stages text[], of_department text, of_public boolean)
RETURNS TABLE (event_id bigint, event_code text, class_id integer, grade smallint, point geometry, open boolean, due_at timestamptz,
               began timestamptz) LANGUAGE sql STABLE AS $$
  SELECT e.event_id, e.event_code, e.class_id, e.grade, e.point, e.stage NOT IN ('rejected', 'closed', 'merged'),
         CASE WHEN e.paused_at IS NULL THEN e.due_at END, coalesce(e.filed_at, e.reported_at)
  FROM (
    SELECT e.event_id, e.event_code, e.class_id, e.grade, e.stage, e.department_code, e.point, e.due_at, e.paused_at, e.filed_at, e.reported_at
    FROM gridgeo.event AS e
    WHERE of_units IS NULL AND (of_cells IS NULL OR gridgeo.event_cell(e.point) = ANY (of_cells) AND (box IS NULL OR e.point && box))
      AND e.reported_at >= since AND e.reported_at <= until
    UNION ALL
    SELECT e.event_id, e.event_code, e.class_id, e.grade, e.stage, e.department_code, e.point, e.due_at, e.paused_at, e.filed_at, e.reported_at
    FROM gridgeo.event AS e
    WHERE of_units IS NULL AND standing AND (of_cells IS NULL OR gridgeo.event_cell(e.point) = ANY (of_cells) AND (box IS NULL OR e.point && box))
      AND e.reported_at < since AND e.stage NOT IN ('rejected', 'closed', 'merged')
    UNION ALL
    SELECT e.event_id, e.event_code, e.class_id, e.grade, e.stage, e.department_code, e.point, e.due_at, e.paused_at, e.filed_at, e.reported_at
    FROM gridgeo.events_of_units(of_units, since, until, standing) AS e
    WHERE of_units IS NOT NULL AND (box IS NULL OR e.point && box)
  ) AS e
  WHERE e.point IS NOT NULL
    AND CASE WHEN of_stages IS NULL THEN e.stage NOT IN ('rejected', 'merged') ELSE e.stage = ANY (of_stages) END
    AND (of_classes IS NULL OR e.class_id = ANY (of_classes))
    AND (of_grades IS NULL OR e.grade = ANY (of_grades))
    AND (of_department IS NULL OR e.department_code = of_department)
    AND (NOT of_public OR e.class_id IN (SELECT c.class_id FROM gridgeo.event_class AS c WHERE c.public))
$$;
