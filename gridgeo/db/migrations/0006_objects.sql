-- Managed objects (部件): their categories, what is known of each today and was before, which unit each lies in, how many there are.

CREATE TABLE gridgeo.department (
  department_code text PRIMARY KEY CHECK (department_code ~ '^[0-9A-Z]{8}[0-9X]$'),
  name_zh         text NOT NULL,
  name_en         text NOT NULL
);
COMMENT ON TABLE gridgeo.department IS '责任部门: known by its organisation code, which element codes begin with (SZDB/Z 281-2017)';

-- A category is known by its full path, for in real trees third-level names repeat. What is said of it is a version of the tree.
CREATE TABLE gridgeo.category (
  category_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  major       text NOT NULL CHECK (major <> '' AND major !~ '/'),
  minor       text NOT NULL CHECK (minor <> '' AND minor !~ '/'),
  name        text NOT NULL CHECK (name <> '' AND name !~ '/'),
  path        text NOT NULL GENERATED ALWAYS AS (major || '/' || minor || '/' || name) STORED UNIQUE
);
COMMENT ON TABLE gridgeo.category IS '类别: its full path 大类/小类/名称, for ever';

CREATE TABLE gridgeo.category_tree (
  tree_id      integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name         text NOT NULL,
  source       text NOT NULL DEFAULT '',
  digest       text NOT NULL,
  valid        tstzrange NOT NULL DEFAULT 'empty',
  created_at   timestamptz NOT NULL DEFAULT now(),
  activated_at timestamptz,
  CHECK (isempty(valid) OR (lower_inc(valid) AND NOT upper_inc(valid) AND NOT lower_inf(valid))),
  CHECK (isempty(valid) = (activated_at IS NULL)),
  EXCLUDE USING gist (valid WITH &&)
);
COMMENT ON COLUMN gridgeo.category_tree.valid IS 'empty is a draft; no two trees are valid at once';

CREATE TABLE gridgeo.category_version (
  tree_id         integer NOT NULL REFERENCES gridgeo.category_tree,
  category_id     integer NOT NULL REFERENCES gridgeo.category,
  position        smallint NOT NULL,
  major_en        text NOT NULL,
  minor_en        text NOT NULL,
  name_en         text NOT NULL,
  geometry_kind   text NOT NULL CHECK (geometry_kind IN ('point', 'line', 'polygon')),
  department_code text REFERENCES gridgeo.department,
  accuracy        text NOT NULL CHECK (accuracy IN ('A', 'B', 'C')),
  inspection_days smallint CHECK (inspection_days BETWEEN 1 AND 3660),
  symbol          text NOT NULL CHECK (symbol ~ '^[a-z][a-z0-9_]{0,31}$'),
  colour          text NOT NULL CHECK (colour ~ '^#[0-9a-f]{6}$'),
  attributes      jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(attributes) = 'array'),
  PRIMARY KEY (tree_id, category_id),
  UNIQUE (tree_id, position)
);
COMMENT ON COLUMN gridgeo.category_version.accuracy IS '定位精度 A <= 0.5 m, B <= 1.0 m, C <= 10 m';
COMMENT ON COLUMN gridgeo.category_version.attributes IS
  'what an object of it may have: [{name, kind: text|integer|number|date|choice, required, unit, choices, name_zh, name_en}]';
CREATE INDEX category_version_category_idx ON gridgeo.category_version (category_id);
CREATE INDEX category_version_department_idx ON gridgeo.category_version (department_code);

CREATE TABLE gridgeo.object_status (
  status   text PRIMARY KEY CHECK (status ~ '^[a-z][a-z_]{0,31}$'),
  standing boolean NOT NULL,
  name_zh  text NOT NULL,
  name_en  text NOT NULL
);
COMMENT ON COLUMN gridgeo.object_status.standing IS 'whether it is out there: what is counted and drawn unless asked otherwise';
INSERT INTO gridgeo.object_status (status, standing, name_zh, name_en) VALUES
  ('planned', false, '规划', 'Planned'),
  ('in_use', true, '完好', 'In use'),
  ('damaged', true, '破损', 'Damaged'),
  ('out_of_service', true, '停用', 'Out of service'),
  ('missing', false, '丢失', 'Missing'),
  ('removed', false, '拆除', 'Removed');

-- `object_id` is ours and for ever; `element_code` is the department's and says which thing it is: a load changes what bears it.
CREATE TABLE gridgeo.object (
  object_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  element_code text COLLATE "C" NOT NULL UNIQUE CHECK (element_code ~ '^[0-9A-Z]{8}[0-9X][0-9A-Z]+$' AND length(element_code) <= 64),
  category_id  integer NOT NULL REFERENCES gridgeo.category,
  status       text NOT NULL REFERENCES gridgeo.object_status,
  name         text,
  point        geometry(Point, 4490) NOT NULL,
  shape        geometry(Geometry, 4490),
  floor        smallint CHECK (floor BETWEEN -20 AND 200 AND floor <> 0),
  place        text CHECK (place ~ '^[0-9]{14}[0-9A-Z]{5}([0-9]{6})?$'),
  inspected_on date,
  attributes   jsonb CHECK (jsonb_typeof(attributes) = 'object'),
  since        date NOT NULL,
  source       text NOT NULL DEFAULT '',
  recorded_at  timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT object_point_sound CHECK (
    NOT ST_IsEmpty(point) AND ST_XMin(point) >= 73 AND ST_XMax(point) <= 136 AND ST_YMin(point) >= 3 AND ST_YMax(point) <= 54),
  CONSTRAINT object_shape_sound CHECK (shape IS NULL OR (
    GeometryType(shape) IN ('LINESTRING', 'MULTILINESTRING', 'POLYGON', 'MULTIPOLYGON') AND ST_IsValid(shape) AND NOT ST_IsEmpty(shape)
    AND ST_XMin(shape) >= 73 AND ST_XMax(shape) <= 136 AND ST_YMin(shape) >= 3 AND ST_YMax(shape) <= 54))
);
COMMENT ON TABLE gridgeo.object IS '部件: one managed object as it is known today; what it was before stands in object_history';
COMMENT ON COLUMN gridgeo.object.point IS 'where it is; of a line its middle, of a polygon a point on it';
COMMENT ON COLUMN gridgeo.object.place IS 'the building (19) or house (25) it belongs to';
COMMENT ON COLUMN gridgeo.object.since IS 'from when on status, category and place are as they are';
CREATE INDEX object_point_idx ON gridgeo.object USING gist (point);
CREATE INDEX object_category_idx ON gridgeo.object (category_id, object_id);
CREATE INDEX object_place_idx ON gridgeo.object (place) WHERE place IS NOT NULL;
CREATE INDEX object_shape_idx ON gridgeo.object USING gist (shape) WHERE shape IS NOT NULL;
CREATE INDEX object_status_idx ON gridgeo.object (status, object_id);

CREATE TABLE gridgeo.object_history (
  object_id    bigint NOT NULL REFERENCES gridgeo.object,
  change_no    integer NOT NULL,
  category_id  integer NOT NULL,
  status       text NOT NULL,
  lon          double precision NOT NULL,
  lat          double precision NOT NULL,
  valid        daterange NOT NULL,
  recorded     tstzrange NOT NULL,
  source       text NOT NULL,
  PRIMARY KEY (object_id, change_no),
  CHECK (NOT isempty(recorded))
);
COMMENT ON COLUMN gridgeo.object_history.lon IS 'degrees, EPSG:4490; numbers, for nobody looks for what was around here once';
COMMENT ON TABLE gridgeo.object_history IS 'what an object was before: status, category and place, while it was so and while we believed it';

CREATE TABLE gridgeo.object_grid (
  object_id  bigint NOT NULL REFERENCES gridgeo.object,
  edition_id bigint NOT NULL,
  unit_id    bigint,
  outcome    text NOT NULL CHECK (outcome IN ('inside', 'boundary', 'several', 'none')),
  PRIMARY KEY (object_id, edition_id),
  FOREIGN KEY (edition_id, unit_id) REFERENCES gridgeo.grid_unit_version (edition_id, unit_id),
  CHECK ((unit_id IS NULL) = (outcome = 'none'))
);
COMMENT ON TABLE gridgeo.object_grid IS 'the lowest unit an object lies in, by edition: today''s is that of the edition valid now';
CREATE INDEX object_grid_unit_idx ON gridgeo.object_grid (edition_id, unit_id);

CREATE TABLE gridgeo.object_count (
  edition_id  bigint NOT NULL REFERENCES gridgeo.edition,
  unit_id     bigint NOT NULL,
  category_id integer NOT NULL,
  status      text NOT NULL,
  n           integer NOT NULL CHECK (n >= 0),
  PRIMARY KEY (edition_id, unit_id, category_id, status)
);
COMMENT ON TABLE gridgeo.object_count IS
  'how many objects the lowest units hold, kept with every write in the same transaction; unit 0 holds those that lie in none';
CREATE INDEX object_count_category_idx ON gridgeo.object_count (edition_id, category_id);

-- Half a million counts are too many to add up for every question about a city: these are few.
CREATE TABLE gridgeo.object_sum (
  edition_id  bigint NOT NULL REFERENCES gridgeo.edition,
  unit_id     bigint NOT NULL,
  category_id integer NOT NULL,
  status      text NOT NULL,
  n           integer NOT NULL CHECK (n >= 0),
  PRIMARY KEY (edition_id, unit_id, category_id, status)
);
COMMENT ON TABLE gridgeo.object_sum IS
  'what object_count adds up to: for each unit two levels above the lowest by category, for each of the lowest over all categories (0)';

CREATE TABLE gridgeo.object_rejected (
  load_id     bigint NOT NULL,
  row_no      bigint NOT NULL,
  file        text NOT NULL,
  fields      json NOT NULL,
  issues      jsonb NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (load_id, file, row_no)
);
COMMENT ON TABLE gridgeo.object_rejected IS 'rows of a load that were not taken, as they were given, to be corrected and loaded again';
COMMENT ON COLUMN gridgeo.object_rejected.fields IS 'json: the columns stay in the order of the file';
