-- What the version of a collection is made of.

-- name: changed
-- The number of the last transaction that changed one of some entities; 0 where none did as far back as changes are kept.
SELECT coalesce(
         (SELECT t.number
            FROM change_transaction AS t
           WHERE t.number IS NOT NULL
             AND EXISTS (SELECT FROM change AS c WHERE c.transaction_id = t.transaction_id AND c.entity = ANY (%(entities)s))
           ORDER BY t.number DESC
           LIMIT 1),
         0);

-- name: edition
-- The edition valid now; NULL where there is none.
SELECT gridgeo.edition_now();

-- name: turned_buildings
-- The last day, up to today, on which a building or the address of one began or ended: what was written down long before comes true then.
SELECT max(turned.day)
  FROM (
    SELECT max(greatest(CASE WHEN b.valid_from <= %(today)s THEN b.valid_from END, CASE WHEN b.valid_to <= %(today)s THEN b.valid_to END))
      FROM building AS b
    UNION ALL
    SELECT max(greatest(CASE WHEN a.valid_from <= %(today)s THEN a.valid_from END, CASE WHEN a.valid_to <= %(today)s THEN a.valid_to END))
      FROM building_address AS a
  ) AS turned (day);

-- name: turned_houses
-- The same of houses.
SELECT max(greatest(CASE WHEN h.valid_from <= %(today)s THEN h.valid_from END, CASE WHEN h.valid_to <= %(today)s THEN h.valid_to END))
  FROM house AS h;

-- name: turned_addresses
-- The same of names.
SELECT max(greatest(CASE WHEN n.valid_from <= %(today)s THEN n.valid_from END, CASE WHEN n.valid_to <= %(today)s THEN n.valid_to END))
  FROM address_name AS n;

-- name: turned_objects
-- The same of objects, which are told as they are.
SELECT max(o.since) FROM object AS o WHERE o.since <= %(today)s;

-- name: turned_events
-- Of events whose limits are still to come the day itself: every day some of them come to their end.
SELECT CASE WHEN EXISTS (SELECT FROM event AS e WHERE e.stage NOT IN ('rejected', 'closed', 'merged')) THEN %(today)s::date END;
