-- name: places
-- Buildings (19 characters) or houses (25) with at least so many events reported from begin until before end, and ('') all events that
-- have such a place. A house counts for the building it is in today. What was rejected or merged into another is not among them.
WITH reported AS (
  SELECT e.place, count(*) AS n, max(e.event_id) AS event_id
    FROM event AS e
   WHERE e.place IS NOT NULL AND length(e.place) >= %(length)s::integer
     AND e.reported_at >= %(begin)s::timestamptz AND e.reported_at < %(end)s::timestamptz
     AND e.stage NOT IN ('rejected', 'merged')
     AND (%(classes)s::integer[] IS NULL OR e.class_id = ANY(%(classes)s::integer[]))
     AND (NOT %(public)s::boolean OR e.class_id IN (SELECT c.class_id FROM event_class AS c WHERE c.public))
   GROUP BY e.place
), held AS (
  SELECT CASE %(length)s::integer WHEN 19 THEN coalesce(h.building_code, left(r.place, 19)) ELSE r.place END AS code,
         sum(r.n)::bigint AS n, max(r.event_id) AS event_id
    FROM reported AS r
    LEFT JOIN house AS h ON length(r.place) = 25 AND h.zone = left(r.place, 12) AND h.house_code = r.place
   GROUP BY 1
), many AS (
  SELECT code, n, event_id FROM held WHERE n >= %(least)s::bigint
)
SELECT m.code, m.n, g.unit_id,
       CASE %(length)s::integer WHEN 25 THEN 1 ELSE (
         SELECT count(*)
           FROM house AS h JOIN address_status AS s USING (status)
          WHERE h.building_code = m.code AND s.live AND (h.valid_to IS NULL OR h.valid_to > gridgeo.today())
       ) END AS households
  FROM many AS m
  LEFT JOIN event_grid AS g ON g.event_id = m.event_id AND g.edition_id = %(edition_id)s::bigint
 UNION ALL
SELECT '', coalesce(sum(n), 0)::bigint, NULL, NULL FROM held
 ORDER BY 1;

-- name: stock
-- How many live houses there are, and live buildings.
SELECT 'house', count(*)
  FROM house AS h
  JOIN address_status AS s USING (status)
 WHERE s.live AND (h.valid_to IS NULL OR h.valid_to > gridgeo.today())
 UNION ALL
SELECT 'building', count(*)
  FROM building AS b
  JOIN address_status AS s USING (status)
 WHERE s.live AND (b.valid_to IS NULL OR b.valid_to > gridgeo.today());
