-- name: known
SELECT channel, kind, source, name_zh, name_en, lower(valid), upper(valid) FROM channel ORDER BY kind, channel;

-- name: valid
SELECT channel, kind, source, name_zh, name_en, lower(valid), upper(valid)
  FROM channel
 WHERE valid @> coalesce(%(day)s::date, (now() AT TIME ZONE 'Asia/Shanghai')::date)
 ORDER BY kind, channel;

-- name: count
-- What a table would change.
WITH given AS (
  SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS g (channel text, kind text, source text, name_zh text, name_en text)
), found AS (
  SELECT c.channel IS NULL AS new,
         c.valid @> %(day)s::date AND (c.kind, c.source, c.name_zh, c.name_en) = (g.kind, g.source, g.name_zh, g.name_en) AS same
    FROM given AS g
    LEFT JOIN channel AS c USING (channel)
)
SELECT count(*) FILTER (WHERE new), count(*) FILTER (WHERE NOT new AND NOT same), count(*) FILTER (WHERE same),
       (SELECT count(*) FROM channel AS c
         WHERE upper(c.valid) IS NULL AND NOT EXISTS (SELECT FROM given AS g WHERE g.channel = c.channel))
  FROM found;

-- name: put
-- One that had ended is in use again.
INSERT INTO channel AS c (channel, kind, source, name_zh, name_en, valid)
SELECT g.channel, g.kind, g.source, g.name_zh, g.name_en, daterange(NULL, NULL)
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS g (channel text, kind text, source text, name_zh text, name_en text)
ON CONFLICT (channel) DO UPDATE
   SET (kind, source, name_zh, name_en, valid)
     = (excluded.kind, excluded.source, excluded.name_zh, excluded.name_en, daterange(lower(c.valid), NULL));

-- name: end
UPDATE channel AS c
   SET valid = daterange(lower(c.valid), greatest(%(day)s::date, lower(c.valid)))
 WHERE upper(c.valid) IS NULL
   AND NOT EXISTS (SELECT FROM jsonb_to_recordset(%(rows)s::jsonb) AS g (channel text) WHERE g.channel = c.channel);
