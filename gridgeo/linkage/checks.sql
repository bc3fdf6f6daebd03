-- name: houses
-- Houses by their codes; the use is the house's own, null where it has its building's.
SELECT h.house_code, h.building_code, h.status, coalesce(h.valid_to <= %(as_of)s, false), h.valid_to, h.house_use, h.floor
  FROM house AS h
 WHERE h.zone = ANY (%(zones)s::text[])
   AND h.house_code = ANY (%(codes)s::text[]);

-- name: buildings
SELECT b.building_code, b.status, coalesce(b.valid_to <= %(as_of)s, false), b.valid_to, b.building_use, b.floors
  FROM building AS b
 WHERE b.zone = ANY (%(zones)s::text[])
   AND b.building_code = ANY (%(codes)s::text[]);

-- name: followers
-- Who follows some codes directly.
SELECT s.code, s.successor
  FROM address_successor AS s
 WHERE s.zone = ANY (%(zones)s::text[])
   AND s.code = ANY (%(codes)s::text[])
 ORDER BY s.code, s.successor;

-- name: links_of
-- Where codes are or ever were linked, as far as we know now.
SELECT l.token, l.place, l.role, l.valid @> %(as_of)s::date
  FROM linkage.link AS l
 WHERE l.token = ANY (%(tokens)s::bytea[])
   AND upper_inf(l.recorded);

-- name: companies_at
-- Companies registered at houses now, but for those asked about.
SELECT l.place, count(DISTINCT l.token)
  FROM linkage.link AS l
 WHERE l.zone = ANY (%(zones)s::text[])
   AND l.place = ANY (%(places)s::text[])
   AND l.kind = 'credit'
   AND l.role = 'registered'
   AND l.valid @> %(as_of)s::date
   AND upper_inf(l.recorded)
   AND NOT l.token = ANY (%(tokens)s::bytea[])
 GROUP BY l.place;

-- name: clusters
-- Cluster addresses among houses and buildings.
SELECT c.place, c.name
  FROM linkage.cluster_address AS c
 WHERE c.zone = ANY (%(zones)s::text[])
   AND c.place = ANY (%(places)s::text[])
   AND c.valid @> %(as_of)s::date;

-- name: put_cluster
INSERT INTO linkage.cluster_address (zone, place, name, valid, source)
VALUES (left(%(place)s, 12), %(place)s, %(name)s, daterange(%(valid_from)s, %(valid_to)s), %(source)s)
ON CONFLICT (zone, place) DO UPDATE SET name = excluded.name, valid = excluded.valid, source = excluded.source;
