-- name: clusters
-- Events of a tile as far as the caller sees them, added up in its 16 x 16 cells: each by itself; or, of the whole city, those that are open
-- by themselves and those that are closed as they are added up (`kept`). How many there are of each major class are the members of an
-- object: there is a property for each.
WITH kind AS MATERIALIZED (
  SELECT class_id, m, kind, public FROM event_major
), kept AS MATERIALIZED (
  SELECT s.y >> %(sum_bits)s AS line, s.x >> %(sum_bits)s AS place, s.sum_x, s.sum_y, s.kinds, s.ns
    FROM unnest(%(spans)s::smallint[], %(numbers)s::integer[]) AS d (span, number)
   CROSS JOIN LATERAL (
     SELECT c.x, c.y, c.sum_x::float8, c.sum_y::float8, c.kinds, c.ns
       FROM event_closed_sum AS c
      WHERE c.zoom = %(sum_zoom)s AND c.span = d.span AND c.number = d.number AND (c.public OR NOT %(public)s::boolean)
        AND (c.x >> 4) BETWEEN %(from_x)s AND %(to_x)s AND (c.y >> 4) BETWEEN %(from_y)s AND %(to_y)s
     OFFSET 0
   ) AS s
   WHERE %(kept)s AND (%(states)s::text[] IS NULL OR 'closed' = ANY (%(states)s::text[]))
), part AS MATERIALIZED (
  SELECT f.line, f.place, f.m, sum(f.sum_x) AS sum_x, sum(f.sum_y) AS sum_y, sum(f.n)::integer AS n,
         (sum(f.n) FILTER (WHERE f.state = 'open'))::integer AS o, (sum(f.n) FILTER (WHERE f.state = 'due-soon'))::integer AS s,
         (sum(f.n) FILTER (WHERE f.state = 'overdue'))::integer AS v, (sum(f.n) FILTER (WHERE f.state = 'closed'))::integer AS c
    FROM (
      SELECT e.my >> %(cell_bits)s AS line, e.mx >> %(cell_bits)s AS place, e.m, e.times * e.mx::float8 AS sum_x,
             e.times * e.my::float8 AS sum_y, e.times AS n, e.state
        FROM (
          SELECT k.m, 1 AS times, mercator_x(ST_X(e.point)) AS mx, mercator_y(ST_Y(e.point)) AS my,
                 event_state(e.open, e.due_at, e.began, %(now)s::timestamptz, %(soon)s::float8) AS state
            FROM events_about(CASE WHEN %(near)s THEN ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490) END, %(cells)s::integer[], %(units)s::bigint[],
                   %(since)s::timestamptz, %(until)s::timestamptz, %(standing)s::boolean, %(classes)s::integer[], %(grades)s::smallint[],
                   %(stages)s::text[], %(department)s::text, %(public)s::boolean) AS e
            LEFT JOIN kind AS k ON k.class_id = e.class_id
           WHERE NOT %(kept)s
           UNION ALL
          SELECT k.m, 1, e.x, e.y, event_state(true, e.due_at, e.began, %(now)s::timestamptz, %(soon)s::float8)
            FROM event_standing AS e
            LEFT JOIN kind AS k ON k.class_id = e.class_id
           WHERE %(kept)s AND (%(standing)s::boolean OR e.reported_at >= %(since)s::timestamptz) AND e.reported_at <= %(until)s::timestamptz
             AND e.x BETWEEN %(x)s AND %(to_east)s AND e.y BETWEEN %(y)s AND %(to_south)s AND (k.public OR NOT %(public)s::boolean)
           UNION ALL
          SELECT k.m, e.times::integer, e.x, e.y, 'closed'
            FROM event_closed_shift AS e
            LEFT JOIN kind AS k ON k.class_id = e.class_id
           WHERE %(kept)s AND e.x BETWEEN %(x)s AND %(to_east)s AND e.y BETWEEN %(y)s AND %(to_south)s AND e.day >= %(first_day)s AND e.day < %(last_day)s AND (k.public OR NOT %(public)s::boolean)
          OFFSET 0
        ) AS e
       WHERE e.mx >> %(tile_bits)s = %(column)s AND e.my >> %(tile_bits)s = %(row)s
         AND (%(states)s::text[] IS NULL OR e.state = ANY (%(states)s::text[]))
       UNION ALL
      SELECT line, place, NULL, sum(sum_x), sum(sum_y), 0, 'closed' FROM kept GROUP BY line, place
       UNION ALL
      SELECT e.line, e.place, k.m, 0, 0, e.n, 'closed'
        FROM (SELECT s.line, s.place, u.kind, sum(u.n)::integer AS n
                FROM kept AS s CROSS JOIN LATERAL unnest(s.kinds, s.ns) AS u (kind, n) GROUP BY 1, 2, 3) AS e
        LEFT JOIN kind AS k ON k.class_id = e.kind
    ) AS f
   GROUP BY f.line, f.place, f.m
), q AS MATERIALIZED (
  SELECT ST_MakePoint(floor((sum(sum_x) / sum(n) - %(x)s::float8) / %(unit)s::float8),
                      floor((sum(sum_y) / sum(n) - %(y)s::float8) / %(unit)s::float8)) AS geom, sum(n)::integer AS n,
         nullif(sum(o), 0)::integer AS o, nullif(sum(s), 0)::integer AS s, nullif(sum(v), 0)::integer AS v, nullif(sum(c), 0)::integer AS c,
         jsonb_object_agg('m' || m, n) FILTER (WHERE m IS NOT NULL AND n > 0) AS majors
    FROM part
   GROUP BY line, place
  HAVING sum(n) > 0
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
