-- name: put_identity
-- A code that is known already stays as it is sealed.
INSERT INTO linkage.identity (token, kind, key_id, sealed)
VALUES (%(token)s, %(kind)s, %(key_id)s, %(sealed)s)
    ON CONFLICT (token) DO NOTHING;

-- name: put_reporter
INSERT INTO linkage.event_reporter (event_id, report_no, token)
VALUES (%(event_id)s, %(report_no)s, %(token)s)
    ON CONFLICT DO NOTHING;

-- name: put_original
INSERT INTO linkage.event_original (event_id, report_no, key_id, sealed)
VALUES (%(event_id)s, %(report_no)s, %(key_id)s, %(sealed)s)
    ON CONFLICT DO NOTHING;

-- name: original
SELECT o.key_id, o.sealed FROM linkage.event_original AS o WHERE o.event_id = %(event_id)s AND o.report_no = %(report_no)s;

-- name: originals
SELECT o.report_no, o.key_id, o.sealed FROM linkage.event_original AS o WHERE o.event_id = %(event_id)s ORDER BY o.report_no;

-- name: reporters
SELECT r.token FROM linkage.event_reporter AS r WHERE r.event_id = %(event_id)s ORDER BY r.report_no, r.token;

-- name: sealed_before
-- Texts that an older key sealed.
SELECT o.event_id, o.report_no, o.key_id, o.sealed
  FROM linkage.event_original AS o
 WHERE o.key_id <> %(key_id)s
 ORDER BY o.event_id, o.report_no
 LIMIT %(most)s;

-- name: seal_original
UPDATE linkage.event_original AS o
   SET key_id = %(key_id)s, sealed = %(sealed)s
 WHERE o.event_id = %(event_id)s AND o.report_no = %(report_no)s;
