-- What people type when they look for a place: roads, compounds and buildings with names, with how they sound.
-- Derived from the address base and made anew after each load (addresses/search.sql); nothing else refers to it.

CREATE TABLE gridgeo.place (
  zone          text NOT NULL,
  kind          text NOT NULL CHECK (kind IN ('road', 'compound', 'building')),
  name_key      text NOT NULL CHECK (name_key <> ''),
  building_code text NOT NULL,
  name          text NOT NULL CHECK (name <> ''),
  road_key      text,
  compound      text,
  compound_key  text,
  alias         boolean NOT NULL,
  reading       text NOT NULL,
  initials      text NOT NULL,
  buildings     integer NOT NULL CHECK (buildings > 0),
  point         geometry(Point, 4490) NOT NULL,
  PRIMARY KEY (zone, kind, name_key, building_code),
  FOREIGN KEY (zone, building_code) REFERENCES gridgeo.building,
  CONSTRAINT place_point_sound CHECK (
    NOT ST_IsEmpty(point) AND ST_XMin(point) >= 73 AND ST_XMax(point) <= 136 AND ST_YMin(point) >= 3 AND ST_YMax(point) <= 54)
);
COMMENT ON TABLE gridgeo.place IS '地名检索: a road, a compound or a named building, once for each name it has';
COMMENT ON COLUMN gridgeo.place.building_code IS 'of a building its own; of a road or compound the building in its middle';
COMMENT ON COLUMN gridgeo.place.alias IS 'a short, colloquial or former name; the road or compound itself is that of road_key and compound_key';
COMMENT ON COLUMN gridgeo.place.compound IS 'what the compound of a lane or of an alias is called in addresses';
COMMENT ON COLUMN gridgeo.place.reading IS 'pinyin without tones and blanks';
CREATE INDEX place_name_idx ON gridgeo.place (name_key text_pattern_ops);
CREATE INDEX place_reading_idx ON gridgeo.place (reading text_pattern_ops);
CREATE INDEX place_initials_idx ON gridgeo.place (initials text_pattern_ops);
CREATE INDEX place_trigram_idx ON gridgeo.place USING gin (name_key gin_trgm_ops);
CREATE INDEX place_point_idx ON gridgeo.place USING gist (point);
CREATE INDEX place_building_idx ON gridgeo.place (zone, building_code);

-- A village's lanes repeat in every village: a plate is looked up with the village's name.
CREATE INDEX building_address_lane_idx ON gridgeo.building_address (compound_key, road_key, plate_key);
