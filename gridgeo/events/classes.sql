-- name: known
SELECT class_id, kind, major, minor, name, path, major_en, minor_en, name_en, position, grade, colour, public, lower(valid), upper(valid)
  FROM event_class
 ORDER BY position, class_id;

-- name: valid
SELECT class_id, kind, major, minor, name, path, major_en, minor_en, name_en, position, grade, colour, public, lower(valid), upper(valid)
  FROM event_class
 WHERE valid @> coalesce(%(day)s::date, (now() AT TIME ZONE 'Asia/Shanghai')::date)
 ORDER BY position, class_id;

-- name: count
-- What a table would change.
WITH given AS (
  SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS g (kind text, major text, minor text, name text, major_en text, minor_en text,
    name_en text, position smallint, grade smallint, colour text, public boolean)
), found AS (
  SELECT c.class_id IS NULL AS new,
         c.valid @> %(day)s::date AND (c.kind, c.major_en, c.minor_en, c.name_en, c.position, c.grade, c.colour, c.public)
           = (g.kind, g.major_en, g.minor_en, g.name_en, g.position, g.grade, g.colour, g.public) AS same
    FROM given AS g
    LEFT JOIN event_class AS c ON (c.major, c.minor, c.name) = (g.major, g.minor, g.name)
)
SELECT count(*) FILTER (WHERE new), count(*) FILTER (WHERE NOT new AND NOT same), count(*) FILTER (WHERE same),
       (SELECT count(*) FROM event_class AS c
         WHERE upper(c.valid) IS NULL
           AND NOT EXISTS (SELECT FROM given AS g WHERE (c.major, c.minor, c.name) = (g.major, g.minor, g.name)))
  FROM found;

-- name: put
-- One that had ended is in use again.
INSERT INTO event_class AS c (kind, major, minor, name, major_en, minor_en, name_en, position, grade, colour, public, valid)
SELECT g.kind, g.major, g.minor, g.name, g.major_en, g.minor_en, g.name_en, g.position, g.grade, g.colour, g.public, daterange(NULL, NULL)
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS g (kind text, major text, minor text, name text, major_en text, minor_en text,
    name_en text, position smallint, grade smallint, colour text, public boolean)
ON CONFLICT (path) DO UPDATE
   SET (kind, major_en, minor_en, name_en, position, grade, colour, public, valid)
     = (excluded.kind, excluded.major_en, excluded.minor_en, excluded.name_en, excluded.position, excluded.grade, excluded.colour,
        excluded.public, daterange(lower(c.valid), NULL));

-- name: end
UPDATE event_class AS c
   SET valid = daterange(lower(c.valid), greatest(%(day)s::date, lower(c.valid)))
 WHERE upper(c.valid) IS NULL
   AND NOT EXISTS (SELECT FROM jsonb_to_recordset(%(rows)s::jsonb) AS g (major text, minor text, name text)
                    WHERE (c.major, c.minor, c.name) = (g.major, g.minor, g.name));

-- name: turned
-- Events that were counted while their class was public and is not, or the other way round.
SELECT e.event_id
  FROM event AS e
 WHERE EXISTS (SELECT FROM event_fact AS f
                 JOIN event_class AS c ON c.class_id = f.class_id
                WHERE f.event_id = e.event_id AND f.public <> c.public)
 ORDER BY e.event_id
   FOR UPDATE;
