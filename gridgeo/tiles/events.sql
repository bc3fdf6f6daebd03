-- name: clusters
-- Events of a tile as far as the caller sees them, added up in its 16 x 16 cells. How many there are of each major class are the members of
-- an object: there is a property for each.
WITH kind AS MATERIALIZED (
  SELECT class_id, m FROM event_major
), part AS MATERIALIZED (
  SELECT f.my >> %(cell_bits)s AS line, f.mx >> %(cell_bits)s AS place, f.m, sum(f.mx) AS sum_x, sum(f.my) AS sum_y, count(*) AS n,
         count(*) FILTER (WHERE f.state = 'open') AS o, count(*) FILTER (WHERE f.state = 'due-soon') AS s,
         count(*) FILTER (WHERE f.state = 'overdue') AS v, count(*) FILTER (WHERE f.state = 'closed') AS c
    FROM (
      SELECT k.m, mercator_x(ST_X(e.point)) AS mx, mercator_y(ST_Y(e.point)) AS my,
             event_state(e.open, e.due_at, e.began, %(now)s::timestamptz, %(soon)s::float8) AS state
        FROM events_about(ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490), %(cells)s::integer[], %(units)s::bigint[],
               %(since)s::timestamptz, %(until)s::timestamptz, %(standing)s::boolean, %(classes)s::integer[], %(grades)s::smallint[],
               %(stages)s::text[], %(department)s::text, %(public)s::boolean) AS e
        LEFT JOIN kind AS k ON k.class_id = e.class_id
      OFFSET 0
    ) AS f
   WHERE f.mx >> %(tile_bits)s = %(column)s AND f.my >> %(tile_bits)s = %(row)s
     AND (%(states)s::text[] IS NULL OR f.state = ANY (%(states)s::text[]))
   GROUP BY 1, 2, 3
), q AS MATERIALIZED (
  SELECT ST_MakePoint(floor((sum(sum_x)::float8 / sum(n)::float8 - %(x)s::float8) / %(unit)s::float8),
                      floor((sum(sum_y)::float8 / sum(n)::float8 - %(y)s::float8) / %(unit)s::float8)) AS geom, sum(n)::integer AS n,
         nullif(sum(o), 0)::integer AS o, nullif(sum(s), 0)::integer AS s, nullif(sum(v), 0)::integer AS v, nullif(sum(c), 0)::integer AS c,
         jsonb_object_agg('m' || m, n) FILTER (WHERE m IS NOT NULL) AS majors
    FROM part
   GROUP BY line, place
   ORDER BY line, place
)
SELECT coalesce(ST_AsMVT(q, 'clusters', 4096, 'geom'), ''::bytea) FROM q;

-- name: points
-- Events of a tile one by one, as far as the caller sees them; how many there are, one more than the most at most.
WITH found AS MATERIALIZED (
  SELECT e.event_id, e.event_code, e.class_id, e.grade, mercator_x(ST_X(e.point)) AS mx, mercator_y(ST_Y(e.point)) AS my,
         event_state(e.open, e.due_at, e.began, %(now)s::timestamptz, %(soon)s::float8) AS state
    FROM events_about(ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490), %(cells)s::integer[], %(units)s::bigint[],
           %(since)s::timestamptz, %(until)s::timestamptz, %(standing)s::boolean, %(classes)s::integer[], %(grades)s::smallint[],
           %(stages)s::text[], %(department)s::text, %(public)s::boolean) AS e
), few AS MATERIALIZED (
  SELECT * FROM found
   WHERE mx >> %(tile_bits)s = %(column)s AND my >> %(tile_bits)s = %(row)s
     AND (%(states)s::text[] IS NULL OR state = ANY (%(states)s::text[]))
   LIMIT %(most)s + 1
), q AS MATERIALIZED (
  SELECT event_id, class_id AS c, grade::integer AS g, state AS s, CASE WHEN %(named)s THEN event_code END AS k,
         ST_MakePoint(floor((mx - %(x)s::float8) / %(unit)s::float8), floor((my - %(y)s::float8) / %(unit)s::float8)) AS geom
    FROM few
   ORDER BY event_id
)
SELECT count(*), coalesce(ST_AsMVT(q, 'events', 4096, 'geom', 'event_id'), ''::bytea) FROM q;

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
