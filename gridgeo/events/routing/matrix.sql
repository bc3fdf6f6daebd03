-- name: listed
-- Rows valid on a day (today when null) that concern a class (they name it or a part of its path), a unit, a department; in order.
SELECT r.responsibility_id, r.class_path, r.unit_key, r.part, r.department_code, r.criteria, r.valid_from, r.valid_to, r.source
  FROM responsibility AS r
 WHERE (%(paths)s::text[] IS NULL OR r.class_path = ANY(%(paths)s))
   AND (%(unit_key)s::text IS NULL OR r.unit_key = %(unit_key)s)
   AND (%(department)s::text IS NULL OR r.department_code = %(department)s)
   AND r.valid_from <= coalesce(%(day)s::date, gridgeo.today())
   AND coalesce(r.valid_to > coalesce(%(day)s::date, gridgeo.today()), true)
   AND r.responsibility_id > %(after)s
 ORDER BY r.responsibility_id
 LIMIT %(limit)s;

-- name: lock
SELECT pg_advisory_xact_lock(hashtext('gridgeo.responsibility'));

-- name: put_department
INSERT INTO department AS d (department_code, name_zh, name_en)
SELECT g.code, g.name_zh, g.name_en
  FROM unnest(%(codes)s::text[], %(names_zh)s::text[], %(names_en)s::text[]) AS g (code, name_zh, name_en)
    ON CONFLICT (department_code) DO NOTHING;

-- name: drop_staged
DROP TABLE IF EXISTS staged_responsibility;

-- name: make_staged
CREATE TEMP TABLE staged_responsibility (
  class_path text, unit_key text, part text, department_code text, criteria text, valid_from date, valid_to date, source text
) ON COMMIT DROP;

-- name: date_staged
-- What has no first day is in force already, or begins on a day (today when null).
UPDATE staged_responsibility AS s
   SET valid_from = coalesce((
         SELECT max(r.valid_from) FROM responsibility AS r
          WHERE r.class_path = s.class_path AND r.unit_key = s.unit_key AND r.part = s.part AND r.department_code = s.department_code
            AND r.valid_to IS NULL
       ), %(since)s, gridgeo.today())
 WHERE s.valid_from IS NULL;

-- name: compare
-- How many are new, how many differ from what is stored, and how many there are; what is not named and in force all the same.
SELECT count(*) FILTER (WHERE r.responsibility_id IS NULL),
       count(*) FILTER (WHERE r.responsibility_id IS NOT NULL
                          AND (r.valid_to, r.criteria) IS DISTINCT FROM (s.valid_to, coalesce(s.criteria, ''))),
       count(*),
       (SELECT count(*) FROM responsibility AS o
         WHERE %(whole)s AND o.valid_to IS NULL AND o.valid_from < coalesce(%(since)s, gridgeo.today())
           AND NOT EXISTS (SELECT FROM staged_responsibility AS n
                            WHERE n.class_path = o.class_path AND n.unit_key = o.unit_key AND n.part = o.part
                              AND n.department_code = o.department_code))
  FROM staged_responsibility AS s
  LEFT JOIN responsibility AS r
    ON r.class_path = s.class_path AND r.unit_key = s.unit_key AND r.part = s.part AND r.department_code = s.department_code
   AND r.valid_from = s.valid_from;

-- name: end_others
-- A list of everything ends what it does not name.
UPDATE responsibility AS o
   SET valid_to = coalesce(%(since)s, gridgeo.today()), recorded_at = now()
 WHERE o.valid_to IS NULL AND o.valid_from < coalesce(%(since)s, gridgeo.today())
   AND NOT EXISTS (SELECT FROM staged_responsibility AS n
                    WHERE n.class_path = o.class_path AND n.unit_key = o.unit_key AND n.part = o.part
                      AND n.department_code = o.department_code);

-- name: put
INSERT INTO responsibility AS r (class_path, unit_key, part, department_code, criteria, valid_from, valid_to, source)
SELECT DISTINCT ON (s.class_path, s.unit_key, s.part, s.department_code, s.valid_from)
       s.class_path, s.unit_key, s.part, s.department_code, coalesce(s.criteria, ''), s.valid_from, s.valid_to, coalesce(s.source, '')
  FROM staged_responsibility AS s
 ORDER BY s.class_path, s.unit_key, s.part, s.department_code, s.valid_from, s.valid_to
    ON CONFLICT (class_path, unit_key, part, department_code, valid_from) DO UPDATE
   SET valid_to = excluded.valid_to, criteria = excluded.criteria, source = excluded.source, recorded_at = now()
 WHERE (r.valid_to, r.criteria) IS DISTINCT FROM (excluded.valid_to, excluded.criteria);

-- name: units
-- The units of the edition valid now: keys, those above, and whether they are of the lowest level.
SELECT coalesce(v.code, v.level || ':' || v.name_zh), v.unit_id, v.parent_id, v.leaf
  FROM grid_unit_version AS v
 WHERE v.edition_id = gridgeo.edition_now();
