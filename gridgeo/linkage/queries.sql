-- name: roles
-- What codes may be to places.
SELECT role, name_zh, name_en, kind FROM linkage.role ORDER BY kind, role;

-- name: methods
-- How links come to be known, the surest first.
SELECT method, name_zh, name_en, confidence FROM linkage.method ORDER BY confidence DESC, method;

-- name: purposes
-- What look-ups may be for.
SELECT purpose, name_zh, name_en, unmask FROM linkage.purpose ORDER BY purpose;

-- name: places
-- The places each code is linked to: the first of a look-up's two statements.
SELECT asked.token, found.place
  FROM unnest(%(tokens)s::bytea[]) AS asked (token)
 CROSS JOIN LATERAL (
   SELECT DISTINCT l.place COLLATE "C"
     FROM linkage.link AS l
    WHERE l.token = asked.token
      AND l.recorded @> coalesce(%(recorded)s::timestamptz, now())
      AND (%(as_of)s::date IS NULL OR l.valid @> %(as_of)s::date)
    ORDER BY l.place COLLATE "C" LIMIT %(most)s) AS found (place)
 ORDER BY asked.token, found.place COLLATE "C";

-- name: links
-- What is linked at each place, so many links each, after the one where the list goes on: the second. Zones are given and not made
-- of the places here: under row-level security only a comparison of nothing but columns and values may use the index. Kinds and
-- roles are words of ours, which need no language to be sorted: at a door where hundreds of firms are registered that is half the time.
SELECT asked.number, l.token, l.link_id, l.kind, l.place, l.role, lower(l.valid), upper(l.valid), lower(l.recorded), upper(l.recorded),
       l.method, l.source, l.evidence, l.confidence, i.key_id, i.sealed
  FROM unnest(%(zones)s::text[], %(places)s::text[], %(kinds)s::text[], %(roles)s::text[], %(after)s::bigint[])
       WITH ORDINALITY AS asked (zone, place, kind, role, after, number)
 CROSS JOIN LATERAL (
   SELECT l.*
     FROM linkage.link AS l
    WHERE l.zone = asked.zone AND l.place = asked.place
      AND l.recorded @> coalesce(%(recorded)s::timestamptz, now())
      AND (%(as_of)s::date IS NULL OR l.valid @> %(as_of)s::date)
      AND (l.kind COLLATE "C", l.role COLLATE "C", l.link_id) > (asked.kind, asked.role, asked.after)
    ORDER BY l.kind COLLATE "C", l.role COLLATE "C", l.link_id LIMIT %(most)s) AS l
  JOIN linkage.identity AS i ON i.token = l.token
 ORDER BY asked.number, l.kind COLLATE "C", l.role COLLATE "C", l.link_id;

-- name: totals
-- How many links there are of each kind at places that have more than are listed.
SELECT l.place COLLATE "C", l.kind COLLATE "C", count(*)
  FROM unnest(%(zones)s::text[], %(places)s::text[]) AS asked (zone, place)
  JOIN linkage.link AS l ON l.zone = asked.zone AND l.place = asked.place
 WHERE l.recorded @> coalesce(%(recorded)s::timestamptz, now())
   AND (%(as_of)s::date IS NULL OR l.valid @> %(as_of)s::date)
 GROUP BY 1, 2;

-- name: marks
-- Where lists of links go on: the kind and role of the last link of a page.
SELECT l.place, l.link_id, l.kind, l.role
  FROM unnest(%(zones)s::text[], %(places)s::text[], %(after)s::bigint[]) AS asked (zone, place, after)
  JOIN linkage.link AS l ON l.zone = asked.zone AND l.place = asked.place AND l.link_id = asked.after;

-- name: moment
-- The moment this transaction looks at.
SELECT now();

-- name: history
-- Every link of a code there is or was, as it was believed at some time.
SELECT l.token, l.link_id, l.kind, l.place, l.role, lower(l.valid), upper(l.valid), lower(l.recorded), upper(l.recorded),
       l.method, l.source, l.evidence, l.confidence, i.key_id, i.sealed
  FROM linkage.link AS l
  JOIN linkage.identity AS i ON i.token = l.token
 WHERE l.token = %(token)s AND NOT isempty(l.recorded)
 ORDER BY lower(l.recorded), l.link_id;

-- name: identities
-- What is known of each token: the code, sealed.
SELECT i.kind, i.token, i.key_id, i.sealed FROM linkage.identity AS i WHERE i.token = ANY (%(tokens)s::bytea[]);

-- name: counted
-- Links believed now.
SELECT kind, role, count(*) FROM linkage.link WHERE upper_inf(recorded) GROUP BY kind, role ORDER BY kind, role;

-- name: codes
-- About how many codes there are: counting them takes seconds.
SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'linkage.identity'::regclass;

-- name: linked
-- Whether anything is or was linked.
SELECT EXISTS (SELECT FROM linkage.link);

-- name: supersede
-- From now on this is no longer believed.
UPDATE linkage.link SET recorded = tstzrange(lower(recorded), now())
 WHERE token = %(token)s AND link_id = %(link_id)s AND upper_inf(recorded)
RETURNING link_id;

-- name: add_link
-- A link, believed from now on.
INSERT INTO linkage.link (token, kind, zone, place, role, valid, method, source, evidence, confidence)
VALUES (%(token)s, %(kind)s, left(%(place)s, 12), %(place)s, %(role)s, daterange(%(valid_from)s, %(valid_to)s),
        %(method)s, %(source)s, %(evidence)s, %(confidence)s)
RETURNING link_id, lower(recorded);
