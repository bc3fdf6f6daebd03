-- name: known
SELECT channel, kind, source, name_zh, name_en, lower(valid), upper(valid) FROM channel ORDER BY kind, channel;

-- name: valid
SELECT channel, kind, source, name_zh, name_en, lower(valid), upper(valid)
  FROM channel
 WHERE valid @> coalesce(%(day)s::date, (now() AT TIME ZONE 'Asia/Shanghai')::date)
 ORDER BY kind, channel;
