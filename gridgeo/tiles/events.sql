-- name: tile
-- Events of a tile as far as the caller sees them: one by one where all of them can be drawn so, else added up in its 32 x 32 cells.
-- How many there are of each major class are the members of an object: there is a property for each.
WITH kind AS MATERIALIZED (
  SELECT class_id, m FROM event_major WHERE public OR NOT %(public)s::boolean
), found AS MATERIALIZED (
  SELECT e.event_id, CASE WHEN %(named)s THEN e.event_code END AS event_code, e.class_id, e.grade,
         event_state(e.open, e.due_at, e.began, %(now)s::timestamptz, %(soon)s::float8) AS state,
         floor((mercator_x(ST_X(e.point)) - %(x)s::float8) / %(unit)s::float8) AS x,
         floor((mercator_y(ST_Y(e.point)) - %(y)s::float8) / %(unit)s::float8) AS y
    FROM events_about(ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490), %(units)s::bigint[],
                      %(since)s::timestamptz, %(until)s::timestamptz, %(standing)s::boolean) AS e
   WHERE CASE WHEN %(stages)s::text[] IS NULL THEN e.stage NOT IN ('rejected', 'merged') ELSE e.stage = ANY (%(stages)s::text[]) END
     AND (%(classes)s::integer[] IS NULL OR e.class_id = ANY (%(classes)s::integer[]))
     AND (%(grades)s::smallint[] IS NULL OR e.grade = ANY (%(grades)s::smallint[]))
     AND (%(department)s::text IS NULL OR e.department_code = %(department)s::text)
), shown AS MATERIALIZED (
  SELECT f.*, k.m
    FROM found AS f
    LEFT JOIN kind AS k ON k.class_id = f.class_id
   WHERE f.x >= 0 AND f.x < 4096 AND f.y >= 0 AND f.y < 4096
     AND (k.m IS NOT NULL OR NOT %(public)s::boolean)
     AND (%(states)s::text[] IS NULL OR f.state = ANY (%(states)s::text[]))
), part AS MATERIALIZED (
  SELECT floor(y / 128) AS line, floor(x / 128) AS place, m, sum(x) AS x, sum(y) AS y, count(*) AS n,
         count(*) FILTER (WHERE state = 'open') AS o, count(*) FILTER (WHERE state = 'due-soon') AS s,
         count(*) FILTER (WHERE state = 'overdue') AS v, count(*) FILTER (WHERE state = 'closed') AS c
    FROM shown
   GROUP BY 1, 2, 3
), cluster AS MATERIALIZED (
  SELECT ST_MakePoint(floor(sum(x) / sum(n)::float8), floor(sum(y) / sum(n)::float8)) AS geom, sum(n)::integer AS n,
         nullif(sum(o), 0)::integer AS o, nullif(sum(s), 0)::integer AS s, nullif(sum(v), 0)::integer AS v, nullif(sum(c), 0)::integer AS c,
         jsonb_object_agg('m' || m, n) FILTER (WHERE m IS NOT NULL) AS majors
    FROM part
   GROUP BY line, place
   ORDER BY line, place
), single AS MATERIALIZED (
  SELECT event_id, class_id AS c, grade::integer AS g, state AS s, event_code AS k, ST_MakePoint(x, y) AS geom FROM shown ORDER BY event_id
)
SELECT coalesce(CASE WHEN (SELECT count(*) FROM shown) <= %(most)s
                     THEN (SELECT ST_AsMVT(q, 'events', 4096, 'geom', 'event_id') FROM single AS q)
                     ELSE (SELECT ST_AsMVT(q, 'clusters', 4096, 'geom') FROM cluster AS q) END, ''::bytea);

-- name: units_near
-- The caller's units a tile meets: where an event lies on the border of one, it may be that of the next.
SELECT v.unit_id
  FROM grid_unit_version AS v
 WHERE v.edition_id = edition_now() AND v.unit_id = ANY ((SELECT area_units())::bigint[])
   AND v.geom && ST_MakeEnvelope(%(west)s - 0.0001, %(south)s - 0.0001, %(east)s + 0.0001, %(north)s + 0.0001, 4490);

-- name: majors
-- The major classes in the order of their numbers; of those in use what they are called.
SELECT DISTINCT ON (k.m) k.m, c.major, c.major_en, c.kind, c.colour
  FROM event_major AS k
  JOIN event_class AS c USING (class_id)
 ORDER BY k.m, upper(c.valid) IS NULL DESC, c.position;
