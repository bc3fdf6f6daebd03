-- name: put_points
INSERT INTO to_place (n, point)
SELECT g.n, ST_SetSRID(ST_MakePoint(g.lon, g.lat), 4490)
  FROM unnest(%(numbers)s::bigint[], %(lons)s::float8[], %(lats)s::float8[]) AS g (n, lon, lat);

-- name: lying
SELECT n, unit_id, outcome FROM lying ORDER BY n;

-- name: put
-- New events with their reports, media, first steps and the units they lie in; who each is is its code.
WITH given AS MATERIALIZED (
  SELECT *
    FROM json_to_recordset(%(rows)s::json) AS g (
      event_code text, kind text, class_id integer, grade smallint, channel text, told text, located text, address text, place text,
      lon float8, lat float8, happened_at timestamptz, reported_at timestamptz, due_at timestamptz, stage_due_at timestamptz, source text,
      original text, receipt text, actor text, department_code text)
), made AS (
  INSERT INTO event (event_code, kind, class_id, grade, stage, channel, told, located, address, place, point, happened_at, reported_at,
                     due_at, stage_due_at)
  SELECT event_code, kind, class_id, grade, 'reported', channel, told, located, address, place,
         ST_SetSRID(ST_MakePoint(lon, lat), 4490), happened_at, reported_at, due_at, stage_due_at
    FROM given
  RETURNING *
), reported AS (
  INSERT INTO event_report (event_id, report_no, channel, source, original, told, actor, receipt, reported_at)
  SELECT m.event_id, 1, g.channel, g.source, g.original, g.told, g.actor, decode(g.receipt, 'hex'), g.reported_at
    FROM given AS g
    JOIN made AS m USING (event_code)
), placed AS (
  INSERT INTO event_grid (event_id, edition_id, unit_id, outcome)
  SELECT m.event_id, p.edition_id, p.unit_id, p.outcome
    FROM json_to_recordset(%(grids)s::json) AS p (event_code text, edition_id bigint, unit_id bigint, outcome text)
    JOIN made AS m USING (event_code)
), shown AS (
  INSERT INTO event_media (event_id, media_no, digest, media_type, bytes, step_no)
  SELECT m.event_id, s.media_no, decode(s.digest, 'hex'), s.media_type, s.bytes, 1
    FROM json_to_recordset(%(media)s::json) AS s (event_code text, media_no smallint, digest text, media_type text, bytes bigint)
    JOIN made AS m USING (event_code)
), begun AS (
  -- The first step of each: all that it says of the event.
  INSERT INTO event_step (event_id, step_no, action, stage, actor, department_code, at, given)
  SELECT m.event_id, 1, 'report', m.stage, g.actor, g.department_code, m.reported_at,
         jsonb_build_object(
           'kind', m.kind, 'class_id', m.class_id, 'grade', m.grade, 'channel', m.channel, 'located', m.located, 'address', m.address,
           'place', m.place, 'point', CASE WHEN m.point IS NOT NULL THEN jsonb_build_array(ST_X(m.point), ST_Y(m.point)) END,
           'happened_at', m.happened_at, 'reported_at', m.reported_at, 'due_at', m.due_at, 'stage_due_at', m.stage_due_at,
           'bounces', m.bounces, 'reopened', m.reopened)
    FROM given AS g
    JOIN made AS m USING (event_code)
)
SELECT event_code, event_id FROM made;

-- name: tell
SELECT pg_notify('gridgeo_events', %(event_id)s::text);
