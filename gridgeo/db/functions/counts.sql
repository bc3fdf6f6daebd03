-- The unit each of the lowest lies in by which objects are added up: two levels above, or what is right above where that is the top.
-- Row-level security is the caller's.
DROP VIEW IF EXISTS gridgeo.unit_above;
CREATE VIEW gridgeo.unit_above WITH (security_invoker = true) AS
SELECT v.edition_id, v.unit_id, coalesce(p.parent_id, v.parent_id) AS above_id
  FROM gridgeo.grid_unit_version AS v
  LEFT JOIN gridgeo.grid_unit_version AS p ON p.edition_id = v.edition_id AND p.unit_id = v.parent_id
 WHERE v.leaf;

-- The units by which objects are added up that lie in the area with all of the lowest today: their sums tell a caller of a part
-- nothing that the counts it sees do not. Once a statement.
CREATE OR REPLACE FUNCTION gridgeo.area_above() RETURNS bigint[] LANGUAGE sql STABLE AS $$
  WITH area AS MATERIALIZED (SELECT gridgeo.area_ranges() AS ranges)
  SELECT coalesce(array_agg(whole.above_id), '{}')
  FROM (
    SELECT a.above_id FROM gridgeo.unit_above AS a, area
    WHERE a.edition_id = (SELECT gridgeo.edition_now()) AND a.above_id IS NOT NULL
    GROUP BY a.above_id HAVING bool_and(a.unit_id <@ area.ranges)
  ) AS whole
$$;
