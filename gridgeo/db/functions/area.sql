-- Which part of the city the current transaction may see: the setting gridgeo.area, made for one transaction at a time.
-- 'all', or '{…}' with the ids of the lowest grid units; unset, or '' (what RESET leaves), is nothing.
CREATE OR REPLACE FUNCTION gridgeo.area_is_whole() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(current_setting('gridgeo.area', true) = 'all', false)
$$;

CREATE OR REPLACE FUNCTION gridgeo.area_units() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN current_setting('gridgeo.area', true) LIKE '{%' THEN current_setting('gridgeo.area', true)::bigint[] ELSE '{}' END
$$;

-- The edition of governance valid now; null where there is none.
CREATE OR REPLACE FUNCTION gridgeo.edition_now() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT e.edition_id FROM gridgeo.edition AS e WHERE e.scheme = 'governance' AND e.valid @> now()
$$;
