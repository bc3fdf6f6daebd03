-- Objects in an area drawn by hand.

-- name: in_part
-- How many lie in an area, of units it cuts, and with beyond also of those that lie in no unit.
SELECT o.category_id, o.status, count(*)
  FROM object_grid AS g
  JOIN object AS o ON o.object_id = g.object_id
 WHERE g.edition_id = %(edition_id)s
   AND (g.unit_id = ANY (%(cut)s::bigint[]) OR (%(beyond)s AND g.unit_id IS NULL))
   AND (%(categories)s::integer[] IS NULL OR o.category_id = ANY (%(categories)s::integer[]))
   AND (%(statuses)s::text[] IS NULL OR o.status = ANY (%(statuses)s::text[]))
   AND %(filter)s
   AND ST_Intersects(o.point, %(area)s::geometry)
 GROUP BY o.category_id, o.status;
