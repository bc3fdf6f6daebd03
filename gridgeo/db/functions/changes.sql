-- The change feed: what is published of each thing, and how a change of it is kept. The room gridgeo/changes says what the entities are.
-- Every writer is caught, for it is tables that tell: after each statement, when its rows are locked, in its transaction.

-- What identifies a thing among those of its entity, for ever.
CREATE OR REPLACE FUNCTION gridgeo.key_of(t gridgeo.edition) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT t.edition_id::text $$;
CREATE OR REPLACE FUNCTION gridgeo.key_of(t gridgeo.grid_unit_version) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT t.edition_id || '/' || t.unit_id
$$;
CREATE OR REPLACE FUNCTION gridgeo.key_of(t gridgeo.category) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT t.category_id::text $$;
CREATE OR REPLACE FUNCTION gridgeo.key_of(t gridgeo.object) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT t.object_id::text $$;
CREATE OR REPLACE FUNCTION gridgeo.key_of(t gridgeo.event) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT t.event_id::text $$;
CREATE OR REPLACE FUNCTION gridgeo.key_of(t gridgeo.building) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT t.building_code $$;
CREATE OR REPLACE FUNCTION gridgeo.key_of(t gridgeo.building_address) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT t.building_code || '/' || t.address_no
$$;
CREATE OR REPLACE FUNCTION gridgeo.key_of(t gridgeo.house) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT t.house_code $$;
CREATE OR REPLACE FUNCTION gridgeo.key_of(t gridgeo.address_name) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT t.code || '/' || t.kind || '/' || to_char(t.valid_from, 'YYYY-MM-DD') || '/' || t.name
$$;
CREATE OR REPLACE FUNCTION gridgeo.key_of(t gridgeo.address_successor) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT t.code || '/' || t.successor
$$;

-- A moment as it is published.
CREATE OR REPLACE FUNCTION gridgeo.written(moment timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

-- What is published of a thing. Degrees are EPSG:4490; shapes are GeoJSON of nine decimals, a tenth of a millimetre.
CREATE OR REPLACE FUNCTION gridgeo.state_of(t gridgeo.edition) RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_build_object(
    'edition_id', t.edition_id, 'scheme', t.scheme, 'name', t.name, 'source', t.source, 'authority', t.authority,
    'valid_from', to_char(lower(t.valid) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'valid_to', to_char(upper(t.valid) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
$$;
CREATE OR REPLACE FUNCTION gridgeo.state_of(t gridgeo.grid_unit_version) RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_build_object(
    'edition_id', t.edition_id, 'unit_id', t.unit_id, 'scheme', t.scheme, 'level', t.level, 'code', t.code, 'name_zh', t.name_zh,
    'name_en', t.name_en, 'parent_id', t.parent_id, 'kind', t.kind, 'grid_type', t.grid_type, 'household_count', t.household_count,
    'lowest', t.leaf, 'area_m2', t.area_m2, 'geometry', ST_AsGeoJSON(t.geom, 9)::jsonb)
$$;
CREATE OR REPLACE FUNCTION gridgeo.state_of(t gridgeo.category) RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_build_object('category_id', t.category_id, 'major', t.major, 'minor', t.minor, 'name', t.name, 'path', t.path)
$$;
CREATE OR REPLACE FUNCTION gridgeo.state_of(t gridgeo.object) RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_build_object(
    'object_id', t.object_id, 'element_code', t.element_code, 'category_id', t.category_id, 'status', t.status, 'name', t.name,
    'lon', ST_X(t.point), 'lat', ST_Y(t.point), 'floor', t.floor, 'place', t.place, 'inspected_on', t.inspected_on,
    'attributes', t.attributes, 'since', t.since, 'source', t.source, 'geometry', ST_AsGeoJSON(t.shape, 9)::jsonb)
$$;
-- Of events no word that anybody wrote, nobody who reported, and no house.
-- Of an event whose class is not public, or that has none yet, it is told that there is one and how far it is: not what, where or whose.
CREATE OR REPLACE FUNCTION gridgeo.class_is_public(of_class integer) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT c.public FROM gridgeo.event_class AS c WHERE c.class_id = of_class
$$;
CREATE OR REPLACE FUNCTION gridgeo.state_of(t gridgeo.event) RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_build_object(
    'event_id', t.event_id, 'event_code', t.event_code, 'kind', t.kind, 'grade', t.grade, 'stage', t.stage, 'channel', t.channel,
    'merged_into', t.merged_into, 'happened_at', gridgeo.written(t.happened_at),
    'reported_at', gridgeo.written(t.reported_at), 'filed_at', gridgeo.written(t.filed_at),
    'dispatched_at', gridgeo.written(t.dispatched_at), 'responded_at', gridgeo.written(t.responded_at),
    'handled_at', gridgeo.written(t.handled_at), 'verified_at', gridgeo.written(t.verified_at),
    'closed_at', gridgeo.written(t.closed_at), 'due_at', gridgeo.written(t.due_at), 'stage_due_at', gridgeo.written(t.stage_due_at),
    'paused_at', gridgeo.written(t.paused_at), 'bounces', t.bounces, 'reopened', t.reopened, 'stars', t.stars, 'version', t.version)
  || CASE WHEN gridgeo.class_is_public(t.class_id) THEN jsonb_build_object(
    'class_id', t.class_id, 'located', t.located, 'building_code', left(t.place, 19), 'lon', ST_X(t.point), 'lat', ST_Y(t.point),
    'department_code', t.department_code)
  ELSE '{"class_id": null, "located": null, "building_code": null, "lon": null, "lat": null, "department_code": null}' END
$$;
CREATE OR REPLACE FUNCTION gridgeo.state_of(t gridgeo.building) RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_build_object(
    'building_code', t.building_code, 'building_use', t.building_use, 'status', t.status, 'floors', t.floors,
    'floors_below', t.floors_below, 'lon', ST_X(t.point), 'lat', ST_Y(t.point), 'valid_from', t.valid_from, 'valid_to', t.valid_to,
    'source', t.source, 'geometry', ST_AsGeoJSON(t.footprint, 9)::jsonb)
$$;
CREATE OR REPLACE FUNCTION gridgeo.state_of(t gridgeo.building_address) RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_build_object(
    'building_code', t.building_code, 'address_no', t.address_no, 'main', t.main, 'road', t.road, 'plate', t.plate,
    'compound', t.compound, 'block', t.block, 'valid_from', t.valid_from, 'valid_to', t.valid_to, 'source', t.source)
$$;
CREATE OR REPLACE FUNCTION gridgeo.state_of(t gridgeo.house) RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_build_object(
    'house_code', t.house_code, 'building_code', t.building_code, 'unit', t.unit, 'floor', t.floor, 'room', t.room,
    'house_use', t.house_use, 'status', t.status, 'area_m2', t.area_m2, 'valid_from', t.valid_from, 'valid_to', t.valid_to,
    'source', t.source)
$$;
CREATE OR REPLACE FUNCTION gridgeo.state_of(t gridgeo.address_name) RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_build_object(
    'code', t.code, 'kind', t.kind, 'name', t.name, 'valid_from', t.valid_from, 'valid_to', t.valid_to, 'source', t.source)
$$;
CREATE OR REPLACE FUNCTION gridgeo.state_of(t gridgeo.address_successor) RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_build_object('code', t.code, 'successor', t.successor, 'reason', t.reason, 'since', t.since)
$$;

-- The lowest unit a building lies in today, and a house in its building; null where it lies in none.
CREATE OR REPLACE FUNCTION gridgeo.unit_of_building(of_code text) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT g.unit_id FROM gridgeo.building_grid AS g
  WHERE g.zone = left(of_code, 12) AND g.building_code = of_code AND g.edition_id = gridgeo.edition_now()
$$;
CREATE OR REPLACE FUNCTION gridgeo.unit_of_code(of_code text) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT gridgeo.unit_of_building(CASE WHEN length(of_code) = 19 THEN of_code ELSE
    (SELECT h.building_code FROM gridgeo.house AS h WHERE h.zone = left(of_code, 12) AND h.house_code = of_code) END)
$$;

-- The row of the current transaction in change_transaction, made when it is first asked for. What a savepoint takes back is forgotten with it.
CREATE OR REPLACE FUNCTION gridgeo.this_transaction() RETURNS bigint LANGUAGE plpgsql VOLATILE SET search_path = gridgeo, pg_temp AS $$
DECLARE
  known text := current_setting('gridgeo.this_transaction', true);
BEGIN
  IF coalesce(known, '') = '' THEN
    INSERT INTO gridgeo.change_transaction DEFAULT VALUES RETURNING transaction_id::text INTO known;
    PERFORM set_config('gridgeo.this_transaction', known, true);
  END IF;
  RETURN known::bigint;
END $$;
REVOKE EXECUTE ON FUNCTION gridgeo.this_transaction() FROM PUBLIC;

-- Things are as they were, but may be seen by others: their building moved, or their house belongs to another building. They are told as
-- changes, so that whoever keeps a copy of a part of the city takes them in or lets them go. `buildings` is where each of `codes` was; where
-- buildings lay is still what building_grid says.
CREATE OR REPLACE FUNCTION gridgeo.keep_named_along(codes text[], buildings text[]) RETURNS void LANGUAGE sql VOLATILE
SET search_path = gridgeo, public, pg_temp AS $$
  INSERT INTO gridgeo.change (transaction_id, entity, operation, key, unit_id, was)
  SELECT gridgeo.this_transaction(), told.entity, 'update', told.key, gridgeo.unit_of_building(told.building), told.was
    FROM (
      SELECT 'name' AS entity, gridgeo.key_of(n) AS key, moved.building, gridgeo.state_of(n) AS was
        FROM unnest(codes, buildings) AS moved (code, building)
        JOIN gridgeo.address_name AS n ON n.zone = left(moved.code, 12) AND n.code = moved.code
       UNION ALL
      SELECT 'successor', gridgeo.key_of(s), moved.building, gridgeo.state_of(s)
        FROM unnest(codes, buildings) AS moved (code, building)
        JOIN gridgeo.address_successor AS s ON s.zone = left(moved.code, 12) AND s.code = moved.code
    ) AS told
   ORDER BY told.entity, told.key
$$;
REVOKE EXECUTE ON FUNCTION gridgeo.keep_named_along(text[], text[]) FROM PUBLIC;

CREATE OR REPLACE FUNCTION gridgeo.keep_moved_along(moved text[]) RETURNS void LANGUAGE plpgsql VOLATILE
SET search_path = gridgeo, public, pg_temp AS $$
BEGIN
  INSERT INTO gridgeo.change (transaction_id, entity, operation, key, unit_id, was)
  SELECT gridgeo.this_transaction(), 'address', 'update', gridgeo.key_of(a), gridgeo.unit_of_building(a.building_code), gridgeo.state_of(a)
    FROM gridgeo.building_address AS a
   WHERE a.zone = ANY (SELECT left(m, 12) FROM unnest(moved) AS m) AND a.building_code = ANY (moved)
   ORDER BY a.building_code, a.address_no;
  INSERT INTO gridgeo.change (transaction_id, entity, operation, key, unit_id, was)
  SELECT gridgeo.this_transaction(), 'house', 'update', gridgeo.key_of(h), gridgeo.unit_of_building(h.building_code), gridgeo.state_of(h)
    FROM gridgeo.house AS h
   WHERE h.building_code = ANY (moved)
   ORDER BY h.house_code;
  PERFORM gridgeo.keep_named_along(moved, moved);
  PERFORM gridgeo.keep_named_along(array_agg(h.house_code), array_agg(h.building_code)) FROM gridgeo.house AS h WHERE h.building_code = ANY (moved);
END $$;
REVOKE EXECUTE ON FUNCTION gridgeo.keep_moved_along(text[]) FROM PUBLIC;

-- After each statement on a table whose rows are published as they are: `before` and `after` are its rows. Runs as its owner: what lies where is
-- known of the whole city. A statement that writes a row again as it was is told as well: to see that it did would cost as much as to tell.
-- Its arguments: the entity, and SQL for the unit (edition $1) in which a row `t` lay before; a function would take thirty times as long.
CREATE OR REPLACE FUNCTION gridgeo.keep_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = gridgeo, public, pg_temp AS $$
DECLARE
  moved text[];
  left_behind text[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    EXECUTE format(
      'INSERT INTO gridgeo.change (transaction_id, entity, operation, keys)
       SELECT (SELECT gridgeo.this_transaction()), %L, ''insert'', array_agg(key)
         FROM (SELECT gridgeo.key_of(ROW(a.*)::%s) AS key, row_number() OVER () AS n FROM after AS a) AS one
        GROUP BY (n - 1) / 1000 ORDER BY (n - 1) / 1000', TG_ARGV[0], TG_RELID::regclass);
    RETURN NULL;
  END IF;
  EXECUTE format(
    'INSERT INTO gridgeo.change (transaction_id, entity, operation, key, unit_id, was)
     SELECT (SELECT gridgeo.this_transaction()), %1$L, %2$L, gridgeo.key_of(ROW(t.*)::%3$s), %4$s, gridgeo.state_of(ROW(t.*)::%3$s)
       FROM before AS t', TG_ARGV[0], lower(TG_OP), TG_RELID::regclass, TG_ARGV[1]) USING gridgeo.edition_now();
  IF TG_OP = 'DELETE' THEN
    RETURN NULL;
  END IF;
  IF TG_ARGV[0] = 'building' THEN
    SELECT array_agg(b.building_code) INTO moved
      FROM before AS b JOIN after AS a ON a.zone = b.zone AND a.building_code = b.building_code WHERE NOT a.point = b.point;
    IF moved IS NOT NULL THEN
      PERFORM gridgeo.keep_moved_along(moved);
    END IF;
  ELSIF TG_ARGV[0] = 'house' THEN
    SELECT array_agg(b.house_code), array_agg(b.building_code) INTO moved, left_behind
      FROM before AS b JOIN after AS a ON a.zone = b.zone AND a.house_code = b.house_code WHERE a.building_code <> b.building_code;
    IF moved IS NOT NULL THEN
      PERFORM gridgeo.keep_named_along(moved, left_behind);
    END IF;
  END IF;
  RETURN NULL;
END $$;

-- Editions and their units are published when they are made valid, from whichever moment on, and taken back when they are withdrawn.
CREATE OR REPLACE FUNCTION gridgeo.keep_edition() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = gridgeo, public, pg_temp AS $$
BEGIN
  INSERT INTO gridgeo.change (transaction_id, entity, operation, keys)
  SELECT gridgeo.this_transaction(), 'edition', 'insert', ARRAY[a.edition_id::text]
    FROM before AS b JOIN after AS a ON a.edition_id = b.edition_id
   WHERE isempty(b.valid) AND NOT isempty(a.valid)
   ORDER BY a.edition_id;
  INSERT INTO gridgeo.change (transaction_id, entity, operation, keys)
  SELECT gridgeo.this_transaction(), 'unit', 'insert', array_agg(key)
    FROM (
      SELECT gridgeo.key_of(v) AS key, row_number() OVER (ORDER BY v.edition_id, v.unit_id) AS n
        FROM before AS b
        JOIN after AS a ON a.edition_id = b.edition_id
        JOIN gridgeo.grid_unit_version AS v ON v.edition_id = a.edition_id
       WHERE isempty(b.valid) AND NOT isempty(a.valid)
    ) AS one
   GROUP BY (n - 1) / 1000 ORDER BY (n - 1) / 1000;
  INSERT INTO gridgeo.change (transaction_id, entity, operation, key, was)
  SELECT gridgeo.this_transaction(), 'edition', CASE WHEN isempty(a.valid) THEN 'delete' ELSE 'update' END, b.edition_id::text,
         gridgeo.state_of(ROW(b.*)::gridgeo.edition)
    FROM before AS b JOIN after AS a ON a.edition_id = b.edition_id
   WHERE NOT isempty(b.valid) AND gridgeo.state_of(ROW(b.*)::gridgeo.edition) <> gridgeo.state_of(ROW(a.*)::gridgeo.edition)
   ORDER BY b.edition_id;
  INSERT INTO gridgeo.change (transaction_id, entity, operation, key, was)
  SELECT gridgeo.this_transaction(), 'unit', 'delete', gridgeo.key_of(v), gridgeo.state_of(v)
    FROM before AS b
    JOIN after AS a ON a.edition_id = b.edition_id
    JOIN gridgeo.grid_unit_version AS v ON v.edition_id = a.edition_id
   WHERE NOT isempty(b.valid) AND isempty(a.valid)
   ORDER BY v.edition_id, v.unit_id;
  RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION gridgeo.keep_change(), gridgeo.keep_edition() FROM PUBLIC;

-- ALWAYS: a first load of objects has references looked at in the end, which would leave triggers out.
DO $$
DECLARE
  one record;
  of_building text := '(SELECT g.unit_id FROM gridgeo.building_grid AS g
                         WHERE g.zone = left(t.building_code, 12) AND g.building_code = t.building_code AND g.edition_id = $1)';
  of_event text := '(SELECT g.unit_id FROM gridgeo.event_grid AS g WHERE g.event_id = t.event_id AND g.edition_id = $1)';
  of_object text := '(SELECT g.unit_id FROM gridgeo.object_grid AS g WHERE g.object_id = t.object_id AND g.edition_id = $1)';
BEGIN
  FOR one IN SELECT * FROM (VALUES
    ('building', 'building', of_building), ('building_address', 'address', of_building), ('house', 'house', of_building),
    ('address_name', 'name', 'gridgeo.unit_of_code(t.code)'), ('address_successor', 'successor', 'gridgeo.unit_of_code(t.code)'),
    ('object', 'object', of_object), ('event', 'event', of_event), ('category', 'category', 'NULL::bigint')) AS of (relation, entity, unit)
  LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER change_inserted AFTER INSERT ON gridgeo.%I REFERENCING NEW TABLE AS after
                    FOR EACH STATEMENT EXECUTE FUNCTION gridgeo.keep_change(%L)', one.relation, one.entity);
    EXECUTE format('CREATE OR REPLACE TRIGGER change_updated AFTER UPDATE ON gridgeo.%I REFERENCING OLD TABLE AS before NEW TABLE AS after
                    FOR EACH STATEMENT EXECUTE FUNCTION gridgeo.keep_change(%L, %L)', one.relation, one.entity, one.unit);
    EXECUTE format('CREATE OR REPLACE TRIGGER change_deleted AFTER DELETE ON gridgeo.%I REFERENCING OLD TABLE AS before
                    FOR EACH STATEMENT EXECUTE FUNCTION gridgeo.keep_change(%L, %L)', one.relation, one.entity, one.unit);
    EXECUTE format('ALTER TABLE gridgeo.%I ENABLE ALWAYS TRIGGER change_inserted, ENABLE ALWAYS TRIGGER change_updated,
                    ENABLE ALWAYS TRIGGER change_deleted', one.relation);
  END LOOP;
END $$;
CREATE OR REPLACE TRIGGER change_updated AFTER UPDATE ON gridgeo.edition REFERENCING OLD TABLE AS before NEW TABLE AS after
FOR EACH STATEMENT EXECUTE FUNCTION gridgeo.keep_edition();
ALTER TABLE gridgeo.edition ENABLE ALWAYS TRIGGER change_updated;

-- What callers are told. The table of changes is read by these alone, as its owner: each says no more than the caller may see, by the area of
-- the transaction (area.sql). Editions, units and categories are for everybody.
CREATE OR REPLACE FUNCTION gridgeo.change_is_open(of_entity text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT gridgeo.area_is_whole() OR of_entity IN ('edition', 'unit', 'category')
$$;

-- The numbers there are: the first that is kept, the last, and from which on a caller of a part of the city may follow. His part is another with
-- each edition, and nothing is told of what thereby came or went: he begins anew. A transaction older than a day is not thought of.
CREATE OR REPLACE FUNCTION gridgeo.change_bounds(OUT first bigint, OUT latest bigint, OUT since bigint) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = gridgeo, pg_temp AS $$
  WITH begun AS MATERIALIZED (
    SELECT coalesce((SELECT greatest(lower(e.valid), e.activated_at) FROM gridgeo.edition AS e WHERE e.edition_id = gridgeo.edition_now()),
                    '-infinity') AS at
  )
  SELECT (SELECT t.number FROM gridgeo.change_transaction AS t WHERE t.number IS NOT NULL ORDER BY t.number LIMIT 1),
         coalesce((SELECT t.number FROM gridgeo.change_transaction AS t WHERE t.number IS NOT NULL ORDER BY t.number DESC LIMIT 1), 0),
         CASE WHEN gridgeo.area_is_whole() THEN 0 ELSE coalesce((
           SELECT t.number
             FROM gridgeo.change_transaction AS t
            WHERE t.made_at <= (SELECT at FROM begun)
              AND t.number <= (SELECT u.number FROM gridgeo.change_transaction AS u
                                WHERE u.stamped_at < (SELECT at FROM begun) + INTERVAL '1 day' ORDER BY u.stamped_at DESC, u.number DESC LIMIT 1)
            ORDER BY t.number DESC LIMIT 1), 0) END
$$;

-- Transactions from a number on, and how many changes of what each made; to callers of a part not how many.
CREATE OR REPLACE FUNCTION gridgeo.change_transactions(from_number bigint, to_number bigint, most integer)
RETURNS TABLE (number bigint, made_at timestamptz, stamped_at timestamptz, entities jsonb) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = gridgeo, pg_temp AS $$
  SELECT t.number, t.made_at, t.stamped_at,
         (SELECT jsonb_object_agg(entity, operations) FROM (
            SELECT entity, jsonb_object_agg(operation, n) AS operations FROM (
              SELECT c.entity, c.operation, sum(coalesce(cardinality(c.keys), 1)) AS n
                FROM (SELECT t.transaction_id) AS one JOIN gridgeo.change AS c USING (transaction_id) WHERE gridgeo.area_is_whole()
               GROUP BY c.entity, c.operation) AS counted
             GROUP BY entity) AS told)
    FROM gridgeo.change_transaction AS t
   WHERE t.number BETWEEN from_number AND to_number
   ORDER BY t.number LIMIT most
$$;

-- Changes of an entity after one of them, in order, about `most` at a time. `settled`: what it was then is `state`, for it changed again;
-- else it is what the table says, in the snapshot of the same statement. `had` and `state` are of what the caller may see.
CREATE OR REPLACE FUNCTION gridgeo.changes_of(of_entity text, after_number bigint, after_change bigint, to_number bigint, most integer)
RETURNS TABLE (number bigint, change_id bigint, place bigint, operation text, key text, had boolean, settled boolean, state jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = gridgeo, pg_temp AS $$
  WITH caller AS MATERIALIZED (
    SELECT gridgeo.change_is_open(of_entity) AS open, gridgeo.area_ranges() AS area
  ), asked AS MATERIALIZED (
    SELECT t.number, c.transaction_id, c.change_id, coalesce(cardinality(c.keys), 1) AS n
      FROM gridgeo.change_transaction AS t
      JOIN gridgeo.change AS c USING (transaction_id)
     WHERE t.number BETWEEN after_number AND to_number
       AND (t.number > after_number OR c.change_id > after_change)
       AND c.entity = of_entity
     ORDER BY t.number, c.change_id
     LIMIT most
  ), page AS MATERIALIZED (
    SELECT a.number, c.change_id, c.operation, coalesce(c.keys, ARRAY[c.key]) AS keys, c.unit_id
      FROM (SELECT asked.*, sum(n) OVER (ORDER BY asked.number, asked.change_id) - n AS before FROM asked) AS a
      JOIN gridgeo.change AS c USING (transaction_id, change_id)
     WHERE a.before < most
  )
  SELECT p.number, p.change_id, k.place, p.operation, k.key,
         p.operation <> 'insert' AND (caller.open OR coalesce(p.unit_id <@ caller.area, false)),
         p.operation = 'delete' OR next.change_id IS NOT NULL,
         CASE WHEN caller.open OR next.unit_id <@ caller.area THEN next.was END
    FROM page AS p
   CROSS JOIN caller
   CROSS JOIN LATERAL unnest(p.keys) WITH ORDINALITY AS k (key, place)
    LEFT JOIN LATERAL (
      SELECT c.change_id, c.unit_id, c.was
        FROM gridgeo.change AS c
       WHERE c.entity = of_entity AND c.key = k.key AND c.change_id > p.change_id AND p.operation <> 'delete'
       ORDER BY c.change_id LIMIT 1
    ) AS next ON true
   ORDER BY p.number, p.change_id, k.place
$$;

-- Everything of an entity that changed after a transaction, also what is not numbered yet, and what it was then: null where it was not there, or
-- where the caller did not see it.
CREATE OR REPLACE FUNCTION gridgeo.changed_since(of_entity text, after_number bigint) RETURNS TABLE (key text, state jsonb)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = gridgeo, pg_temp AS $$
  WITH caller AS MATERIALIZED (
    SELECT gridgeo.change_is_open(of_entity) AS open, gridgeo.area_ranges() AS area
  ), later AS (
    SELECT c.change_id, c.operation, coalesce(c.keys, ARRAY[c.key]) AS keys, c.unit_id, c.was
      FROM gridgeo.change_transaction AS t
      JOIN gridgeo.change AS c USING (transaction_id)
     WHERE (t.number > after_number OR t.number IS NULL)
       AND c.entity = of_entity
  )
  SELECT DISTINCT ON (k.key COLLATE "C") k.key, CASE WHEN caller.open OR l.unit_id <@ caller.area THEN l.was END
    FROM later AS l
   CROSS JOIN caller
   CROSS JOIN LATERAL unnest(l.keys) AS k (key)
   ORDER BY k.key COLLATE "C", l.change_id
$$;

REVOKE EXECUTE ON FUNCTION gridgeo.change_bounds(), gridgeo.change_transactions(bigint, bigint, integer),
  gridgeo.changes_of(text, bigint, bigint, bigint, integer), gridgeo.changed_since(text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gridgeo.change_bounds(), gridgeo.change_transactions(bigint, bigint, integer),
  gridgeo.changes_of(text, bigint, bigint, bigint, integer), gridgeo.changed_since(text, bigint)
  TO gridgeo_reader, gridgeo_city, gridgeo_writer, gridgeo_admin;

-- How far numbering lags: the last number, how many transactions wait for theirs, and for how many seconds the first has.
CREATE OR REPLACE FUNCTION gridgeo.change_lag(OUT latest bigint, OUT waiting bigint, OUT waiting_s double precision) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = gridgeo, pg_temp AS $$
  SELECT coalesce((SELECT max(t.number) FROM gridgeo.change_transaction AS t), 0), count(*),
         coalesce(extract(epoch FROM clock_timestamp() - min(w.made_at)), 0)
    FROM gridgeo.change_transaction AS w WHERE w.number IS NULL
$$;
REVOKE EXECUTE ON FUNCTION gridgeo.change_lag() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gridgeo.change_lag() TO gridgeo_reader, gridgeo_writer, gridgeo_admin;
