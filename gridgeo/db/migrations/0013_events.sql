-- Events and requests (事件, 民生诉求): classes, channels, what each is today, who reported it, what was done, and which departments are at it.
-- Who a reporter is stands in the locked room alone.

-- A class is known by its full path, for in real trees third-level names repeat.
CREATE TABLE gridgeo.event_class (
  class_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind     text NOT NULL CHECK (kind IN ('event', 'request')),
  major    text NOT NULL CHECK (major <> '' AND major !~ '/'),
  minor    text NOT NULL CHECK (minor <> '' AND minor !~ '/'),
  name     text NOT NULL CHECK (name <> '' AND name !~ '/'),
  path     text NOT NULL GENERATED ALWAYS AS (major || '/' || minor || '/' || name) STORED UNIQUE,
  major_en text NOT NULL,
  minor_en text NOT NULL,
  name_en  text NOT NULL,
  position smallint NOT NULL,
  grade    smallint NOT NULL CHECK (grade BETWEEN 1 AND 4),
  colour   text NOT NULL CHECK (colour ~ '^#[0-9a-f]{6}$'),
  public   boolean NOT NULL,
  valid    daterange NOT NULL DEFAULT daterange(NULL, NULL)
);
COMMENT ON TABLE gridgeo.event_class IS '事件类别: its full path 大类/小类/名称, for ever; in use while it is valid';
COMMENT ON COLUMN gridgeo.event_class.grade IS '等级 I to IV of an event of which none is said';
COMMENT ON COLUMN gridgeo.event_class.public IS 'whether anybody may see that there is one';

CREATE TABLE gridgeo.channel (
  channel text PRIMARY KEY CHECK (channel ~ '^[a-z0-9][a-z0-9_-]{0,31}$'),
  kind    text NOT NULL CHECK (kind IN ('inspector', 'hotline', 'web', 'message', 'enterprise', 'sensor', 'platform')),
  source  text NOT NULL DEFAULT '',
  name_zh text NOT NULL,
  name_en text NOT NULL,
  valid   daterange NOT NULL DEFAULT daterange(NULL, NULL)
);
COMMENT ON TABLE gridgeo.channel IS '受理渠道: by which way events come in';
COMMENT ON COLUMN gridgeo.channel.source IS 'whose event codes come by it; empty where they come without one';

-- What an event is today. All of it follows from its steps; a test folds them and compares.
CREATE TABLE gridgeo.event (
  event_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_code      text COLLATE "C" NOT NULL UNIQUE CHECK (event_code ~ '^[0-9A-Z]{8}[0-9X][0-9]{14}$'),
  kind            text NOT NULL CHECK (kind IN ('event', 'request')),
  class_id        integer REFERENCES gridgeo.event_class,
  grade           smallint NOT NULL CHECK (grade BETWEEN 1 AND 4),
  stage           text NOT NULL CHECK (stage IN
    ('reported', 'filed', 'rejected', 'dispatched', 'returned', 'handled', 'verified', 'closed', 'reopened', 'merged')),
  channel         text NOT NULL REFERENCES gridgeo.channel,
  told            text NOT NULL,
  located         text NOT NULL CHECK (located IN ('point', 'address', 'grid', 'none')),
  address         text,
  place           text CHECK (place ~ '^[0-9]{14}[0-9A-Z]{5}([0-9]{6})?$'),
  point           geometry(Point, 4490),
  department_code text REFERENCES gridgeo.department,
  merged_into     bigint REFERENCES gridgeo.event,
  happened_at     timestamptz,
  reported_at     timestamptz NOT NULL,
  filed_at        timestamptz,
  dispatched_at   timestamptz,
  responded_at    timestamptz,
  handled_at      timestamptz,
  verified_at     timestamptz,
  closed_at       timestamptz,
  due_at          timestamptz,
  stage_due_at    timestamptz,
  paused_at       timestamptz,
  bounces         smallint NOT NULL DEFAULT 0 CHECK (bounces >= 0),
  reopened        smallint NOT NULL DEFAULT 0 CHECK (reopened >= 0),
  stars           smallint CHECK (stars BETWEEN 1 AND 5),
  version         integer NOT NULL DEFAULT 1 CHECK (version > 0),
  recorded_at     timestamptz NOT NULL DEFAULT now(),
  CHECK ((stage = 'merged') = (merged_into IS NOT NULL)),
  CHECK ((located = 'none') = (point IS NULL)),
  CONSTRAINT event_point_sound CHECK (point IS NULL OR (
    NOT ST_IsEmpty(point) AND ST_XMin(point) >= 73 AND ST_XMax(point) <= 136 AND ST_YMin(point) >= 3 AND ST_YMax(point) <= 54))
);
COMMENT ON TABLE gridgeo.event IS '事件, 民生诉求: one as it is today; what was done to it stands in event_step';
COMMENT ON COLUMN gridgeo.event.told IS 'what was reported first; codes of persons and telephone numbers in it are masked (the text itself: linkage.event_original)';
COMMENT ON COLUMN gridgeo.event.located IS 'how the point is known: given; of the building an address was washed to; a point on the grid that was named';
COMMENT ON COLUMN gridgeo.event.place IS 'the building (19) or house (25) it is at';
COMMENT ON COLUMN gridgeo.event.department_code IS 'who leads today';
COMMENT ON COLUMN gridgeo.event.due_at IS 'when it is to be closed; moved on by pauses';
COMMENT ON COLUMN gridgeo.event.stage_due_at IS 'when its stage is to be over';
COMMENT ON COLUMN gridgeo.event.paused_at IS 'since when its clock stands still';
COMMENT ON COLUMN gridgeo.event.version IS 'one more with every step: who acts says which he knows';
CREATE INDEX event_point_idx ON gridgeo.event USING gist (point);
CREATE INDEX event_reported_idx ON gridgeo.event (reported_at, event_id);
CREATE INDEX event_class_idx ON gridgeo.event (class_id, reported_at);
CREATE INDEX event_channel_idx ON gridgeo.event (channel, reported_at);
CREATE INDEX event_department_idx ON gridgeo.event (department_code, reported_at);
CREATE INDEX event_place_idx ON gridgeo.event (place, reported_at) WHERE place IS NOT NULL;
CREATE INDEX event_open_idx ON gridgeo.event (department_code, stage, due_at) WHERE stage NOT IN ('rejected', 'closed', 'merged');
CREATE INDEX event_merged_idx ON gridgeo.event (merged_into);

CREATE TABLE gridgeo.event_grid (
  event_id   bigint NOT NULL REFERENCES gridgeo.event,
  edition_id bigint NOT NULL,
  unit_id    bigint,
  outcome    text NOT NULL CHECK (outcome IN ('inside', 'boundary', 'several', 'none')),
  PRIMARY KEY (event_id, edition_id),
  FOREIGN KEY (edition_id, unit_id) REFERENCES gridgeo.grid_unit_version (edition_id, unit_id),
  CHECK ((unit_id IS NULL) = (outcome = 'none'))
);
COMMENT ON TABLE gridgeo.event_grid IS 'the lowest unit an event lies in, by edition: today''s is that of the edition valid now';
CREATE INDEX event_grid_unit_idx ON gridgeo.event_grid (edition_id, unit_id);

-- A report is the act of sending an event in. Events that are merged keep every report of each.
CREATE TABLE gridgeo.event_report (
  event_id    bigint NOT NULL REFERENCES gridgeo.event,
  report_no   smallint NOT NULL CHECK (report_no > 0),
  channel     text NOT NULL,
  source      text NOT NULL DEFAULT '',
  original    text CHECK (original <> ''),
  told        text NOT NULL,
  actor       text NOT NULL,
  receipt     bytea CHECK (length(receipt) = 32),
  reported_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (event_id, report_no),
  UNIQUE (source, original)
);
COMMENT ON COLUMN gridgeo.event_report.original IS 'the code the source gave it, as it was written; a source names an event once';
COMMENT ON COLUMN gridgeo.event_report.actor IS 'who sent it in: key:…, jwt:…, load:…';
COMMENT ON COLUMN gridgeo.event_report.receipt IS 'SHA-256 of the secret the reporter was given: with it they rate and reopen, and nobody need know who they are';
CREATE UNIQUE INDEX event_report_receipt_idx ON gridgeo.event_report (receipt) WHERE receipt IS NOT NULL;

-- The timeline. It only grows.
CREATE TABLE gridgeo.event_step (
  event_id        bigint NOT NULL REFERENCES gridgeo.event,
  step_no         integer NOT NULL CHECK (step_no > 0),
  action          text NOT NULL,
  stage           text NOT NULL,
  actor           text NOT NULL,
  department_code text,
  at              timestamptz NOT NULL,
  reason          text,
  given           jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(given) = 'object'),
  recorded_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (event_id, step_no)
);
COMMENT ON TABLE gridgeo.event_step IS 'what was done: who, when, why, and what it made of the event (given holds every column that it changed)';
COMMENT ON COLUMN gridgeo.event_step.stage IS 'the stage after it';
COMMENT ON COLUMN gridgeo.event_step.step_no IS 'the version of the event after it';

-- What departments are to do. A dispatch to one is one task; several at once are joint handling, one of them leads.
CREATE TABLE gridgeo.event_task (
  event_id        bigint NOT NULL REFERENCES gridgeo.event,
  task_no         smallint NOT NULL CHECK (task_no > 0),
  part            text NOT NULL CHECK (part IN ('lead', 'assist', 'refer', 'whistle')),
  department_code text REFERENCES gridgeo.department,
  stage           text NOT NULL CHECK (stage IN ('open', 'accepted', 'returned', 'declined', 'handled', 'withdrawn')),
  actor           text,
  sent_at         timestamptz NOT NULL,
  answered_at     timestamptz,
  done_at         timestamptz,
  due_at          timestamptz,
  note            text,
  PRIMARY KEY (event_id, task_no)
);
COMMENT ON TABLE gridgeo.event_task IS 'what a department is to do about an event; without a department whoever claims it does';
COMMENT ON COLUMN gridgeo.event_task.actor IS 'who claimed it';
CREATE INDEX event_task_department_idx ON gridgeo.event_task (department_code, event_id);
CREATE INDEX event_task_open_idx ON gridgeo.event_task (department_code, due_at) WHERE stage IN ('open', 'accepted');

CREATE TABLE gridgeo.event_media (
  event_id   bigint NOT NULL REFERENCES gridgeo.event,
  media_no   smallint NOT NULL CHECK (media_no > 0),
  digest     bytea NOT NULL CHECK (length(digest) = 32),
  media_type text NOT NULL,
  bytes      bigint NOT NULL CHECK (bytes > 0),
  step_no    integer NOT NULL,
  PRIMARY KEY (event_id, media_no)
);
COMMENT ON TABLE gridgeo.event_media IS 'pictures and sounds, kept in files by their SHA-256';

-- What was answered to whom for a key, so that a report sent twice is one.
CREATE TABLE gridgeo.event_request (
  owner    text NOT NULL,
  key      bytea NOT NULL CHECK (length(key) = 32),
  digest   bytea NOT NULL CHECK (length(digest) = 32),
  salt     bytea NOT NULL CHECK (length(salt) = 16),
  event_id bigint NOT NULL REFERENCES gridgeo.event,
  made_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (owner, key)
);
CREATE INDEX event_request_event_idx ON gridgeo.event_request (event_id);
COMMENT ON TABLE gridgeo.event_request IS 'SHA-256 of the Idempotency-Key of a report, and of its body';
COMMENT ON COLUMN gridgeo.event_request.salt IS 'with the key itself, which nobody keeps, the secret of the receipt: an answer that got lost is given again';

-- Ten counters a day, so that ten may number events at once; the counter's is the first of the six digits.
CREATE TABLE gridgeo.event_number (
  organisation text NOT NULL,
  day          date NOT NULL,
  counter      smallint NOT NULL CHECK (counter BETWEEN 0 AND 9),
  last         integer NOT NULL DEFAULT 0 CHECK (last BETWEEN 0 AND 99999),
  PRIMARY KEY (organisation, day, counter)
);
COMMENT ON TABLE gridgeo.event_number IS 'the last numbers given to the events of a day';

-- The locked room: who reported, by the token of their code; and texts that held codes of persons, as they were.
CREATE TABLE linkage.event_reporter (
  event_id  bigint NOT NULL,
  report_no smallint NOT NULL,
  token     bytea NOT NULL CHECK (length(token) = 16),
  PRIMARY KEY (event_id, report_no, token)
);
CREATE INDEX event_reporter_token_idx ON linkage.event_reporter (token);
CREATE TABLE linkage.event_original (
  event_id  bigint NOT NULL,
  report_no smallint NOT NULL,
  key_id    smallint NOT NULL,
  sealed    bytea NOT NULL,
  PRIMARY KEY (event_id, report_no)
);

-- What keys may do about events, and for which department.
ALTER TABLE gridgeo.api_key DROP CONSTRAINT api_key_scopes_check;
ALTER TABLE gridgeo.api_key ADD CONSTRAINT api_key_scopes_check CHECK (scopes <@ ARRAY[
  'read', 'write', 'link', 'unmask', 'admin', 'report', 'accept', 'dispatch', 'handle', 'verify']);
ALTER TABLE gridgeo.api_key ADD COLUMN department_code text REFERENCES gridgeo.department;
COMMENT ON COLUMN gridgeo.api_key.department_code IS 'whose tasks the key may handle';
CREATE INDEX api_key_department_idx ON gridgeo.api_key (department_code);
