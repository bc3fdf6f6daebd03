-- name: homes
-- How many houses that are lived in lie in a unit of one edition and in a unit of another.
SELECT b.unit_id, a.unit_id, sum(h.n)::bigint
  FROM building_grid AS b
  JOIN building_grid AS a ON a.zone = b.zone AND a.building_code = b.building_code AND a.edition_id = %(after)s AND a.unit_id IS NOT NULL
  JOIN building AS o ON o.zone = b.zone AND o.building_code = b.building_code
  JOIN (
    SELECT l.building_code, coalesce(l.house_use, '') AS house_use, count(*) AS n
      FROM house AS l
      JOIN address_status AS s ON s.status = l.status AND s.live
     WHERE l.valid_to IS NULL OR l.valid_to > gridgeo.today()
     GROUP BY l.building_code, coalesce(l.house_use, '')
  ) AS h ON h.building_code = b.building_code
  JOIN building_use AS u ON u.building_use = coalesce(nullif(h.house_use, ''), o.building_use) AND u.lived_in
 WHERE b.edition_id = %(before)s
   AND b.unit_id IS NOT NULL
 GROUP BY b.unit_id, a.unit_id;
