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

-- The units right above the lowest that lie in the area with all of these, as gridgeo.area_above.
CREATE OR REPLACE FUNCTION gridgeo.area_parents() RETURNS bigint[] LANGUAGE sql STABLE AS $$
  WITH area AS MATERIALIZED (SELECT gridgeo.area_ranges() AS ranges)
  SELECT coalesce(array_agg(whole.parent_id), '{}')
  FROM (
    SELECT v.parent_id FROM gridgeo.grid_unit_version AS v, area
    WHERE v.edition_id = (SELECT gridgeo.edition_now()) AND v.leaf AND v.parent_id IS NOT NULL
    GROUP BY v.parent_id HAVING bool_and(v.unit_id <@ area.ranges)
  ) AS whole
$$;

-- How many objects some of the lowest units hold together, by category and status: of those among them that lie in the caller's area.
-- It looks as its owner does, and asks once which units these are: the policy would ask for each of some hundred thousand counts. It
-- tells no more than the caller can see by itself.
CREATE OR REPLACE FUNCTION gridgeo.counted(of_edition bigint, of_units bigint[])
RETURNS TABLE (category_id integer, status text, n bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.category_id, c.status, sum(c.n)::bigint
  FROM gridgeo.object_count AS c
  WHERE c.edition_id = of_edition AND c.unit_id = ANY (ARRAY(
    SELECT u FROM unnest(of_units) AS u WHERE (SELECT gridgeo.area_is_whole()) OR u IN (SELECT unnest(gridgeo.area_units()))))
  GROUP BY c.category_id, c.status
$$;

REVOKE EXECUTE ON FUNCTION gridgeo.counted(bigint, bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gridgeo.counted(bigint, bigint[]) TO gridgeo_reader, gridgeo_city, gridgeo_writer, gridgeo_linkage, gridgeo_admin;
