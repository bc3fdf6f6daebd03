-- The day it is in China. The zone is written as its distance: not every server knows the names of zones.
CREATE OR REPLACE FUNCTION gridgeo.today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT (now() AT TIME ZONE INTERVAL '+08:00')::date
$$;

-- The first moment of a day in China.
CREATE OR REPLACE FUNCTION gridgeo.begins(day date) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT day::timestamp AT TIME ZONE INTERVAL '+08:00'
$$;

-- How live buildings and those that were are written, a row for each address they have or had; row-level security is the caller's.
-- One join less: planning it would take longer than running it.
DROP VIEW IF EXISTS gridgeo.written_building;
CREATE VIEW gridgeo.written_building WITH (security_invoker = true) AS
SELECT a.zone, a.building_code, a.main, a.road, a.plate, a.compound, a.block, a.road_key, a.plate_key, a.compound_key, a.block_key,
       coalesce(a.valid_to <= gridgeo.today(), false) AS past,
       b.status = ANY (ARRAY(SELECT s.status FROM gridgeo.address_status AS s WHERE s.live))
         AND coalesce(b.valid_to > gridgeo.today(), true) AS live,
       b.floors, ST_X(b.point) AS lon, ST_Y(b.point) AS lat
  FROM gridgeo.building_address AS a
  JOIN gridgeo.building AS b ON b.zone = a.zone AND b.building_code = a.building_code;
