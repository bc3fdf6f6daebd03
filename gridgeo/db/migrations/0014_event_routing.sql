-- Who answers for which events where: the responsibility matrix (权责清单), rules that go before it, and who came when a street called.

-- A unit is named by its key (a code, or level:name where there is none), so that an edition cuts nobody off; empty is the whole city.
-- A class is named by its path, or the beginning of one (大类, 大类/小类); empty is every class.
CREATE TABLE gridgeo.responsibility (
  responsibility_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  class_path        text NOT NULL CHECK (class_path !~ '(^/|/$|//)'),
  unit_key          text NOT NULL,
  part              text NOT NULL CHECK (part IN ('lead', 'assist', 'refer')),
  department_code   text NOT NULL REFERENCES gridgeo.department,
  criteria          text NOT NULL DEFAULT '',
  valid_from        date NOT NULL,
  valid_to          date,
  source            text NOT NULL DEFAULT '',
  recorded_at       timestamptz NOT NULL DEFAULT now(),
  UNIQUE (class_path, unit_key, part, department_code, valid_from),
  CHECK (valid_to > valid_from)
);
COMMENT ON TABLE gridgeo.responsibility IS '权责清单: which department leads (主责), assists (协办), or may be handed a class of events in a unit (转办)';
COMMENT ON COLUMN gridgeo.responsibility.criteria IS 'of a referral: when it may be handed on';
COMMENT ON COLUMN gridgeo.responsibility.valid_to IS 'the first day without; null while it has no end';
CREATE INDEX responsibility_department_idx ON gridgeo.responsibility (department_code);

CREATE TABLE gridgeo.routing_set (
  set_id       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name         text NOT NULL CHECK (name <> ''),
  source       text NOT NULL DEFAULT '',
  digest       text NOT NULL,
  state        text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'tested', 'active', 'retired')),
  tested       jsonb CHECK (jsonb_typeof(tested) = 'object'),
  created_at   timestamptz NOT NULL DEFAULT now(),
  tested_at    timestamptz,
  activated_at timestamptz,
  retired_at   timestamptz,
  CHECK ((tested IS NULL) = (tested_at IS NULL)),
  CHECK (state <> 'draft' OR tested_at IS NULL),
  CHECK (state = 'draft' OR tested_at IS NOT NULL),
  CHECK ((state IN ('active', 'retired')) = (activated_at IS NOT NULL)),
  CHECK ((state = 'retired') = (retired_at IS NOT NULL))
);
COMMENT ON TABLE gridgeo.routing_set IS '派遣规则集: rules are written, tested and activated as a whole, and never changed after';
COMMENT ON COLUMN gridgeo.routing_set.tested IS 'what the last test over past events found';
CREATE UNIQUE INDEX routing_set_active_idx ON gridgeo.routing_set (state) WHERE state = 'active';

CREATE TABLE gridgeo.routing_rule (
  set_id     integer NOT NULL REFERENCES gridgeo.routing_set,
  rule_no    smallint NOT NULL CHECK (rule_no > 0),
  name       text NOT NULL CHECK (name <> ''),
  priority   smallint NOT NULL DEFAULT 0,
  kind       text CHECK (kind IN ('event', 'request')),
  class_path text NOT NULL DEFAULT '' CHECK (class_path !~ '(^/|/$|//)'),
  unit_key   text NOT NULL DEFAULT '',
  grades     smallint[] NOT NULL DEFAULT '{}' CHECK (grades <@ '{1,2,3,4}'),
  channels   text[] NOT NULL DEFAULT '{}',
  hours_from time,
  hours_to   time,
  during     text NOT NULL DEFAULT 'any' CHECK (during IN ('any', 'working', 'off')),
  lead       text REFERENCES gridgeo.department,
  assist     text[] NOT NULL DEFAULT '{}',
  valid_from date,
  valid_to   date,
  PRIMARY KEY (set_id, rule_no),
  CHECK ((hours_from IS NULL) = (hours_to IS NULL)),
  CHECK (hours_from <> hours_to),
  CHECK (lead IS NOT NULL OR assist <> '{}'),
  CHECK (valid_to > valid_from)
);
COMMENT ON TABLE gridgeo.routing_rule IS 'a rule that names a lead goes before the matrix; one that names none adds who assists';
COMMENT ON COLUMN gridgeo.routing_rule.hours_to IS 'may lie before hours_from: from the evening into the next morning; Chinese time';
COMMENT ON COLUMN gridgeo.routing_rule.during IS 'within working time of the calendar, outside of it, or whenever';
CREATE INDEX routing_rule_lead_idx ON gridgeo.routing_rule (lead);

-- Whom a street called to the place (吹哨), and who came.
CREATE TABLE gridgeo.event_checkin (
  event_id bigint NOT NULL,
  task_no  smallint NOT NULL,
  at       timestamptz NOT NULL,
  actor    text NOT NULL,
  metres   real NOT NULL CHECK (metres >= 0),
  PRIMARY KEY (event_id, task_no),
  FOREIGN KEY (event_id, task_no) REFERENCES gridgeo.event_task
);
COMMENT ON TABLE gridgeo.event_checkin IS '到场: when a department that was called to the place was there, and how far from it; where they stood is not kept';
