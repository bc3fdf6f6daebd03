-- name: lock
SELECT pg_advisory_xact_lock(hashtext('gridgeo.routing_set'));

-- name: sets
-- Every set (or one), the newest first.
SELECT s.set_id, s.name, s.source, s.digest, s.state, s.tested, s.created_at, s.tested_at, s.activated_at, s.retired_at
  FROM routing_set AS s
 WHERE %(set_id)s::integer IS NULL OR s.set_id = %(set_id)s
 ORDER BY s.set_id DESC;

-- name: add
INSERT INTO routing_set (name, source, digest) VALUES (%(name)s, %(source)s, %(digest)s) RETURNING set_id;

-- name: add_rules
INSERT INTO routing_rule (set_id, rule_no, name, priority, kind, class_path, unit_key, grades, channels, hours_from, hours_to, during,
                          lead, assist, valid_from, valid_to)
VALUES %s;

-- name: known_channels
SELECT c.channel FROM channel AS c;

-- name: set_tested
-- A test of a set in force, or that was, is told and not kept.
UPDATE routing_set AS s
   SET state = 'tested', tested = %(tested)s, tested_at = clock_timestamp()
 WHERE s.set_id = %(set_id)s AND s.state IN ('draft', 'tested');

-- name: retire
UPDATE routing_set AS s SET state = 'retired', retired_at = clock_timestamp() WHERE s.state = 'active';

-- name: activate
UPDATE routing_set AS s SET state = 'active', activated_at = clock_timestamp() WHERE s.set_id = %(set_id)s;

-- name: recent
-- Events that came in within some days before a moment (now when null) and were to be dispatched.
SELECT e.event_id
  FROM event AS e
 WHERE e.reported_at >= coalesce(%(until)s::timestamptz, now()) - make_interval(days => %(days)s)
   AND e.reported_at < coalesce(%(until)s::timestamptz, now())
   AND e.stage NOT IN ('rejected', 'merged')
 ORDER BY e.reported_at, e.event_id;
