-- name: lock
-- One stages or activates a tree at a time.
SELECT pg_advisory_xact_lock(hashtext('gridgeo.category_tree'));

-- name: trees
-- All trees, oldest first.
SELECT tree_id, name, source, digest, lower(valid), upper(valid), created_at FROM category_tree ORDER BY tree_id;

-- name: tree_at
-- The tree that is valid at a moment; now when null.
SELECT tree_id
  FROM category_tree
 WHERE valid @> coalesce(%(moment)s::timestamptz, now());

-- name: categories
-- The categories of a tree, in its order.
SELECT c.category_id, c.major, c.minor, c.name, c.path, v.position, v.major_en, v.minor_en, v.name_en, v.geometry_kind,
       v.department_code, v.accuracy, v.inspection_days, v.symbol, v.colour, v.attributes, false
  FROM category_version AS v
  JOIN category AS c USING (category_id)
 WHERE v.tree_id = %(tree_id)s
 ORDER BY v.position;

-- name: known
-- Every category there ever was in a tree that was valid, as the last of them says it, and whether it is gone.
SELECT DISTINCT ON (c.category_id)
       c.category_id, c.major, c.minor, c.name, c.path, v.position, v.major_en, v.minor_en, v.name_en, v.geometry_kind,
       v.department_code, v.accuracy, v.inspection_days, v.symbol, v.colour, v.attributes, NOT t.valid @> now()
  FROM category AS c
  JOIN category_version AS v USING (category_id)
  JOIN category_tree AS t USING (tree_id)
 WHERE NOT isempty(t.valid)
   AND lower(t.valid) <= now()
 ORDER BY c.category_id, lower(t.valid) DESC;

-- name: departments
SELECT department_code, name_zh, name_en FROM department ORDER BY department_code;

-- name: put_department
-- What a department is called today.
INSERT INTO department (department_code, name_zh, name_en)
VALUES %s
ON CONFLICT (department_code) DO UPDATE SET name_zh = excluded.name_zh, name_en = excluded.name_en
WHERE (department.name_zh, department.name_en) <> (excluded.name_zh, excluded.name_en);

-- name: put_category
INSERT INTO category (major, minor, name)
VALUES %s
ON CONFLICT (path) DO NOTHING;

-- name: add_tree
INSERT INTO category_tree (name, source, digest) VALUES (%(name)s, %(source)s, %(digest)s) RETURNING tree_id;

-- name: ids
SELECT path, category_id FROM category WHERE path = ANY(%(paths)s);

-- name: add_version
INSERT INTO category_version (tree_id, category_id, position, major_en, minor_en, name_en, geometry_kind, department_code, accuracy,
                              inspection_days, symbol, colour, attributes)
VALUES %s;

-- name: end_valid
-- The tree that has no end yet ends at a moment.
UPDATE category_tree SET valid = tstzrange(lower(valid), %(when)s) WHERE NOT isempty(valid) AND upper_inf(valid);

-- name: set_valid
UPDATE category_tree SET valid = tstzrange(%(when)s, NULL), activated_at = now() WHERE tree_id = %(tree_id)s;

-- name: now
SELECT now();

-- name: tell
-- Tells every process that holds the categories in memory.
SELECT pg_notify('gridgeo_objects', 'categories');
