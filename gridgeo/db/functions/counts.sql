-- The unit each of the lowest lies in by which objects are added up: two levels above, or what is right above where that is the top.
-- Row-level security is the caller's.
DROP VIEW IF EXISTS gridgeo.unit_above;
CREATE VIEW gridgeo.unit_above WITH (security_invoker = true) AS
SELECT v.edition_id, v.unit_id, coalesce(p.parent_id, v.parent_id) AS above_id
  FROM gridgeo.grid_unit_version AS v
  LEFT JOIN gridgeo.grid_unit_version AS p ON p.edition_id = v.edition_id AND p.unit_id = v.parent_id
 WHERE v.leaf;
