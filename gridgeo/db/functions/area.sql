-- Which part of the city the current transaction may see: the setting gridgeo.area, made for one transaction at a time.
-- 'all', or '{1,2,3,7}' with the ids of the lowest grid units, and after a blank the same as ranges, '{[1,4),[7,8)}', which
-- a long list is looked up in faster; unset, or '' (what RESET leaves), is nothing.
CREATE OR REPLACE FUNCTION gridgeo.area_is_whole() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(current_setting('gridgeo.area', true) = 'all', false)
$$;

CREATE OR REPLACE FUNCTION gridgeo.area_units() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN s.area LIKE '{%' THEN split_part(s.area, ' ', 1)::bigint[] ELSE '{}' END
  FROM (SELECT current_setting('gridgeo.area', true) AS area) AS s
$$;

CREATE OR REPLACE FUNCTION gridgeo.area_ranges() RETURNS int8multirange LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN s.area LIKE '{%} {%' THEN split_part(s.area, ' ', 2)::int8multirange
    ELSE (SELECT coalesce(range_agg(int8range(u, u, '[]')), '{}') FROM unnest(gridgeo.area_units()) AS u)
  END
  FROM (SELECT current_setting('gridgeo.area', true) AS area) AS s
$$;

-- Whether the department the caller acts for (the setting gridgeo.department) has or had something to do about an event. It looks as its
-- owner does: what it tells is told to departments by the tasks themselves.
CREATE OR REPLACE FUNCTION gridgeo.is_of_department(of_event bigint) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  department constant text := coalesce(current_setting('gridgeo.department', true), '');
BEGIN
  RETURN department <> '' AND EXISTS (
    SELECT FROM gridgeo.event_task AS t WHERE t.department_code = department AND t.event_id = of_event);
END $$;

REVOKE EXECUTE ON FUNCTION gridgeo.is_of_department(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gridgeo.is_of_department(bigint) TO gridgeo_reader, gridgeo_city, gridgeo_writer, gridgeo_linkage, gridgeo_admin;

-- The edition of governance valid now; null where there is none. PL/pgSQL keeps its plan, where SQL would make one for every statement
-- that asks, which takes longer than to find ten features.
CREATE OR REPLACE FUNCTION gridgeo.edition_now() RETURNS bigint LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN (SELECT e.edition_id FROM gridgeo.edition AS e WHERE e.scheme = 'governance' AND e.valid @> now());
END $$;

-- The keys of units of governance that lie in the area with all the lowest units they consist of. Once a statement, for a few
-- thousand units: what is kept by key is compared with the set.
CREATE OR REPLACE FUNCTION gridgeo.area_keys() RETURNS SETOF text LANGUAGE sql STABLE AS $$
  WITH RECURSIVE above AS (
    SELECT v.unit_id, v.parent_id, v.unit_id <@ gridgeo.area_ranges() AS inside
    FROM gridgeo.grid_unit_version AS v WHERE v.edition_id = gridgeo.edition_now() AND v.leaf
    UNION ALL
    SELECT p.unit_id, p.parent_id, a.inside
    FROM above AS a
    JOIN gridgeo.grid_unit_version AS p ON p.edition_id = gridgeo.edition_now() AND p.unit_id = a.parent_id
  )
  SELECT coalesce(v.code, v.level || ':' || v.name_zh)
  FROM (SELECT a.unit_id FROM above AS a GROUP BY a.unit_id HAVING bool_and(a.inside)) AS whole
  JOIN gridgeo.grid_unit_version AS v ON v.edition_id = gridgeo.edition_now() AND v.unit_id = whole.unit_id
$$;

-- Whether a place of links lies in some units (as ranges) of an edition. It looks as its owner does: as
-- expressions in the policies this, and the policies of all tables in it, would be planned with every question, which takes
-- twenty times as long as to answer it; and asking those policies again for every link as long. It tells no more than
-- gridgeo_linkage, which alone may call it, can see by itself.
CREATE OR REPLACE FUNCTION linkage.place_is_seen(of_zone text, of_place text, edition bigint, area int8multirange) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  IF right(of_place, 11) = '***********' THEN
    RETURN EXISTS (
      SELECT FROM gridgeo.grid_unit_version AS v
      WHERE v.edition_id = edition AND v.code = left(of_place, 14) AND v.unit_id <@ area
    );
  ELSIF right(of_place, 6) = '******' THEN
    RETURN EXISTS (
      SELECT FROM gridgeo.building_grid AS g
      WHERE g.zone = of_zone AND g.building_code = left(of_place, 19) AND g.edition_id = edition AND g.unit_id <@ area
    );
  END IF;
  RETURN EXISTS (
    SELECT FROM gridgeo.house AS h
    JOIN gridgeo.building_grid AS g ON g.zone = left(h.building_code, 12) AND g.building_code = h.building_code
    WHERE h.zone = of_zone AND h.house_code = of_place AND g.edition_id = edition AND g.unit_id <@ area
  );
END $$;

REVOKE EXECUTE ON FUNCTION linkage.place_is_seen(text, text, bigint, int8multirange) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION linkage.place_is_seen(text, text, bigint, int8multirange) TO gridgeo_linkage;

-- Whether a link of a code is seen: as whoever asks.
CREATE OR REPLACE FUNCTION linkage.token_is_seen(of_token bytea) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT FROM linkage.link AS l WHERE l.token = of_token);
END $$;
