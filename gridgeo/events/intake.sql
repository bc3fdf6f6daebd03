-- name: classes
-- Classes that are named by number or path: their kind, usual grade, and from and until when they are in use.
SELECT c.class_id, c.path, c.kind, c.grade, lower(c.valid), upper(c.valid)
  FROM event_class AS c
 WHERE c.class_id = ANY(%(numbers)s::integer[]) OR c.path = ANY(%(paths)s::text[]);

-- name: channels
SELECT c.channel, lower(c.valid), upper(c.valid) FROM channel AS c WHERE c.channel = ANY(%(channels)s::text[]);

-- name: known
-- Events we have from a source already, by the code it gave them.
SELECT r.source, r.original, e.event_id, e.event_code, e.version
  FROM unnest(%(sources)s::text[], %(originals)s::text[]) AS g (source, original)
  JOIN event_report AS r ON r.source = g.source AND r.original = g.original
  JOIN event AS e ON e.event_id = r.event_id;
