-- Web Mercator in whole numbers: the world is 2^31 wide, 19 mm at the equator; x to the east from 180 W, y to the south from 85 N.
-- Sums of them are exact, and a cell of zoom z is their first z bits.
CREATE OR REPLACE FUNCTION gridgeo.mercator_x(lon double precision) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT floor((lon + 180) / 360 * 2147483648)::integer
$$;

CREATE OR REPLACE FUNCTION gridgeo.mercator_y(lat double precision) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT floor((0.5 - ln(tan(pi() / 4 + radians(lat) / 2)) / (2 * pi())) * 2147483648)::integer
$$;

-- Where a cell lies, EPSG:4490, a little wider: what lies on its border is decided by the whole numbers.
CREATE OR REPLACE FUNCTION gridgeo.cell_box(zoom integer, x integer, y integer) RETURNS geometry LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ST_MakeEnvelope(
    x / 2.0 ^ zoom * 360 - 180 - 1e-8, degrees(atan(sinh(pi() * (1 - 2 * (y + 1) / 2.0 ^ zoom)))) - 1e-8,
    (x + 1) / 2.0 ^ zoom * 360 - 180 + 1e-8, degrees(atan(sinh(pi() * (1 - 2 * y / 2.0 ^ zoom)))) + 1e-8, 4490)
$$;

-- Which number, 1 to 9, tiles give the major class of a category: the place of the class in the tree valid now; of classes
-- that are not in it the following ones. There are six by the standard; from the ninth on all are the ninth.
CREATE OR REPLACE VIEW gridgeo.category_major WITH (security_invoker) AS
SELECT f.category_id, f.major, least(dense_rank() OVER (ORDER BY f.place NULLS LAST, f.major COLLATE "C"), 9)::integer AS m
  FROM (
    SELECT c.category_id, c.major, min(v.position) OVER (PARTITION BY c.major) AS place
      FROM gridgeo.category AS c
      LEFT JOIN gridgeo.category_version AS v
        ON v.category_id = c.category_id
       AND v.tree_id = (SELECT t.tree_id FROM gridgeo.category_tree AS t WHERE t.valid @> now())
  ) AS f;
GRANT SELECT ON gridgeo.category_major TO gridgeo_reader, gridgeo_city, gridgeo_writer, gridgeo_linkage, gridgeo_admin;

-- Live buildings in a box (EPSG:4490) of those among some units that lie in the caller's area. It looks as its owner does: row-level
-- security would let && use no index, and ask for each building by itself. Behind OR those of the units are looked up once, as a hashed set,
-- which takes half as long as to ask of each building. It tells no more than the caller can see otherwise.
CREATE OR REPLACE FUNCTION gridgeo.buildings_in(box geometry, of_units bigint[])
RETURNS TABLE (code text, use text, status text, floors smallint, shape geometry)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, gridgeo, public, pg_temp AS $$
  SELECT b.building_code, b.building_use, b.status, b.floors, coalesce(b.footprint, b.point)
  FROM gridgeo.building AS b
  WHERE (b.footprint && box OR b.point && box) AND coalesce(b.footprint, b.point) && box
    AND b.status = ANY (ARRAY(SELECT s.status FROM gridgeo.address_status AS s WHERE s.live))
    AND coalesce(b.valid_to > current_date, true)
    AND ((SELECT gridgeo.area_is_whole()) OR (b.zone, b.building_code) IN (
      SELECT g.zone, g.building_code
      FROM gridgeo.building_grid AS g
      WHERE g.edition_id = (SELECT gridgeo.edition_now())
        AND g.unit_id = ANY (ARRAY(SELECT u FROM unnest(of_units) AS u WHERE u IN (SELECT unnest(gridgeo.area_units()))))))
$$;

REVOKE EXECUTE ON FUNCTION gridgeo.buildings_in(geometry, bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gridgeo.buildings_in(geometry, bigint[]) TO gridgeo_reader, gridgeo_city, gridgeo_writer, gridgeo_linkage, gridgeo_admin;

-- What is derived of all objects is for callers of the whole city: of a part it is made of what they may see.
ALTER TABLE gridgeo.object_cell ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS whole ON gridgeo.object_cell;
CREATE POLICY whole ON gridgeo.object_cell TO gridgeo_city, gridgeo_admin USING (true);
ALTER TABLE gridgeo.tile_kept ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS whole ON gridgeo.tile_kept;
CREATE POLICY whole ON gridgeo.tile_kept TO gridgeo_city, gridgeo_admin USING (true);

-- Whoever makes tiles writes what is derived and nothing else; writers of objects say what changed, and read it not.
GRANT USAGE ON SCHEMA gridgeo TO gridgeo_tiles;
GRANT INSERT, UPDATE, DELETE ON gridgeo.tile_level, gridgeo.tile_grid, gridgeo.object_cell, gridgeo.object_changed, gridgeo.tile_change,
  gridgeo.tile_state, gridgeo.tile_kept TO gridgeo_tiles;
REVOKE INSERT, UPDATE, DELETE ON gridgeo.tile_level, gridgeo.tile_grid, gridgeo.object_cell, gridgeo.tile_change, gridgeo.tile_state,
  gridgeo.tile_kept FROM gridgeo_writer;
REVOKE SELECT, UPDATE, DELETE ON gridgeo.object_changed FROM gridgeo_writer;
REVOKE SELECT ON gridgeo.object_changed, gridgeo.tile_change FROM gridgeo_reader, gridgeo_linkage;
