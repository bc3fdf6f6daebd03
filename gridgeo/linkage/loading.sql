-- name: lock_load
-- One load at a time: two would not see each other's links.
SELECT pg_advisory_xact_lock(hashtext('gridgeo.linkage.load'));

-- name: drop_given
-- Of a load before in the same transaction.
DROP TABLE IF EXISTS pg_temp.link_given, pg_temp.link_place, pg_temp.link_double, pg_temp.link_standing;

-- name: make_given
-- What a load brings: tokens and sealed codes, never a code in the clear.
CREATE TEMP TABLE link_given (
  file smallint NOT NULL, row_no bigint NOT NULL, token bytea NOT NULL, key_id smallint NOT NULL, sealed bytea NOT NULL, place text NOT NULL,
  role text NOT NULL, valid daterange NOT NULL, method text NOT NULL, source text NOT NULL, evidence text NOT NULL, confidence real NOT NULL
) ON COMMIT DROP;

-- name: copy_given
-- By the block.
COPY link_given FROM STDIN;

-- name: analyze_given
-- The planner must know how many there are.
ANALYZE link_given;

-- name: make_places
-- Each place once: what is known of it in the address base, and who follows it.
CREATE TEMP TABLE link_place ON COMMIT DROP AS
WITH asked AS MATERIALIZED (
  SELECT place, left(place, 12) AS zone, rtrim(place, '*') AS code FROM (SELECT DISTINCT place FROM link_given) AS given
)
SELECT p.place, p.zone, p.code,
       CASE length(p.code) WHEN 25 THEN h.house_code IS NOT NULL WHEN 19 THEN b.building_code IS NOT NULL
                           ELSE EXISTS (SELECT FROM gridgeo.grid_unit_version AS v WHERE v.code = p.code) END AS known,
       coalesce(NOT s.live OR h.valid_to <= gridgeo.today() OR b.valid_to <= gridgeo.today(), false) AS retired
  FROM asked AS p
  LEFT JOIN gridgeo.house AS h ON h.zone = p.zone AND h.house_code = p.code
  LEFT JOIN gridgeo.building AS b ON b.zone = p.zone AND b.building_code = p.code
  LEFT JOIN gridgeo.address_status AS s ON s.status = coalesce(h.status, b.status);

-- name: analyze_places
-- The planner must know how few are unknown.
ANALYZE link_place;

-- name: unknown_places
-- Rows whose place is not in the address base.
SELECT g.file, g.row_no, p.code
  FROM link_given AS g JOIN link_place AS p ON p.place = g.place
 WHERE NOT p.known
 ORDER BY g.file, g.row_no;

-- name: retired_places
-- Rows whose place is no longer there, and who follows it.
SELECT g.file, g.row_no, p.code,
       (SELECT string_agg(f.successor, ', ' ORDER BY f.successor) FROM gridgeo.address_successor AS f
         WHERE f.zone = p.zone AND f.code = p.code)
  FROM link_given AS g JOIN link_place AS p ON p.place = g.place
 WHERE p.retired AND (upper_inf(g.valid) OR upper(g.valid) > gridgeo.today())
 ORDER BY g.file, g.row_no;

-- name: make_doubles
-- Rows that say what a row before them says already, or something else of the same time.
CREATE TEMP TABLE link_double ON COMMIT DROP AS
SELECT file, row_no, same
  FROM (SELECT file, row_no, valid,
               (valid, method, evidence, confidence)
                 IS NOT DISTINCT FROM lag(ROW(valid, method, evidence, confidence)) OVER along AS same,
               max(coalesce(upper(valid), 'infinity')) OVER (along ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS until
          FROM link_given
        WINDOW along AS (PARTITION BY token, place, role, source ORDER BY valid, file, row_no)) AS rows
 WHERE until > coalesce(lower(valid), '-infinity');

-- name: doubles
-- Those rows.
SELECT file, row_no, same FROM link_double ORDER BY file, row_no;

-- name: drop_doubles
-- The first of those that say the same stays.
DELETE FROM link_given AS g USING link_double AS d WHERE d.same AND d.file = g.file AND d.row_no = g.row_no;

-- name: drop_unknown
-- Rows left out on purpose.
DELETE FROM link_given AS g USING link_place AS p WHERE p.place = g.place AND NOT p.known;

-- name: make_standing
-- What is believed already of the same code, place, role and source at the same time: a row may say the same, or otherwise.
-- A link that one row repeats stays (`stands`), whatever others say beside it.
CREATE TEMP TABLE link_standing ON COMMIT DROP AS
SELECT file, row_no, token, link_id, same, bool_or(same) OVER (PARTITION BY token, link_id) AS stands
  FROM (SELECT g.file, g.row_no, l.token, l.link_id,
               l.valid = g.valid AND l.method = g.method AND l.evidence = g.evidence AND l.confidence = g.confidence AS same
          FROM link_given AS g
          JOIN linkage.link AS l ON l.token = g.token AND l.place = g.place AND l.role = g.role AND l.source = g.source AND l.valid && g.valid
         WHERE upper_inf(l.recorded)) AS pairs;

-- name: analyze_standing
-- The planner must know whether there is anything.
ANALYZE link_standing;

-- name: count
-- Rows, those that are believed already, those that correct something, and codes not seen before.
SELECT (SELECT count(*) FROM link_given),
       (SELECT count(DISTINCT (file, row_no)) FROM link_standing WHERE same),
       (SELECT count(*) FROM (SELECT file, row_no FROM link_standing WHERE NOT stands
                              EXCEPT SELECT file, row_no FROM link_standing WHERE same) AS others),
       (SELECT count(DISTINCT g.token) FROM link_given AS g WHERE NOT EXISTS (SELECT FROM linkage.identity AS i WHERE i.token = g.token));

-- name: add_identities
-- Codes not seen before, sealed.
INSERT INTO linkage.identity (token, kind, key_id, sealed)
SELECT DISTINCT ON (token) token, %(kind)s, key_id, sealed FROM link_given ORDER BY token
ON CONFLICT (token) DO NOTHING;

-- name: supersede_standing
-- What the load says otherwise is believed no longer.
UPDATE linkage.link AS l SET recorded = tstzrange(lower(l.recorded), now())
  FROM link_standing AS s
 WHERE l.token = s.token AND l.link_id = s.link_id AND NOT s.stands;

-- name: add_links
-- What is not believed already, in the order of the places: the links of a house then lie on a page or two and not on one each,
-- of a door where hundreds of firms are registered on twenty. The index by codes is filled out of order for it (docs/decisions/0022).
INSERT INTO linkage.link (token, kind, zone, place, role, valid, method, source, evidence, confidence)
SELECT g.token, %(kind)s, left(g.place, 12), g.place, g.role, g.valid, g.method, g.source, g.evidence, g.confidence
  FROM link_given AS g
 WHERE NOT EXISTS (SELECT FROM link_standing AS s WHERE s.file = g.file AND s.row_no = g.row_no AND s.same)
 ORDER BY g.place COLLATE "C", g.token;

-- name: analyze_room
-- A room filled at once is planned for as it is now, not as it was.
ANALYZE linkage.link, linkage.identity;
