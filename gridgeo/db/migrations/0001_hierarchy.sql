-- The hierarchy: schemes of grids, their levels, editions of their boundaries, units and their versions.
-- All of these are small reference tables: written rarely, in one place, and joined to by everything else.

CREATE EXTENSION IF NOT EXISTS postgis WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

-- Roles are the cluster's, not the database's: another database of ours may have made them.
DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['gridgeo_reader', 'gridgeo_writer', 'gridgeo_linkage', 'gridgeo_admin'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
      END;
    END IF;
    IF NOT pg_has_role(current_user, wanted, 'MEMBER') THEN
      EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
    END IF;
  END LOOP;
END $$;

CREATE TABLE gridgeo.scheme (
  scheme  text PRIMARY KEY CHECK (scheme ~ '^[a-z][a-z0-9_]{0,31}$'),
  kind    text NOT NULL CHECK (kind IN ('drawn', 'composed', 'listed')),
  name_zh text NOT NULL,
  name_en text NOT NULL
);
COMMENT ON TABLE gridgeo.scheme IS '网格体系: drawn has boundaries of its own, composed is made of micro-grids, listed has codes and names only';

CREATE TABLE gridgeo.level (
  scheme      text NOT NULL REFERENCES gridgeo.scheme,
  level       text NOT NULL CHECK (level ~ '^[a-z][a-z0-9_]{0,31}$'),
  rank        smallint NOT NULL,
  name_zh     text NOT NULL,
  name_en     text NOT NULL,
  code_length smallint,
  PRIMARY KEY (scheme, level),
  UNIQUE (scheme, rank)
);
COMMENT ON COLUMN gridgeo.level.rank IS '0 is the uppermost';
COMMENT ON COLUMN gridgeo.level.code_length IS 'SZDB/Z 281: 6, 9, 12, 14; null where a scheme has codes of any form';

CREATE TABLE gridgeo.grid_type (
  grid_type text PRIMARY KEY,
  name_zh   text NOT NULL,
  name_en   text NOT NULL
);

CREATE TABLE gridgeo.edition (
  edition_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  scheme       text NOT NULL REFERENCES gridgeo.scheme,
  name         text NOT NULL,
  source       text NOT NULL DEFAULT '',
  authority    text NOT NULL DEFAULT '',
  digest       text NOT NULL,
  valid        tstzrange NOT NULL DEFAULT 'empty',
  created_at   timestamptz NOT NULL DEFAULT now(),
  activated_at timestamptz,
  CHECK (isempty(valid) OR (lower_inc(valid) AND NOT upper_inc(valid) AND NOT lower_inf(valid))),
  CHECK (isempty(valid) = (activated_at IS NULL)),
  UNIQUE (edition_id, scheme),
  EXCLUDE USING gist (scheme WITH =, valid WITH &&)
);
COMMENT ON COLUMN gridgeo.edition.valid IS
  'empty is a draft; half-open. Two editions of a scheme never overlap, and a unit and a code stand once in an edition: '
  'so no unit has two live versions and no code lives twice in a scheme';
CREATE INDEX edition_scheme_idx ON gridgeo.edition (scheme);

CREATE TABLE gridgeo.grid_unit (
  unit_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  scheme     text NOT NULL REFERENCES gridgeo.scheme,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (unit_id, scheme)
);
COMMENT ON TABLE gridgeo.grid_unit IS '网格: who it is, for ever; what it is called and where it lies is a version';
CREATE INDEX grid_unit_scheme_idx ON gridgeo.grid_unit (scheme);

-- Codes contradict each other between systems and vintages, so none is the identity. A missing code is a fact
-- (a functional district may have none). A version is valid as long as its edition is.
CREATE TABLE gridgeo.grid_unit_version (
  edition_id      bigint NOT NULL,
  unit_id         bigint NOT NULL,
  scheme          text NOT NULL,
  level           text NOT NULL,
  code            text CHECK (code ~ '^[0-9A-Z]{1,32}$'),
  name_zh         text NOT NULL,
  name_en         text,
  parent_id       bigint,
  kind            text NOT NULL DEFAULT 'administrative' CHECK (kind IN ('administrative', 'functional')),
  grid_type       text REFERENCES gridgeo.grid_type,
  household_count integer CHECK (household_count >= 0),
  leaf            boolean NOT NULL,
  area_m2         double precision CHECK (area_m2 > 0),
  geom            geometry(MultiPolygon, 4490),
  PRIMARY KEY (edition_id, unit_id),
  FOREIGN KEY (edition_id, scheme) REFERENCES gridgeo.edition (edition_id, scheme),
  FOREIGN KEY (unit_id, scheme) REFERENCES gridgeo.grid_unit (unit_id, scheme),
  FOREIGN KEY (scheme, level) REFERENCES gridgeo.level,
  FOREIGN KEY (edition_id, parent_id) REFERENCES gridgeo.grid_unit_version (edition_id, unit_id) DEFERRABLE INITIALLY DEFERRED,
  UNIQUE (edition_id, code),
  CHECK (parent_id <> unit_id),
  CHECK ((geom IS NULL) = (area_m2 IS NULL)),
  CONSTRAINT grid_unit_version_geom_sound CHECK (geom IS NULL OR (
    ST_IsValid(geom) AND NOT ST_IsEmpty(geom)
    AND ST_XMin(geom) >= 73 AND ST_XMax(geom) <= 136 AND ST_YMin(geom) >= 3 AND ST_YMax(geom) <= 54))
);
CREATE INDEX grid_unit_version_geom_idx ON gridgeo.grid_unit_version USING gist (edition_id, geom);
CREATE INDEX grid_unit_version_code_idx ON gridgeo.grid_unit_version (scheme, code);
CREATE INDEX grid_unit_version_unit_idx ON gridgeo.grid_unit_version (unit_id, scheme);
CREATE INDEX grid_unit_version_parent_idx ON gridgeo.grid_unit_version (edition_id, parent_id);
CREATE INDEX grid_unit_version_level_idx ON gridgeo.grid_unit_version (scheme, level);
CREATE INDEX grid_unit_version_type_idx ON gridgeo.grid_unit_version (grid_type);
CREATE INDEX grid_unit_version_name_idx ON gridgeo.grid_unit_version USING gin (name_zh gin_trgm_ops);

CREATE TABLE gridgeo.grid_unit_code (
  unit_id bigint NOT NULL REFERENCES gridgeo.grid_unit,
  system  text NOT NULL CHECK (system ~ '^[a-z][a-z0-9_]{0,31}$'),
  vintage text NOT NULL CHECK (vintage ~ '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$'),
  code    text NOT NULL CHECK (code ~ '^[0-9A-Z]{1,32}$'),
  PRIMARY KEY (unit_id, system, vintage)
);
COMMENT ON TABLE gridgeo.grid_unit_code IS 'what other systems call a unit: one code by system and vintage';
CREATE INDEX grid_unit_code_code_idx ON gridgeo.grid_unit_code (code);

CREATE TABLE gridgeo.grid_unit_member (
  edition_id bigint NOT NULL,
  unit_id    bigint NOT NULL,
  member_id  bigint NOT NULL REFERENCES gridgeo.grid_unit,
  PRIMARY KEY (edition_id, unit_id, member_id),
  UNIQUE (edition_id, member_id),
  FOREIGN KEY (edition_id, unit_id) REFERENCES gridgeo.grid_unit_version
);
COMMENT ON TABLE gridgeo.grid_unit_member IS 'the micro-grids a unit of a composed scheme is made of; a micro-grid belongs to one';
CREATE INDEX grid_unit_member_member_idx ON gridgeo.grid_unit_member (member_id);

CREATE TABLE gridgeo.edition_finding (
  edition_id bigint NOT NULL REFERENCES gridgeo.edition,
  finding    integer NOT NULL,
  code       text NOT NULL,
  severity   text NOT NULL CHECK (severity IN ('error', 'warning', 'info')),
  message    text NOT NULL,
  units      text[] NOT NULL DEFAULT '{}',
  area_m2    double precision,
  geom       geometry(Geometry, 4490),
  PRIMARY KEY (edition_id, finding),
  CONSTRAINT edition_finding_geom_sound CHECK (geom IS NULL OR (
    NOT ST_IsEmpty(geom) AND ST_XMin(geom) >= 73 AND ST_XMax(geom) <= 136 AND ST_YMin(geom) >= 3 AND ST_YMax(geom) <= 54))
);
COMMENT ON TABLE gridgeo.edition_finding IS 'what the checks found in an edition, accepted ones too; a finding may show an unsound geometry';
CREATE INDEX edition_finding_geom_idx ON gridgeo.edition_finding USING gist (geom);

INSERT INTO gridgeo.scheme (scheme, kind, name_zh, name_en) VALUES ('governance', 'drawn', '综合治理', 'Governance');
INSERT INTO gridgeo.level (scheme, level, rank, name_zh, name_en, code_length) VALUES
  ('governance', 'district', 0, '区', 'District', 6),
  ('governance', 'street', 1, '街道', 'Street', 9),
  ('governance', 'community', 2, '社区', 'Community', 12),
  ('governance', 'micro', 3, '微网格', 'Micro-grid', 14);
INSERT INTO gridgeo.grid_type (grid_type, name_zh, name_en) VALUES
  ('enterprise', '企业网格', 'Enterprise'),
  ('urban', '城市网格', 'Urban'),
  ('village', '村居网格', 'Village');
