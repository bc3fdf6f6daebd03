-- What each event counts for, worked out of it. Days are those of China. What was rejected or merged was reported, and that is all.
DROP VIEW IF EXISTS gridgeo.event_counted;
CREATE VIEW gridgeo.event_counted WITH (security_invoker = true) AS
SELECT e.event_id, coalesce(g.edition_id, 0) AS edition_id, coalesce(g.unit_id, 0) AS unit_id,
       coalesce(e.class_id, 0) AS class_id, e.channel, coalesce(e.department_code, '') AS department_code,
       coalesce(k.public, false) AS public,
       e.reported_at, w.filed_at, w.due_at, w.closed_at,
       e.stage NOT IN ('closed', 'rejected', 'merged') AS open,
       (e.stage = 'rejected')::integer::smallint AS rejected, (e.stage = 'merged')::integer::smallint AS merged,
       (w.closed_at IS NOT NULL)::integer::smallint AS closed,
       coalesce(w.closed_at <= w.due_at, false)::integer::smallint AS on_time,
       (w.counts AND e.responded_at IS NOT NULL)::integer::smallint AS responded,
       CASE WHEN w.counts THEN coalesce(greatest(0, extract(epoch FROM e.responded_at - e.filed_at)), 0) ELSE 0 END::bigint AS response_s,
       (w.counts AND e.stars IS NOT NULL)::integer::smallint AS rated,
       CASE WHEN w.counts THEN coalesce(e.stars, 0) ELSE 0 END::smallint AS stars,
       (w.counts AND coalesce(e.stars >= 4, false))::integer::smallint AS satisfied,
       e.bounces, (e.bounces > 0)::integer::smallint AS bounced
  FROM gridgeo.event AS e
  LEFT JOIN gridgeo.event_grid AS g USING (event_id)
  LEFT JOIN gridgeo.event_class AS k ON k.class_id = e.class_id
 CROSS JOIN LATERAL (
   SELECT e.stage NOT IN ('rejected', 'merged') AS counts
 ) AS c
 CROSS JOIN LATERAL (
   SELECT c.counts,
          CASE WHEN c.counts THEN e.filed_at END AS filed_at,
          CASE WHEN c.counts AND e.paused_at IS NULL THEN e.due_at END AS due_at,
          CASE WHEN e.stage = 'closed' THEN e.closed_at END AS closed_at
 ) AS w;

-- Counts some events no more (-1), or as they are now (1). Whoever changes an event has locked its row. It writes as its owner does:
-- what is derived nobody writes by himself, and an event that moved into somebody else's area has left the writer's numbers.
CREATE OR REPLACE FUNCTION gridgeo.count_events(of_events bigint[], by integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- Whoever counts from scratch waits for all who write, and they for him; nobody else waits.
  PERFORM pg_advisory_xact_lock_shared(hashtext('gridgeo.events.counts'));
  WITH gone AS (
    DELETE FROM gridgeo.event_fact AS f USING unnest(of_events) AS o (event_id) WHERE f.event_id = o.event_id RETURNING f.*
  )
  INSERT INTO gridgeo.event_shift (times, edition_id, unit_id, class_id, channel, department_code, public, reported_at, filed_at, due_at,
    closed_at, rejected, merged, closed, on_time, responded, response_s, rated, stars, satisfied, bounces, bounced)
  SELECT -1, edition_id, unit_id, class_id, channel, department_code, public, reported_at, filed_at, due_at,
    closed_at, rejected, merged, closed, on_time, responded, response_s, rated, stars, satisfied, bounces, bounced
    FROM gone;
  IF by = 1 THEN
    WITH made AS (
      INSERT INTO gridgeo.event_fact
      SELECT c.event_id, c.edition_id, c.unit_id, c.class_id, c.channel, c.department_code, c.public, c.reported_at, c.filed_at, c.due_at,
        c.closed_at, c.open, c.rejected, c.merged, c.closed, c.on_time, c.responded, c.response_s, c.rated, c.stars, c.satisfied,
        c.bounces, c.bounced
        FROM (SELECT DISTINCT o FROM unnest(of_events) AS o) AS wanted (event_id)
        JOIN gridgeo.event_counted AS c ON c.event_id = wanted.event_id
      RETURNING *
    )
    INSERT INTO gridgeo.event_shift (times, edition_id, unit_id, class_id, channel, department_code, public, reported_at, filed_at, due_at,
      closed_at, rejected, merged, closed, on_time, responded, response_s, rated, stars, satisfied, bounces, bounced)
    SELECT 1, edition_id, unit_id, class_id, channel, department_code, public, reported_at, filed_at, due_at,
      closed_at, rejected, merged, closed, on_time, responded, response_s, rated, stars, satisfied, bounces, bounced
      FROM made;
  END IF;
END $$;

REVOKE EXECUTE ON FUNCTION gridgeo.count_events(bigint[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gridgeo.count_events(bigint[], integer) TO gridgeo_writer, gridgeo_linkage, gridgeo_admin;

CREATE OR REPLACE FUNCTION gridgeo.month_of(moment timestamptz) RETURNS date LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT date_trunc('month', moment AT TIME ZONE 'Asia/Shanghai')::date
$$;

-- Facts, and shifts, as they are added up: a row for each part and each month they count in. `part` says what is told apart, `above` how many
-- levels the unit lies above the lowest: two, or one where that is the top. Each part and basis is a query of its own, so that whoever wants
-- one reads no other.
DO $do$
DECLARE
  source record;
  parts text;
BEGIN
  FOR source IN SELECT * FROM (VALUES ('event_fact', '1'), ('event_shift', 's.times')) AS sources (name, times) LOOP
    SELECT string_agg(replace(replace(replace(replace($part$
      SELECT s.edition_id, '@part@'::text AS part, '@basis@'::text AS basis, gridgeo.month_of(s.@basis@_at) AS month, $part$
        || q.told || $part$, s.public,
             @times@ AS n, @times@ * s.rejected AS rejected, @times@ * s.merged AS merged, @times@ * s.closed AS closed,
             @times@ * s.on_time AS on_time, @times@ * s.responded AS responded, @times@ * s.response_s AS response_s,
             @times@ * s.rated AS rated, @times@ * s.stars AS stars, @times@ * s.satisfied AS satisfied,
             @times@ * s.bounces AS bounces, @times@ * s.bounced AS bounced
        FROM gridgeo.@table@ AS s $part$ || CASE WHEN q.above > 0 THEN $joined$
        LEFT JOIN gridgeo.grid_unit_version AS v ON v.edition_id = s.edition_id AND v.unit_id = s.unit_id $joined$ ELSE '' END
        || CASE WHEN q.above > 1 THEN $joined$
        LEFT JOIN gridgeo.grid_unit_version AS a ON a.edition_id = s.edition_id AND a.unit_id = v.parent_id $joined$ ELSE '' END || $part$
       WHERE s.@basis@_at IS NOT NULL$part$,
      '@part@', q.part), '@basis@', b.basis), '@table@', source.name), '@times@', source.times), ' UNION ALL ')
      INTO parts
      FROM (VALUES
        ('unit', 0, $told$s.unit_id, 0 AS class_id, ''::text AS channel, ''::text AS department_code$told$),
        ('near', 1, $told$coalesce(v.parent_id, s.unit_id) AS unit_id, 0 AS class_id, ''::text AS channel, ''::text AS department_code$told$),
        ('far', 2, $told$coalesce(a.parent_id, v.parent_id, s.unit_id) AS unit_id, 0 AS class_id, ''::text AS channel, ''::text AS department_code$told$),
        ('all', 0, $told$0::bigint AS unit_id, 0 AS class_id, ''::text AS channel, ''::text AS department_code$told$),
        ('class', 0, $told$0::bigint AS unit_id, s.class_id, ''::text AS channel, ''::text AS department_code$told$),
        ('channel', 0, $told$0::bigint AS unit_id, 0 AS class_id, s.channel, ''::text AS department_code$told$),
        ('department', 0, $told$0::bigint AS unit_id, 0 AS class_id, ''::text AS channel, s.department_code$told$),
        ('whole', 0, $told$0::bigint AS unit_id, s.class_id, ''::text AS channel, s.department_code$told$),
        ('kind', 0, $told$0::bigint AS unit_id, s.class_id, s.channel, s.department_code$told$),
        ('area', 2, $told$coalesce(a.parent_id, v.parent_id, s.unit_id) AS unit_id, s.class_id, ''::text AS channel, s.department_code$told$),
        ('way', 2, $told$coalesce(a.parent_id, v.parent_id, s.unit_id) AS unit_id, 0 AS class_id, s.channel, ''::text AS department_code$told$)
      ) AS q (part, above, told)
     CROSS JOIN (VALUES ('reported'), ('filed'), ('due'), ('closed')) AS b (basis);
    EXECUTE format('DROP VIEW IF EXISTS gridgeo.%I', source.name || '_parts');
    EXECUTE format('CREATE VIEW gridgeo.%I WITH (security_invoker = true) AS %s', source.name || '_parts',
      'SELECT edition_id, part, basis, month, unit_id, class_id, channel, department_code, public, n, rejected, merged, closed, on_time,
              responded, response_s, rated, stars, satisfied, bounces, bounced
         FROM (' || parts || ') AS p (edition_id, part, basis, month, unit_id, class_id, channel, department_code, public, n, rejected,
              merged, closed, on_time, responded, response_s, rated, stars, satisfied, bounces, bounced)');
  END LOOP;
END $do$;

-- Adds to the sums what was counted since, and returns how much that was: nothing while somebody else does it, or counts from scratch.
-- What is deleted is what was added up: both are seen at the same moment. It writes as its owner does, as gridgeo.count_events.
CREATE OR REPLACE FUNCTION gridgeo.fold_events() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  folded bigint;
BEGIN
  IF NOT (pg_try_advisory_xact_lock(hashtext('gridgeo.events.fold'))
    AND pg_try_advisory_xact_lock_shared(hashtext('gridgeo.events.counts'))) THEN
    RETURN 0;
  END IF;
  WITH gone AS (
    DELETE FROM gridgeo.event_shift RETURNING shift_id
  ), added AS (
    INSERT INTO gridgeo.event_sum AS s (edition_id, part, basis, month, unit_id, class_id, channel, department_code, public,
      n, rejected, merged, closed, on_time, responded, response_s, rated, stars, satisfied, bounces, bounced)
    SELECT edition_id, part, basis, month, unit_id, class_id, channel, department_code, public,
           sum(n), sum(rejected), sum(merged), sum(closed), sum(on_time), sum(responded),
           sum(response_s), sum(rated), sum(stars), sum(satisfied), sum(bounces), sum(bounced)
      FROM gridgeo.event_shift_parts
     GROUP BY edition_id, part, basis, month, unit_id, class_id, channel, department_code, public
    HAVING (sum(n), sum(rejected), sum(merged), sum(closed), sum(on_time), sum(responded),
            sum(response_s), sum(rated), sum(stars), sum(satisfied), sum(bounces), sum(bounced)) <> (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    ON CONFLICT (edition_id, part, basis, month, unit_id, class_id, channel, department_code, public) DO UPDATE
       SET n = s.n + excluded.n, rejected = s.rejected + excluded.rejected, merged = s.merged + excluded.merged,
           closed = s.closed + excluded.closed, on_time = s.on_time + excluded.on_time, responded = s.responded + excluded.responded,
           response_s = s.response_s + excluded.response_s, rated = s.rated + excluded.rated, stars = s.stars + excluded.stars,
           satisfied = s.satisfied + excluded.satisfied, bounces = s.bounces + excluded.bounces, bounced = s.bounced + excluded.bounced
  )
  SELECT count(*) INTO folded FROM gone;
  RETURN folded;
END $$;

REVOKE EXECUTE ON FUNCTION gridgeo.fold_events() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gridgeo.fold_events() TO gridgeo_writer, gridgeo_linkage, gridgeo_admin;
