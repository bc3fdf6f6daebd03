-- name: event
-- One event, by our number or by its code, with the unit it lies in today and who sent it in.
SELECT e.event_id, e.event_code, e.kind, e.class_id, e.grade, e.stage, e.channel, e.told, e.located, e.address, e.place, ST_X(e.point),
       ST_Y(e.point), e.department_code, e.merged_into, e.happened_at, e.reported_at, e.filed_at, e.dispatched_at, e.responded_at,
       e.handled_at, e.verified_at, e.closed_at, e.due_at, e.stage_due_at, e.paused_at, e.bounces, e.reopened, e.stars, e.version,
       e.recorded_at, g.unit_id, g.outcome,
       ARRAY(SELECT r.actor FROM event_report AS r WHERE r.event_id = e.event_id)
  FROM event AS e
  LEFT JOIN event_grid AS g ON g.event_id = e.event_id AND g.edition_id = (SELECT gridgeo.edition_now())
 WHERE e.event_id = %(event_id)s::bigint OR e.event_code = %(event_code)s::text;

-- name: events
-- Events that are meant (model.Where), the newest report first. A condition that is NULL leaves all in: it is written into the
-- statement before it is planned, so that what is not asked costs nothing.
SELECT e.event_id, e.event_code, e.kind, e.class_id, e.grade, e.stage, e.channel, e.told, e.located, e.address, e.place, ST_X(e.point),
       ST_Y(e.point), e.department_code, e.merged_into, e.happened_at, e.reported_at, e.filed_at, e.dispatched_at, e.responded_at,
       e.handled_at, e.verified_at, e.closed_at, e.due_at, e.stage_due_at, e.paused_at, e.bounces, e.reopened, e.stars, e.version,
       e.recorded_at, g.unit_id, g.outcome, '{}'::text[]
  FROM event AS e
  LEFT JOIN event_grid AS g ON g.event_id = e.event_id AND g.edition_id = (SELECT gridgeo.edition_now())
 WHERE (%(after_at)s::timestamptz IS NULL OR (e.reported_at, e.event_id) < (%(after_at)s::timestamptz, %(after_id)s::bigint))
   AND (%(units)s::bigint[] IS NULL OR g.unit_id = ANY(%(units)s::bigint[]))
   AND (%(west)s::float8 IS NULL
        OR e.point && ST_MakeEnvelope(%(west)s::float8, %(south)s::float8, %(east)s::float8, %(north)s::float8, 4490))
   AND (%(stages)s::text[] IS NULL OR e.stage = ANY(%(stages)s::text[]))
   AND (%(class_id)s::integer IS NULL OR e.class_id = %(class_id)s::integer)
   AND (%(classes)s::integer[] IS NULL OR e.class_id = ANY(%(classes)s::integer[]))
   AND (%(channel)s::text IS NULL OR e.channel = %(channel)s::text)
   AND (%(channels)s::text[] IS NULL OR e.channel = ANY(%(channels)s::text[]))
   AND (%(department_code)s::text IS NULL OR e.department_code = %(department_code)s::text)
   AND (%(departments)s::text[] IS NULL OR e.department_code = ANY(%(departments)s::text[]))
   AND (%(tasks_of)s::text IS NULL OR e.event_id IN (
         SELECT t.event_id FROM event_task AS t WHERE t.department_code = %(tasks_of)s::text AND t.stage IN ('open', 'accepted')))
   AND (%(grades)s::smallint[] IS NULL OR e.grade = ANY(%(grades)s::smallint[]))
   AND (%(since)s::timestamptz IS NULL OR e.reported_at >= %(since)s::timestamptz)
   AND (%(until)s::timestamptz IS NULL OR e.reported_at < %(until)s::timestamptz)
   AND (%(overdue_at)s::timestamptz IS NULL OR (
         e.due_at < %(overdue_at)s::timestamptz AND e.paused_at IS NULL AND e.stage NOT IN ('rejected', 'closed', 'merged')))
   AND (%(place)s::text IS NULL OR e.place BETWEEN %(place)s::text AND %(place)s::text || 'Z')
   AND (%(original)s::text IS NULL OR e.event_id IN (
         SELECT r.event_id FROM event_report AS r WHERE r.source = %(source)s::text AND r.original = %(original)s::text))
   AND (NOT %(public)s::boolean OR EXISTS (SELECT FROM event_class AS c WHERE c.class_id = e.class_id AND c.public))
   AND (%(part)s::text IS NULL OR e.told ILIKE %(part)s::text OR e.address ILIKE %(part)s::text)
 ORDER BY e.reported_at DESC, e.event_id DESC
 LIMIT %(limit)s;

-- name: nearby
-- Events about a point, the nearest first: those within so many metres on the plane of the city.
SELECT e.event_id, e.event_code, e.kind, e.class_id, e.grade, e.stage, e.channel, e.told, e.located, e.address, e.place, ST_X(e.point),
       ST_Y(e.point), e.department_code, e.merged_into, e.happened_at, e.reported_at, e.filed_at, e.dispatched_at, e.responded_at,
       e.handled_at, e.verified_at, e.closed_at, e.due_at, e.stage_due_at, e.paused_at, e.bounces, e.reopened, e.stars, e.version,
       e.recorded_at, g.unit_id, g.outcome, '{}'::text[], near.metres
  FROM event AS e
  LEFT JOIN event_grid AS g ON g.event_id = e.event_id AND g.edition_id = (SELECT gridgeo.edition_now())
  CROSS JOIN LATERAL (
    SELECT ST_Distance(ST_Transform(e.point, 4547), ST_Transform(ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4490), 4547)) AS metres
  ) AS near
 WHERE e.point && ST_MakeEnvelope(%(west)s::float8, %(south)s::float8, %(east)s::float8, %(north)s::float8, 4490)
   AND near.metres <= %(metres)s
   AND (%(stages)s::text[] IS NULL OR e.stage = ANY(%(stages)s::text[]))
   AND (%(classes)s::integer[] IS NULL OR e.class_id = ANY(%(classes)s::integer[]))
   AND (%(since)s::timestamptz IS NULL OR e.reported_at >= %(since)s::timestamptz)
   AND (NOT %(public)s::boolean OR EXISTS (SELECT FROM event_class AS c WHERE c.class_id = e.class_id AND c.public))
 ORDER BY near.metres, e.event_id
 LIMIT %(limit)s;

-- name: steps
SELECT s.event_id, s.step_no, s.action, s.stage, s.actor, s.department_code, s.at, s.reason, s.given, s.recorded_at
  FROM event_step AS s
 WHERE s.event_id = %(event_id)s
 ORDER BY s.step_no;

-- name: reports
-- The reports of some events, as they came.
SELECT r.event_id, r.report_no, r.channel, r.source, r.original, r.told, r.actor, r.reported_at, r.recorded_at
  FROM event_report AS r
 WHERE r.event_id = ANY(%(events)s::bigint[])
 ORDER BY r.reported_at, r.event_id, r.report_no;

-- name: media
SELECT m.media_no, m.digest, m.media_type, m.bytes, m.step_no FROM event_media AS m WHERE m.event_id = %(event_id)s ORDER BY m.media_no;

-- name: of_receipt
-- The event a receipt is of, and the one it was merged into.
SELECT e.event_id, e.merged_into
  FROM event_report AS r
  JOIN event AS e USING (event_id)
 WHERE r.receipt = %(receipt)s;

-- name: into
-- The event another was merged into.
SELECT e.merged_into FROM event AS e WHERE e.event_id = %(event_id)s;

-- name: merged
-- The events that were merged into some.
SELECT e.event_id FROM event AS e WHERE e.merged_into = ANY(%(events)s::bigint[]) ORDER BY e.event_id;

-- name: is_public
SELECT coalesce((SELECT c.public FROM event_class AS c WHERE c.class_id = %(class_id)s), false);

-- name: departments
SELECT d.department_code, d.name_zh, d.name_en FROM department AS d ORDER BY d.department_code;
