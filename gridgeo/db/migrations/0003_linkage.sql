-- The locked room: who and what is linked to which house. Codes are kept sealed and are found by a keyed hash of them (a
-- token), so that neither a look at the tables nor a stolen dump says who lives where. Only gridgeo_linkage comes in.

CREATE SCHEMA linkage;

CREATE TABLE linkage.data_key (
  key_id     smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  purpose    text NOT NULL CHECK (purpose IN ('seal', 'index', 'audit')),
  alg        text NOT NULL CHECK (alg = CASE purpose WHEN 'seal' THEN 'AES-256-GCM' ELSE 'HMAC-SHA256' END),
  wrapped    bytea NOT NULL,
  master     text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  retired_at timestamptz
);
COMMENT ON TABLE linkage.data_key IS 'envelope keys, wrapped by the master key, which is never in the database; master is its fingerprint';
CREATE UNIQUE INDEX data_key_current_idx ON linkage.data_key (purpose) WHERE retired_at IS NULL;

CREATE TABLE linkage.identity (
  token       bytea PRIMARY KEY CHECK (length(token) = 16),
  kind        text NOT NULL CHECK (kind IN ('person', 'credit', 'phone', 'event')),
  key_id      smallint NOT NULL,
  sealed      bytea NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE linkage.identity IS 'token: HMAC-SHA256 of kind and code, 16 bytes; sealed: 12 bytes nonce, AES-256-GCM of the code, 16 bytes tag';

CREATE TABLE linkage.role (
  kind    text NOT NULL CHECK (kind IN ('person', 'credit', 'phone', 'event')),
  role    text NOT NULL CHECK (role ~ '^[a-z][a-z_]{0,31}$'),
  name_zh text NOT NULL,
  name_en text NOT NULL,
  PRIMARY KEY (kind, role)
);
INSERT INTO linkage.role (kind, role, name_zh, name_en) VALUES
  ('person', 'resident', '居住', 'Resident'),
  ('person', 'owner', '业主', 'Owner'),
  ('person', 'tenant', '承租', 'Tenant'),
  ('person', 'registered', '户籍', 'Registered'),
  ('person', 'worker', '从业', 'Works there'),
  ('person', 'legal_representative', '法定代表人', 'Legal representative'),
  ('credit', 'registered', '注册', 'Registered'),
  ('credit', 'operating', '经营', 'Operating'),
  ('credit', 'owner', '产权', 'Owner'),
  ('credit', 'manager', '物业管理', 'Manages the building'),
  ('phone', 'landline', '固定电话', 'Landline'),
  ('phone', 'contact', '联系电话', 'Contact'),
  ('phone', 'device', '物联设备', 'Device'),
  ('event', 'place', '发生地', 'Happened at'),
  ('event', 'reporter', '上报人住址', 'Reported from');

CREATE TABLE linkage.method (
  method     text PRIMARY KEY CHECK (method ~ '^[a-z][a-z_]{0,31}$'),
  confidence real NOT NULL CHECK (confidence BETWEEN 0 AND 1),
  name_zh    text NOT NULL,
  name_en    text NOT NULL
);
COMMENT ON COLUMN linkage.method.confidence IS 'of a link that says none itself';
INSERT INTO linkage.method (method, confidence, name_zh, name_en) VALUES
  ('visit', 0.99, '入户核实', 'Verified on the spot'),
  ('register', 0.95, '业务登记', 'Taken from a register'),
  ('code', 0.95, '房屋编码匹配', 'Matched by house code'),
  ('address', 0.85, '地址清洗匹配', 'Matched by washed address'),
  ('reported', 0.6, '自主申报', 'Reported by themselves'),
  ('inferred', 0.4, '推断', 'Inferred');

CREATE TABLE linkage.purpose (
  purpose text PRIMARY KEY CHECK (purpose ~ '^[a-z][a-z_]{0,31}$'),
  unmask  boolean NOT NULL,
  name_zh text NOT NULL,
  name_en text NOT NULL
);
COMMENT ON TABLE linkage.purpose IS 'what a look-up may be for, and whether codes may be shown whole for it (Shenzhen Data Regulation Art. 76, 77; PIPL)';
INSERT INTO linkage.purpose (purpose, unmask, name_zh, name_en) VALUES
  ('verification', false, '信息核实', 'Verification of records'),
  ('service', false, '办事服务', 'Service to the resident'),
  ('statistics', false, '统计', 'Statistics'),
  ('emergency', true, '应急处置', 'Emergency'),
  ('law', true, '依法协查', 'Request under the law'),
  ('correction', true, '数据更正', 'Correction of data');

-- `place` is an address code of 25 characters (SZDB/Z 281-2017): a house; a building and ******; a basic grid and ***********.
-- `zone` is its first 12. Links are keyed by the token of the code, so one of several machines answers for a code.
CREATE TABLE linkage.link (
  token      bytea NOT NULL,
  link_id    bigint GENERATED ALWAYS AS IDENTITY,
  kind       text NOT NULL,
  zone       text NOT NULL,
  place      text NOT NULL CHECK (place ~ '^[0-9]{14}([0-9A-Z]{5}([0-9]{6}|\*{6})|\*{11})$'),
  role       text NOT NULL,
  valid      daterange NOT NULL,
  recorded   tstzrange NOT NULL DEFAULT tstzrange(now(), NULL),
  method     text NOT NULL,
  source     text NOT NULL DEFAULT '',
  evidence   text NOT NULL DEFAULT '',
  confidence real NOT NULL CHECK (confidence BETWEEN 0 AND 1),
  PRIMARY KEY (token, link_id),
  CHECK (zone = left(place, 12)),
  CHECK (NOT isempty(valid))
);
COMMENT ON TABLE linkage.link IS '五码关联: one code at one place, while (valid) it was so and while (recorded) we believed it';
CREATE INDEX link_place_idx ON linkage.link (zone, place);

CREATE TABLE linkage.audit (
  seq      bigint PRIMARY KEY,
  at       timestamptz NOT NULL,
  actor    text NOT NULL,
  action   text NOT NULL,
  purpose  text NOT NULL,
  outcome  text NOT NULL,
  subjects integer NOT NULL,
  detail   text NOT NULL,
  hash     bytea NOT NULL CHECK (length(hash) = 32)
);
COMMENT ON TABLE linkage.audit IS 'who asked what for which purpose; hash is an HMAC over the row and the hash before it; detail holds tokens and codes of places, never a code of a person';

-- Counts of each lowest unit, made anew after loads (linkage/counts.sql). They are exact and stay in this room:
-- what of them is told is decided by linkage/disclosure.py.
CREATE TABLE linkage.measure (
  measure_id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  subject    text NOT NULL CHECK (subject IN ('building', 'storey', 'house', 'covered', 'person', 'credit', 'phone', 'event')),
  class      text NOT NULL,
  status     text NOT NULL DEFAULT '',
  UNIQUE (subject, class, status)
);
COMMENT ON TABLE linkage.measure IS
  'what is counted: building and house by use and status, storey by height, covered houses by kind of link, codes by role';

CREATE TABLE linkage.unit_count (
  edition_id bigint NOT NULL,
  unit_id    bigint NOT NULL,
  measure_id smallint NOT NULL REFERENCES linkage.measure,
  n          integer NOT NULL CHECK (n > 0),
  area_m2    double precision,
  PRIMARY KEY (edition_id, unit_id, measure_id),
  FOREIGN KEY (edition_id, unit_id) REFERENCES gridgeo.grid_unit_version (edition_id, unit_id)
);
COMMENT ON TABLE linkage.unit_count IS 'a code counts once in each unit; what is not there is nought';
CREATE INDEX unit_count_measure_idx ON linkage.unit_count (measure_id);

CREATE TABLE linkage.counted (
  edition_id bigint PRIMARY KEY REFERENCES gridgeo.edition,
  as_of      date NOT NULL,
  counted_at timestamptz NOT NULL DEFAULT now(),
  seen       xid8 NOT NULL DEFAULT pg_snapshot_xmin(pg_current_snapshot())
);
COMMENT ON TABLE linkage.counted IS
  'when the counts of an edition were made, and of which day; rows written by transactions before seen are in them';

CREATE TABLE linkage.cluster_address (
  zone   text NOT NULL,
  place  text NOT NULL CHECK (place ~ '^[0-9]{14}[0-9A-Z]{5}([0-9]{6}|\*{6})$'),
  name   text NOT NULL,
  valid  daterange NOT NULL DEFAULT daterange(NULL, NULL),
  source text NOT NULL DEFAULT '',
  PRIMARY KEY (zone, place),
  CHECK (zone = left(place, 12))
);
COMMENT ON TABLE linkage.cluster_address IS '集群注册场所: a house or building where many companies may be registered at once (incubators, business secretaries)';
