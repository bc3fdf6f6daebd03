-- Working time, limits of events, and what workers found and told.

CREATE TABLE gridgeo.work_calendar (
  calendar  text PRIMARY KEY CHECK (calendar ~ '^[a-z0-9][a-z0-9_-]{0,31}$'),
  weekdays  smallint[] NOT NULL CHECK (weekdays <@ ARRAY[1, 2, 3, 4, 5, 6, 7]::smallint[]),
  hours     text[] NOT NULL CHECK (cardinality(hours) > 0),
  source    text NOT NULL DEFAULT '',
  loaded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE gridgeo.work_calendar IS '工作日历: weekdays that are worked on (1 is Monday) and at which hours; other days stand in work_calendar_day';
COMMENT ON COLUMN gridgeo.work_calendar.hours IS 'as 09:00-12:00, in the time of China';

CREATE TABLE gridgeo.work_calendar_day (
  calendar text NOT NULL REFERENCES gridgeo.work_calendar ON DELETE CASCADE,
  day      date NOT NULL,
  working  boolean NOT NULL,
  name     text NOT NULL,
  certain  boolean NOT NULL,
  source   text NOT NULL,
  PRIMARY KEY (calendar, day)
);
COMMENT ON TABLE gridgeo.work_calendar_day IS 'holidays, and workdays they were shifted to (调休)';
COMMENT ON COLUMN gridgeo.work_calendar_day.certain IS 'whether it was announced; else it is what the law alone says';

CREATE TABLE gridgeo.event_limit (
  limit_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  city     text NOT NULL DEFAULT '' CHECK (city ~ '^[0-9]{0,9}$'),
  class    text NOT NULL DEFAULT '',
  grade    smallint CHECK (grade BETWEEN 1 AND 4),
  stage    text NOT NULL CHECK (stage IN
    ('whole', 'reported', 'filed', 'dispatched', 'returned', 'handled', 'verified', 'reopened', 'assist', 'refer', 'whistle')),
  amount   integer NOT NULL CHECK (amount BETWEEN 1 AND 100000),
  unit     text NOT NULL CHECK (unit IN ('minute', 'hour', 'day')),
  calendar text,
  source   text NOT NULL DEFAULT '',
  UNIQUE NULLS NOT DISTINCT (city, class, grade, stage)
);
COMMENT ON TABLE gridgeo.event_limit IS '时限: of an event as a whole (from filing to closing), of a stage, or of a part in it';
COMMENT ON COLUMN gridgeo.event_limit.city IS 'first digits of the code of the grid it lies in; empty is everywhere';
COMMENT ON COLUMN gridgeo.event_limit.class IS 'a class by its full path, or how the path begins; empty is every class';
COMMENT ON COLUMN gridgeo.event_limit.calendar IS 'whose working time it is counted in; null is time as it goes by';

-- What workers found, each once: the row is the effect, so it is there or not whenever a worker is killed.
CREATE TABLE gridgeo.event_notice (
  event_id        bigint NOT NULL REFERENCES gridgeo.event,
  kind            text NOT NULL CHECK (kind IN
    ('due-soon', 'overdue', 'stage-due-soon', 'stage-overdue', 'task-due-soon', 'task-overdue',
     'escalated-1', 'escalated-2', 'escalated-3', 'unrouted')),
  due_at          timestamptz NOT NULL,
  task_no         smallint NOT NULL DEFAULT 0,
  department_code text REFERENCES gridgeo.department,
  found_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (event_id, kind, due_at, task_no)
);
COMMENT ON TABLE gridgeo.event_notice IS '催办、督办: an event is due soon, overdue, passed up, or nobody is known to send it to; once for each time it was due';
COMMENT ON COLUMN gridgeo.event_notice.task_no IS 'of what a department is to do beside who leads; 0 is of the event';
COMMENT ON COLUMN gridgeo.event_notice.department_code IS 'who is told';
CREATE INDEX event_notice_department_idx ON gridgeo.event_notice (department_code, found_at);
CREATE INDEX event_notice_found_idx ON gridgeo.event_notice (found_at);
CREATE INDEX event_due_idx ON gridgeo.event (due_at) WHERE stage NOT IN ('rejected', 'closed', 'merged') AND paused_at IS NULL;
CREATE INDEX event_stage_due_idx ON gridgeo.event (stage_due_at) WHERE stage NOT IN ('rejected', 'closed', 'merged') AND paused_at IS NULL;
CREATE INDEX event_undispatched_idx ON gridgeo.event (grade, filed_at, event_id) WHERE stage = 'filed' AND paused_at IS NULL;

-- Departments' own systems, and what each was told of its tasks.
CREATE TABLE gridgeo.event_receiver (
  department_code text PRIMARY KEY REFERENCES gridgeo.department,
  origin          text NOT NULL REFERENCES gridgeo.webhook_origin,
  path            text NOT NULL CHECK (path LIKE '/%'),
  secret          bytea NOT NULL,
  made_at         timestamptz NOT NULL DEFAULT now(),
  tries           integer NOT NULL DEFAULT 0,
  next_at         timestamptz NOT NULL DEFAULT '-infinity',
  failing_since   timestamptz,
  failure         text,
  holder          text,
  held_until      timestamptz NOT NULL DEFAULT '-infinity'
);
COMMENT ON TABLE gridgeo.event_receiver IS 'where a department''s system takes tasks';
COMMENT ON COLUMN gridgeo.event_receiver.secret IS 'sealed with a key that is not in the database';
COMMENT ON COLUMN gridgeo.event_receiver.tries IS 'how often its host could not be reached, one after the other';
COMMENT ON COLUMN gridgeo.event_receiver.holder IS 'who is telling it, until held_until';
CREATE INDEX event_receiver_origin_idx ON gridgeo.event_receiver (origin);

CREATE TABLE gridgeo.event_letter (
  event_id        bigint NOT NULL,
  task_no         smallint NOT NULL,
  opened_at       timestamptz NOT NULL,
  kind            text NOT NULL CHECK (kind IN ('opened', 'withdrawn')),
  department_code text NOT NULL REFERENCES gridgeo.event_receiver ON DELETE CASCADE,
  grade           smallint NOT NULL CHECK (grade BETWEEN 1 AND 4),
  state           text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'taken', 'dead', 'void')),
  live            boolean NOT NULL DEFAULT true,
  tries           integer NOT NULL DEFAULT 0,
  next_at         timestamptz NOT NULL DEFAULT '-infinity',
  failure         text,
  ended_at        timestamptz,
  PRIMARY KEY (event_id, task_no, opened_at, kind),
  FOREIGN KEY (event_id, task_no) REFERENCES gridgeo.event_task
);
COMMENT ON TABLE gridgeo.event_letter IS 'letters to departments'' systems: that a task was opened, or withdrawn; what is told is how it stands when it is sent';
COMMENT ON COLUMN gridgeo.event_letter.opened_at IS 'when the task was opened, again too: a letter of each opening';
COMMENT ON COLUMN gridgeo.event_letter.grade IS 'that of the event when it was written: the gravest goes first';
COMMENT ON COLUMN gridgeo.event_letter.state IS 'void: nobody need be told, for the task was over before';
COMMENT ON COLUMN gridgeo.event_letter.live IS 'whether the task was still to be done when it was looked at last';
COMMENT ON COLUMN gridgeo.event_letter.tries IS 'how often the host was there and would not have it';
CREATE INDEX event_letter_waiting_idx ON gridgeo.event_letter (department_code, grade, opened_at, event_id, task_no, kind) WHERE state = 'waiting';
CREATE INDEX event_letter_department_idx ON gridgeo.event_letter (department_code);
CREATE INDEX event_letter_live_idx ON gridgeo.event_letter (event_id, task_no) WHERE live;
