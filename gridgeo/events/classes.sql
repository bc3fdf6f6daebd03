-- name: known
SELECT class_id, kind, major, minor, name, path, major_en, minor_en, name_en, position, grade, colour, public, lower(valid), upper(valid)
  FROM event_class
 ORDER BY position, class_id;

-- name: valid
SELECT class_id, kind, major, minor, name, path, major_en, minor_en, name_en, position, grade, colour, public, lower(valid), upper(valid)
  FROM event_class
 WHERE valid @> coalesce(%(day)s::date, (now() AT TIME ZONE 'Asia/Shanghai')::date)
 ORDER BY position, class_id;
