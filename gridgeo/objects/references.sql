-- References of very many rows, looked at all at once.

-- name: hold
-- Nobody deletes an edition that is referred to until the transaction ends.
SELECT FROM edition WHERE edition_id = ANY(%(editions)s::bigint[]) FOR KEY SHARE;

-- name: later
-- Who may do so: the administrator of the server.
SELECT set_config('session_replication_role', 'replica', true) WHERE current_setting('is_superuser') = 'on';

-- name: again
SELECT set_config('session_replication_role', 'origin', true);

-- name: loose_objects
-- Objects of what is no category or status.
SELECT count(*)
  FROM object AS o
 WHERE NOT EXISTS (SELECT FROM category AS c WHERE c.category_id = o.category_id)
    OR NOT EXISTS (SELECT FROM object_status AS s WHERE s.status = o.status);

-- name: loose_places
-- What is said of no object, and units that an edition does not have.
SELECT (SELECT count(*) FROM object_grid AS g
         WHERE g.edition_id = ANY(%(editions)s::bigint[])
           AND NOT EXISTS (SELECT FROM object AS o WHERE o.object_id = g.object_id))
     + (SELECT count(*) FROM (SELECT DISTINCT edition_id, unit_id FROM object_grid WHERE edition_id = ANY(%(editions)s::bigint[])) AS g
         WHERE g.unit_id IS NOT NULL
           AND NOT EXISTS (SELECT FROM grid_unit_version AS v WHERE v.edition_id = g.edition_id AND v.unit_id = g.unit_id));
