-- Managed objects on their way from files: what COPY filled is compared and written by the room `objects`; the first load of all goes
-- straight into the tables (objects_store.py).

-- name: drop_asked
DROP TABLE IF EXISTS pg_temp.asked;

-- name: make_asked
-- Codes and places of which it is asked whether they are known.
CREATE TEMPORARY TABLE asked (n bigint, code text COLLATE "C") ON COMMIT DROP;

-- name: unknown_objects
SELECT n FROM asked AS a WHERE NOT EXISTS (SELECT FROM object AS o WHERE o.element_code = a.code) ORDER BY n;

-- name: known_categories
SELECT a.n, o.category_id FROM asked AS a JOIN object AS o ON o.element_code = a.code;

-- name: unknown_places
SELECT n
  FROM asked AS a
 WHERE CASE length(code)
       WHEN 19 THEN NOT EXISTS (SELECT FROM building AS b WHERE b.zone = left(a.code, 12) AND b.building_code = a.code)
       ELSE NOT EXISTS (SELECT FROM house AS h WHERE h.zone = left(a.code, 12) AND h.house_code = a.code) END
 ORDER BY n;

-- name: known_points
SELECT a.n, ST_X(o.point), ST_Y(o.point) FROM asked AS a JOIN object AS o ON o.element_code = a.code;

-- name: may_begin
-- Whether no object is stored yet, and who asks may take indexes down.
SELECT NOT EXISTS (SELECT FROM object)
   AND (SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class WHERE oid = ANY(ARRAY['object', 'object_grid', 'object_history']::regclass[]));

-- name: lock_tables
-- Nobody may look at tables whose indexes are made anew; they were empty.
LOCK TABLE object, object_grid, object_history, object_count IN ACCESS EXCLUSIVE MODE;

-- name: dependents
-- Indexes that take rows in another order than ours; how to take them down and to put them up again.
SELECT 'ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(conname),
       'ALTER TABLE ' || conrelid::regclass || ' ADD CONSTRAINT ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid), conname
  FROM pg_constraint
 WHERE conrelid = ANY(ARRAY['object', 'object_grid']::regclass[]) AND contype = 'u'
 UNION ALL
SELECT 'DROP INDEX ' || i.indexrelid::regclass, pg_get_indexdef(i.indexrelid), i.indexrelid::regclass::text
  FROM pg_index AS i
 WHERE i.indrelid = ANY(ARRAY['object', 'object_grid']::regclass[])
   AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u'))
 ORDER BY 3;

-- name: take_numbers
-- A row of numbers of our own, one for each new object: nobody else takes any meanwhile.
SELECT setval(pg_get_serial_sequence('object', 'object_id'), nextval(pg_get_serial_sequence('object', 'object_id')) + %(count)s - 1) - %(count)s + 1;

-- name: next_load
SELECT coalesce(max(load_id), 0) + 1 FROM object_rejected;

-- name: lock_rejected
LOCK TABLE object_rejected IN SHARE ROW EXCLUSIVE MODE;

-- name: reject
INSERT INTO object_rejected (load_id, row_no, file, fields, issues) VALUES %s

-- name: taken_back
-- Rows that were rejected once, and came back.
DELETE FROM object_rejected AS r
 USING unnest(%(loads)s::bigint[], %(files)s::text[], %(rows)s::bigint[]) AS back (load_id, file, row_no)
 WHERE (r.load_id, r.file, r.row_no) = (back.load_id, back.file, back.row_no);

-- name: rejected
SELECT load_id, file, row_no, fields, issues
  FROM object_rejected
 WHERE %(load)s::bigint IS NULL OR load_id = %(load)s
 ORDER BY load_id, file, row_no;

-- name: rejected_loads
SELECT load_id, min(recorded_at), array_agg(DISTINCT file ORDER BY file), count(*) FROM object_rejected GROUP BY load_id ORDER BY load_id;
