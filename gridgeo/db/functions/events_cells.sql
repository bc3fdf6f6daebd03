-- What maps of the whole city are made of (event_standing, event_closed_sum), kept true to the events.

-- The day a moment lies in, in China: days since 1970-01-01.
CREATE OR REPLACE FUNCTION gridgeo.day_number(moment timestamptz) RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT (moment AT TIME ZONE 'Asia/Shanghai')::date - date '1970-01-01'
$$;

-- How an event is drawn: none of this changes with most of its steps. The triggers ask this first.
CREATE OR REPLACE FUNCTION gridgeo.keep_event_drawn() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, gridgeo, public, pg_temp AS $$
BEGIN
  IF OLD.point IS NULL OR OLD.stage IN ('rejected', 'merged') THEN
    NULL;
  ELSIF OLD.stage = 'closed' THEN
    INSERT INTO gridgeo.event_closed_shift (times, x, y, class_id, day)
    VALUES (-1, mercator_x(ST_X(OLD.point)), mercator_y(ST_Y(OLD.point)), OLD.class_id, day_number(OLD.reported_at));
  ELSE
    DELETE FROM gridgeo.event_standing WHERE event_id = OLD.event_id;
  END IF;
  IF NEW.point IS NULL OR NEW.stage IN ('rejected', 'merged') THEN
    NULL;
  ELSIF NEW.stage = 'closed' THEN
    INSERT INTO gridgeo.event_closed_shift (times, x, y, class_id, day)
    VALUES (1, mercator_x(ST_X(NEW.point)), mercator_y(ST_Y(NEW.point)), NEW.class_id, day_number(NEW.reported_at));
  ELSE
    INSERT INTO gridgeo.event_standing (event_id, x, y, class_id, reported_at, began, due_at)
    VALUES (NEW.event_id, mercator_x(ST_X(NEW.point)), mercator_y(ST_Y(NEW.point)), NEW.class_id, NEW.reported_at,
      coalesce(NEW.filed_at, NEW.reported_at), CASE WHEN NEW.paused_at IS NULL THEN NEW.due_at END);
  END IF;
  RETURN NULL;
END $$;

-- ALWAYS, as the feed's: whoever loads without references being looked at would leave events out.
CREATE OR REPLACE TRIGGER drawn_inserted AFTER INSERT ON gridgeo.event FOR EACH ROW
WHEN (NEW.point IS NOT NULL AND NEW.stage NOT IN ('rejected', 'merged')) EXECUTE FUNCTION gridgeo.keep_event_drawn();
CREATE OR REPLACE TRIGGER drawn_updated AFTER UPDATE ON gridgeo.event FOR EACH ROW
WHEN ((OLD.stage IN ('rejected', 'merged'), OLD.stage = 'closed', OLD.point, OLD.class_id, OLD.reported_at, OLD.filed_at, OLD.due_at,
       OLD.paused_at)
  IS DISTINCT FROM (NEW.stage IN ('rejected', 'merged'), NEW.stage = 'closed', NEW.point, NEW.class_id, NEW.reported_at, NEW.filed_at,
       NEW.due_at, NEW.paused_at)) EXECUTE FUNCTION gridgeo.keep_event_drawn();
CREATE OR REPLACE TRIGGER drawn_deleted AFTER DELETE ON gridgeo.event FOR EACH ROW EXECUTE FUNCTION gridgeo.keep_event_drawn();
ALTER TABLE gridgeo.event ENABLE ALWAYS TRIGGER drawn_inserted, ENABLE ALWAYS TRIGGER drawn_updated, ENABLE ALWAYS TRIGGER drawn_deleted;

-- Adds to the sums what was closed since, and returns how much that was: nothing while somebody else does it.
CREATE OR REPLACE FUNCTION gridgeo.fold_closed_events() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  folded bigint;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('gridgeo.events.closed')) THEN
    RETURN 0;
  END IF;
  WITH gone AS (
    DELETE FROM gridgeo.event_closed_shift RETURNING times, x, y, class_id, day
  ), fine AS (
    SELECT g.x >> 15 AS x, g.y >> 15 AS y, g.day, coalesce(k.public, false) AS public, coalesce(k.kind, 0) AS kind,
           sum(g.times) AS n, sum(g.times * g.x) AS sum_x, sum(g.times * g.y) AS sum_y
      FROM gone AS g LEFT JOIN gridgeo.event_major AS k ON k.class_id = g.class_id
     GROUP BY 1, 2, 3, 4, 5
  ), part AS (
    SELECT z.zoom, f.x >> (16 - z.zoom) AS x, f.y >> (16 - z.zoom) AS y, d.span, f.day / d.span AS number, f.public, f.kind,
           sum(f.n)::integer AS n, sum(f.sum_x) AS sum_x, sum(f.sum_y) AS sum_y
      FROM fine AS f CROSS JOIN (VALUES (14), (15), (16)) AS z (zoom) CROSS JOIN (VALUES (1), (8), (64)) AS d (span)
     GROUP BY 1, 2, 3, 4, 5, 6, 7
  ), added AS (
    INSERT INTO gridgeo.event_closed_sum AS s (zoom, x, y, span, number, public, sum_x, sum_y, kinds, ns)
    SELECT zoom, x, y, span, number, public, sum(sum_x), sum(sum_y), array_agg(kind ORDER BY kind), array_agg(n ORDER BY kind)
      FROM part
     GROUP BY zoom, x, y, span, number, public
    ON CONFLICT (zoom, span, number, x, y, public) DO UPDATE
       SET sum_x = s.sum_x + excluded.sum_x, sum_y = s.sum_y + excluded.sum_y,
           (kinds, ns) = (
             SELECT coalesce(array_agg(m.kind ORDER BY m.kind), '{}'), coalesce(array_agg(m.n ORDER BY m.kind), '{}')
               FROM (
                 SELECT b.kind, sum(b.n)::integer AS n
                   FROM (SELECT * FROM unnest(s.kinds, s.ns) UNION ALL SELECT * FROM unnest(excluded.kinds, excluded.ns)) AS b (kind, n)
                  GROUP BY b.kind
                 HAVING sum(b.n) <> 0
               ) AS m)
  )
  SELECT count(*) INTO folded FROM gone;
  RETURN folded;
END $$;

-- Makes all of it anew. Whoever writes events waits until the transaction ends.
CREATE OR REPLACE FUNCTION gridgeo.draw_events_anew() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, gridgeo, public, pg_temp SET work_mem = '256MB' AS $$
BEGIN
  LOCK TABLE gridgeo.event IN SHARE ROW EXCLUSIVE MODE;
  PERFORM pg_advisory_xact_lock(hashtext('gridgeo.events.closed'));
  DELETE FROM gridgeo.event_standing;
  DELETE FROM gridgeo.event_closed_sum;
  DELETE FROM gridgeo.event_closed_shift;
  INSERT INTO gridgeo.event_standing (event_id, x, y, class_id, reported_at, began, due_at)
  SELECT event_id, mercator_x(ST_X(point)), mercator_y(ST_Y(point)), class_id, reported_at, coalesce(filed_at, reported_at),
         CASE WHEN paused_at IS NULL THEN due_at END
    FROM gridgeo.event WHERE point IS NOT NULL AND stage NOT IN ('rejected', 'closed', 'merged');
  INSERT INTO gridgeo.event_closed_shift (times, x, y, class_id, day)
  SELECT 1, mercator_x(ST_X(point)), mercator_y(ST_Y(point)), class_id, day_number(reported_at)
    FROM gridgeo.event WHERE point IS NOT NULL AND stage = 'closed';
  PERFORM gridgeo.fold_closed_events();
END $$;

-- A class that becomes public, or is no more, takes its closed events from one sum to another.
CREATE OR REPLACE FUNCTION gridgeo.keep_class_drawn() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM before AS b JOIN after AS a ON a.class_id = b.class_id WHERE a.public <> b.public) THEN
    PERFORM gridgeo.draw_events_anew();
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER drawn_updated AFTER UPDATE ON gridgeo.event_class REFERENCING OLD TABLE AS before NEW TABLE AS after
FOR EACH STATEMENT EXECUTE FUNCTION gridgeo.keep_class_drawn();

REVOKE EXECUTE ON FUNCTION gridgeo.keep_event_drawn(), gridgeo.keep_class_drawn(), gridgeo.fold_closed_events(), gridgeo.draw_events_anew()
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gridgeo.fold_closed_events() TO gridgeo_writer, gridgeo_linkage, gridgeo_admin;
GRANT EXECUTE ON FUNCTION gridgeo.draw_events_anew() TO gridgeo_admin;

-- They are of the whole city, and for callers of the whole city.
DO $$
DECLARE
  name text;
  kept boolean;
BEGIN
  FOREACH name IN ARRAY ARRAY['event_standing', 'event_closed_shift', 'event_closed_sum'] LOOP
    EXECUTE format('ALTER TABLE gridgeo.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('DROP POLICY IF EXISTS whole ON gridgeo.%I', name);
    EXECUTE format('CREATE POLICY whole ON gridgeo.%I TO gridgeo_city, gridgeo_admin USING (true)', name);
  END LOOP;
  -- Where there were events before these tables.
  kept := EXISTS (SELECT FROM gridgeo.event_standing);
  kept := kept OR EXISTS (SELECT FROM gridgeo.event_closed_sum);
  kept := kept OR EXISTS (SELECT FROM gridgeo.event_closed_shift);
  IF NOT kept AND EXISTS (SELECT FROM gridgeo.event WHERE point IS NOT NULL AND stage NOT IN ('rejected', 'merged')) THEN
    PERFORM gridgeo.draw_events_anew();
  END IF;
END $$;
