-- Vector tiles: grids simplified for each zoom, objects added up in cells, tiles kept. All of it is derived and may be made anew.

-- Makes tiles and keeps them: reads the whole city as gridgeo_city does, and writes these tables alone.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gridgeo_tiles') THEN
    BEGIN
      CREATE ROLE gridgeo_tiles NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END IF;
  IF NOT pg_has_role(current_user, 'gridgeo_tiles', 'MEMBER') THEN
    GRANT gridgeo_tiles TO CURRENT_USER;
  END IF;
  IF NOT pg_has_role('gridgeo_tiles', 'gridgeo_city', 'MEMBER') THEN
    GRANT gridgeo_city TO gridgeo_tiles;
  END IF;
END $$;

-- From which zoom on the units of a level are large enough to be seen. An edition that has rows here is simplified.
CREATE TABLE gridgeo.tile_level (
  edition_id bigint NOT NULL REFERENCES gridgeo.edition,
  level      text NOT NULL,
  rank       smallint NOT NULL,
  zoom_from  smallint NOT NULL CHECK (zoom_from BETWEEN 0 AND 22),
  PRIMARY KEY (edition_id, level)
);

CREATE TABLE gridgeo.tile_grid (
  edition_id bigint NOT NULL REFERENCES gridgeo.edition,
  zoom       smallint NOT NULL CHECK (zoom BETWEEN 0 AND 22),
  unit_id    bigint NOT NULL REFERENCES gridgeo.grid_unit,
  level      text NOT NULL,
  code       text NOT NULL,
  name       text NOT NULL,
  parent     text,
  x          integer NOT NULL,
  y          integer NOT NULL,
  shape      geometry(MultiPolygon, 0) NOT NULL,
  PRIMARY KEY (edition_id, zoom, unit_id),
  CONSTRAINT tile_grid_shape_sound CHECK (
    NOT ST_IsEmpty(shape) AND ST_XMin(shape) >= 0 AND ST_YMin(shape) >= 0 AND ST_XMax(shape) <= 17179869184 AND ST_YMax(shape) <= 17179869184)
);
COMMENT ON TABLE gridgeo.tile_grid IS 'grids as tiles of a zoom draw them: simplified together, so that neighbours share their border';
COMMENT ON COLUMN gridgeo.tile_grid.shape IS
  'whole numbers: Web Mercator in 4096ths of a tile of this zoom, x to the east and y to the south from 180 W 85 N';
COMMENT ON COLUMN gridgeo.tile_grid.x IS 'with y a point inside, in 2^31ths of the world (functions/tiles.sql)';
CREATE INDEX tile_grid_shape_idx ON gridgeo.tile_grid USING gist (edition_id, zoom, shape);
CREATE INDEX tile_grid_unit_idx ON gridgeo.tile_grid (unit_id);

-- 32 x 32 cells of a zoom are what a tile five zooms above is drawn from.
CREATE TABLE gridgeo.object_cell (
  zoom       smallint NOT NULL CHECK (zoom BETWEEN 0 AND 20),
  x          integer NOT NULL,
  y          integer NOT NULL,
  status     text NOT NULL,
  n          bigint NOT NULL CHECK (n > 0),
  sum_x      bigint NOT NULL,
  sum_y      bigint NOT NULL,
  majors     bigint[] NOT NULL,
  categories integer[] NOT NULL,
  ns         bigint[] NOT NULL,
  sums_x     bigint[] NOT NULL,
  sums_y     bigint[] NOT NULL,
  PRIMARY KEY (zoom, x, y, status)
);
COMMENT ON TABLE gridgeo.object_cell IS
  'objects of a status in a cell (Web Mercator, numbered as tiles are): how many, and the sums of their places in 2^31ths of the world';
COMMENT ON COLUMN gridgeo.object_cell.majors IS 'how many by major class: nine numbers, in the order of the tree';
COMMENT ON COLUMN gridgeo.object_cell.categories IS 'the categories there are; ns, sums_x and sums_y say the same of each of them';
CREATE INDEX object_cell_tile_idx ON gridgeo.object_cell (zoom, (x >> 5), (y >> 5));

-- Added to by whoever changes objects, in the same transaction; emptied by whoever adds up the cells anew (gridgeo/tiles/cells.py).
CREATE TABLE gridgeo.object_changed (
  change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  x         integer,
  y         integer,
  CHECK ((x IS NULL) = (y IS NULL))
);
COMMENT ON TABLE gridgeo.object_changed IS 'cells of zoom 20 where objects changed since cells were added up; null: anywhere';

CREATE TABLE gridgeo.tile_change (
  change_no  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xs         integer[],
  ys         integer[],
  changed_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE gridgeo.tile_change IS 'cells of zoom 20 that were added up anew, in the order of commits: what processes that keep tiles forget; null: all';

CREATE TABLE gridgeo.tile_state (
  name  text PRIMARY KEY,
  value bigint NOT NULL
);
COMMENT ON TABLE gridgeo.tile_state IS 'tree: the tree of categories whose order of major classes the cells are in, 0 for none';

CREATE UNLOGGED TABLE gridgeo.tile_kept (
  collection text NOT NULL,
  edition_id bigint NOT NULL,
  zoom       smallint NOT NULL,
  x          integer NOT NULL,
  y          integer NOT NULL,
  body       bytea NOT NULL,
  PRIMARY KEY (collection, edition_id, zoom, x, y)
);
ALTER TABLE gridgeo.tile_kept ALTER COLUMN body SET STORAGE EXTERNAL;
COMMENT ON TABLE gridgeo.tile_kept IS 'tiles of the whole city, unfiltered, compressed by gzip; a crash of the server empties it. Edition 0 is of what has none';
