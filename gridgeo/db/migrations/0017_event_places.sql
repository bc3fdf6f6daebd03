-- Events as maps ask for them: those of a place and a period together, and those open there, whenever they were reported. A spatial index of
-- both would be read for all times of a place.

-- The cell a point (EPSG:4490) lies in: the tile of zoom 14, its column and its row, 14 bits each.
CREATE FUNCTION gridgeo.event_cell(point geometry) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT floor((ST_X(point) + 180) / 360 * 16384)::integer << 14
       | floor((0.5 - ln(tan(pi() / 4 + radians(ST_Y(point)) / 2)) / (2 * pi())) * 16384)::integer
$$;

CREATE INDEX event_cell_idx ON gridgeo.event (gridgeo.event_cell(point), reported_at);
CREATE INDEX event_open_cell_idx ON gridgeo.event (gridgeo.event_cell(point)) WHERE stage NOT IN ('rejected', 'closed', 'merged');
