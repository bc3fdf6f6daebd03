-- The address base: buildings and houses with codes for life, how they are written, which unit they lie in.
-- Large tables: `zone` is the community code at issue, the first 12 characters of the code, and never changes. Nothing is
-- ever deleted here (functions/grants.sql), so a code once given is never given again.

CREATE TABLE gridgeo.building_use (
  building_use text PRIMARY KEY CHECK (building_use ~ '^[a-z][a-z_]{0,31}$'),
  name_zh      text NOT NULL,
  name_en      text NOT NULL,
  lived_in     boolean NOT NULL,
  worked_in    boolean NOT NULL
);
COMMENT ON TABLE gridgeo.building_use IS '房屋用途: whether people may live there and companies be registered there';
INSERT INTO gridgeo.building_use (building_use, name_zh, name_en, lived_in, worked_in) VALUES
  ('residential', '住宅', 'Residential', true, false),
  ('dormitory', '宿舍', 'Dormitory', true, false),
  ('commercial', '商业', 'Commercial', false, true),
  ('office', '办公', 'Office', false, true),
  ('industrial', '厂房', 'Industrial', false, true),
  ('warehouse', '仓储', 'Warehouse', false, true),
  ('mixed', '商住', 'Mixed', true, true),
  ('public', '公共设施', 'Public', false, true),
  ('other', '其他', 'Other', true, true);

CREATE TABLE gridgeo.address_status (
  status  text PRIMARY KEY CHECK (status ~ '^[a-z][a-z_]{0,31}$'),
  live    boolean NOT NULL,
  name_zh text NOT NULL,
  name_en text NOT NULL
);
COMMENT ON COLUMN gridgeo.address_status.live IS 'whether an address of this status may be the answer to a question about today';
INSERT INTO gridgeo.address_status (status, live, name_zh, name_en) VALUES
  ('planned', false, '规划', 'Planned'),
  ('in_use', true, '在用', 'In use'),
  ('under_investigation', true, '核查中', 'Under investigation'),
  ('demolished', false, '已拆除', 'Demolished'),
  ('retired', false, '已注销', 'Retired');

CREATE TABLE gridgeo.building (
  zone          text NOT NULL,
  building_code text NOT NULL CHECK (building_code ~ '^[0-9]{14}[0-9A-Z]{5}$'),
  building_use  text NOT NULL REFERENCES gridgeo.building_use,
  status        text NOT NULL REFERENCES gridgeo.address_status,
  floors        smallint CHECK (floors BETWEEN 1 AND 200),
  floors_below  smallint CHECK (floors_below BETWEEN 0 AND 20),
  point         geometry(Point, 4490) NOT NULL,
  footprint     geometry(MultiPolygon, 4490),
  valid_from    date NOT NULL,
  valid_to      date,
  source        text NOT NULL DEFAULT '',
  recorded_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (zone, building_code),
  CHECK (zone = left(building_code, 12)),
  CHECK (valid_to > valid_from),
  CONSTRAINT building_point_sound CHECK (
    NOT ST_IsEmpty(point) AND ST_XMin(point) >= 73 AND ST_XMax(point) <= 136 AND ST_YMin(point) >= 3 AND ST_YMax(point) <= 54),
  CONSTRAINT building_footprint_sound CHECK (footprint IS NULL OR (
    ST_IsValid(footprint) AND NOT ST_IsEmpty(footprint)
    AND ST_XMin(footprint) >= 73 AND ST_XMax(footprint) <= 136 AND ST_YMin(footprint) >= 3 AND ST_YMax(footprint) <= 54))
);
COMMENT ON TABLE gridgeo.building IS '楼栋: what it is, for ever under one code; how it is written stands in building_address, where it lies in building_grid';
CREATE INDEX building_point_idx ON gridgeo.building USING gist (point);
CREATE INDEX building_footprint_idx ON gridgeo.building USING gist (footprint);
CREATE INDEX building_use_idx ON gridgeo.building (building_use);
CREATE INDEX building_status_idx ON gridgeo.building (status);

-- A corner building has two addresses; a renumbered one has those it had before, with the day they ended.
CREATE TABLE gridgeo.building_address (
  zone          text NOT NULL,
  building_code text NOT NULL,
  address_no    smallint NOT NULL,
  main          boolean NOT NULL DEFAULT true,
  road          text,
  plate         text,
  compound      text,
  block         text,
  road_key      text,
  plate_key     text,
  compound_key  text,
  block_key     text,
  valid_from    date NOT NULL,
  valid_to      date,
  source        text NOT NULL DEFAULT '',
  PRIMARY KEY (zone, building_code, address_no),
  FOREIGN KEY (zone, building_code) REFERENCES gridgeo.building,
  CHECK (valid_to > valid_from),
  CHECK (road IS NOT NULL OR compound IS NOT NULL)
);
COMMENT ON TABLE gridgeo.building_address IS '楼栋地址: road 道路, plate 门牌, compound 小区/村/园区, block 楼栋号; the keys are the same made comparable';
CREATE INDEX building_address_road_idx ON gridgeo.building_address (road_key, plate_key);
CREATE INDEX building_address_compound_idx ON gridgeo.building_address (compound_key, block_key);

CREATE TABLE gridgeo.building_grid (
  zone          text NOT NULL,
  building_code text NOT NULL,
  edition_id    bigint NOT NULL,
  unit_id       bigint,
  outcome       text NOT NULL CHECK (outcome IN ('inside', 'boundary', 'several', 'none')),
  PRIMARY KEY (zone, building_code, edition_id),
  FOREIGN KEY (zone, building_code) REFERENCES gridgeo.building,
  FOREIGN KEY (edition_id, unit_id) REFERENCES gridgeo.grid_unit_version (edition_id, unit_id),
  CHECK ((unit_id IS NULL) = (outcome = 'none'))
);
COMMENT ON TABLE gridgeo.building_grid IS 'the lowest unit a building lies in, by edition: today''s is that of the edition valid now';
CREATE INDEX building_grid_unit_idx ON gridgeo.building_grid (edition_id, unit_id);

CREATE TABLE gridgeo.house (
  zone          text NOT NULL,
  house_code    text NOT NULL CHECK (house_code ~ '^[0-9]{14}[0-9A-Z]{5}[0-9]{6}$'),
  building_code text NOT NULL,
  unit          text,
  floor         smallint CHECK (floor BETWEEN -20 AND 200),
  room          text,
  unit_key      text,
  room_key      text,
  house_use     text,
  status        text NOT NULL,
  area_m2       real CHECK (area_m2 > 0),
  valid_from    date NOT NULL,
  valid_to      date,
  source        text NOT NULL DEFAULT '',
  PRIMARY KEY (zone, house_code),
  CHECK (zone = left(house_code, 12)),
  CHECK (valid_to > valid_from)
);
COMMENT ON COLUMN gridgeo.house.building_code IS 'where it is today: not always the first 19 characters of its code, for buildings are merged and split';
COMMENT ON COLUMN gridgeo.house.house_use IS 'of building_use, checked when loaded: an index for a foreign key would cost more than the table; null: as its building';
CREATE INDEX house_building_idx ON gridgeo.house (building_code, room_key, unit_key);

CREATE TABLE gridgeo.address_name (
  zone       text NOT NULL,
  code       text NOT NULL CHECK (length(code) IN (19, 25)),
  kind       text NOT NULL CHECK (kind IN ('full', 'administrative', 'geographic', 'colloquial', 'short', 'other', 'former')),
  name       text NOT NULL CHECK (name <> ''),
  name_key   text NOT NULL CHECK (name_key <> ''),
  valid_from date NOT NULL,
  valid_to   date,
  source     text NOT NULL DEFAULT '',
  PRIMARY KEY (zone, code, kind, name, valid_from),
  CHECK (zone = left(code, 12)),
  CHECK (valid_to > valid_from)
);
COMMENT ON TABLE gridgeo.address_name IS 'SZDB/Z 281-2017: names of seven kinds, many to one building (19) or house (25)';
CREATE INDEX address_name_key_idx ON gridgeo.address_name (name_key);
CREATE INDEX address_name_trigram_idx ON gridgeo.address_name USING gin (name_key gin_trgm_ops);

CREATE TABLE gridgeo.address_successor (
  zone      text NOT NULL,
  code      text NOT NULL CHECK (length(code) IN (19, 25)),
  successor text NOT NULL CHECK (length(successor) IN (19, 25)),
  reason    text NOT NULL CHECK (reason IN ('moved', 'renumbered', 'merged', 'split', 'replaced', 'duplicate')),
  since     date NOT NULL,
  PRIMARY KEY (zone, code, successor),
  CHECK (zone = left(code, 12)),
  CHECK (code <> successor)
);
COMMENT ON TABLE gridgeo.address_successor IS 'who follows a retired building or house';
CREATE INDEX address_successor_successor_idx ON gridgeo.address_successor (successor);
