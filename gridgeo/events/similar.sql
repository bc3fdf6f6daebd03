-- name: similar
-- Events that may be the same: at the same house, or about the place and of the same class or told alike. Candidates come by index, by the
-- place and by the house; only of those is the text compared. What was merged, rejected or closed long ago is not the same.
WITH near AS (
  SELECT e.event_id
    FROM event AS e
   WHERE e.point && ST_MakeEnvelope(%(west)s::float8, %(south)s::float8, %(east)s::float8, %(north)s::float8, 4490)
     AND e.reported_at BETWEEN %(since)s::timestamptz AND %(until)s::timestamptz
   UNION
  SELECT e.event_id
    FROM event AS e
   WHERE e.place = %(place)s::text
     AND e.reported_at BETWEEN %(since)s::timestamptz AND %(until)s::timestamptz
), compared AS (
  SELECT e.event_id, e.class_id = %(class_id)s::integer AS same_class, e.place = %(place)s::text AS same_place,
         similarity(e.told, %(told)s::text) AS alike,
         ST_Distance(ST_Transform(e.point, 4547),
                     ST_Transform(ST_SetSRID(ST_MakePoint(%(lon)s::float8, %(lat)s::float8), 4490), 4547)) AS metres
    FROM near
    JOIN event AS e USING (event_id)
   WHERE e.stage NOT IN ('merged', 'rejected')
     AND e.kind = %(kind)s::text
     AND e.event_id <> %(event_id)s::bigint
)
SELECT c.event_id, coalesce(c.same_class, false), coalesce(c.same_place, false), c.alike, c.metres
  FROM compared AS c
 WHERE (c.same_class OR c.alike >= %(alike)s::float8)
   AND (c.same_place OR c.metres <= %(metres)s::float8)
 ORDER BY coalesce(c.same_class, false)::integer + coalesce(c.same_place, false)::integer + c.alike DESC, c.metres, c.event_id
 LIMIT %(limit)s;

-- name: of_numbers
-- Those events.
SELECT e.event_id, e.event_code, e.kind, e.class_id, e.grade, e.stage, e.channel, e.told, e.located, e.address, e.place, ST_X(e.point),
       ST_Y(e.point), e.department_code, e.merged_into, e.happened_at, e.reported_at, e.filed_at, e.dispatched_at, e.responded_at,
       e.handled_at, e.verified_at, e.closed_at, e.due_at, e.stage_due_at, e.paused_at, e.bounces, e.reopened, e.stars, e.version,
       e.recorded_at, g.unit_id, g.outcome, '{}'::text[]
  FROM event AS e
  LEFT JOIN event_grid AS g ON g.event_id = e.event_id AND g.edition_id = (SELECT gridgeo.edition_now())
 WHERE e.event_id = ANY(%(events)s::bigint[]);
