-- name: make_counters
INSERT INTO event_number (organisation, day, counter)
SELECT %(organisation)s, d.day, c.counter
  FROM (SELECT DISTINCT g.day FROM unnest(%(days)s::date[]) AS g (day)) AS d, generate_series(0, 9) AS c (counter)
 ORDER BY d.day, c.counter
    ON CONFLICT DO NOTHING;

-- name: number_few
-- The next numbers of a counter that nobody is at and that has as many, by the last of them; nothing where there is none.
-- (As a part of the join it might be looked for again and again, and find another each time.)
WITH free AS MATERIALIZED (
  SELECT f.counter
    FROM event_number AS f
   WHERE f.organisation = %(organisation)s::text AND f.day = %(day)s::date AND f.last <= 99999 - %(count)s::integer
   ORDER BY f.counter
   LIMIT 1
     FOR UPDATE SKIP LOCKED
)
UPDATE event_number AS n
   SET last = n.last + %(count)s::integer
  FROM free
 WHERE n.organisation = %(organisation)s AND n.day = %(day)s AND n.counter = free.counter
RETURNING n.counter * 100000 + n.last;

-- name: lock_counters
-- In one order, so that nobody waits for somebody who waits for him.
SELECT n.day, n.counter, n.last
  FROM event_number AS n
 WHERE n.organisation = %(organisation)s AND n.day = ANY(%(days)s::date[])
 ORDER BY n.day, n.counter
   FOR UPDATE;

-- name: set_counters
UPDATE event_number AS n
   SET last = g.last
  FROM unnest(%(days)s::date[], %(counters)s::smallint[], %(lasts)s::integer[]) AS g (day, counter, last)
 WHERE n.organisation = %(organisation)s AND n.day = g.day AND n.counter = g.counter;
