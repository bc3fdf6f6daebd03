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

-- The edition of governance valid now; null where there is none.
CREATE OR REPLACE FUNCTION gridgeo.edition_now() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT e.edition_id FROM gridgeo.edition AS e WHERE e.scheme = 'governance' AND e.valid @> now()
$$;
