-- What is counted of events. A fact is what an event counts for today; sums by month are what facts add up to; what has not been added
-- to the sums yet waits as shifts, so that writers never wait for each other.

CREATE TABLE gridgeo.event_fact (
  event_id        bigint NOT NULL REFERENCES gridgeo.event,
  edition_id      bigint NOT NULL,
  unit_id         bigint NOT NULL,
  class_id        integer NOT NULL,
  channel         text NOT NULL,
  department_code text NOT NULL,
  public          boolean NOT NULL,
  reported_at     timestamptz NOT NULL,
  filed_at        timestamptz,
  due_at          timestamptz,
  closed_at       timestamptz,
  open            boolean NOT NULL,
  rejected        smallint NOT NULL,
  merged          smallint NOT NULL,
  closed          smallint NOT NULL,
  on_time         smallint NOT NULL,
  responded       smallint NOT NULL,
  response_s      bigint NOT NULL,
  rated           smallint NOT NULL,
  stars           smallint NOT NULL,
  satisfied       smallint NOT NULL,
  bounces         smallint NOT NULL,
  bounced         smallint NOT NULL,
  PRIMARY KEY (event_id, edition_id)
);
COMMENT ON TABLE gridgeo.event_fact IS 'what an event counts for today, by edition (0 while there is none); made of it by gridgeo.count_events';
COMMENT ON COLUMN gridgeo.event_fact.unit_id IS 'the lowest unit it lies in; 0: in none';
COMMENT ON COLUMN gridgeo.event_fact.public IS 'whether its class is: whoever works on no event is told of these alone';
COMMENT ON COLUMN gridgeo.event_fact.filed_at IS 'with due_at and closed_at null of what was rejected or merged: it counts elsewhere or not at all';
COMMENT ON COLUMN gridgeo.event_fact.due_at IS 'null while its clock stands still';
CREATE INDEX event_fact_reported_idx ON gridgeo.event_fact (edition_id, reported_at);
CREATE INDEX event_fact_filed_idx ON gridgeo.event_fact (edition_id, filed_at) WHERE filed_at IS NOT NULL;
CREATE INDEX event_fact_due_idx ON gridgeo.event_fact (edition_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX event_fact_closed_idx ON gridgeo.event_fact (edition_id, closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX event_fact_unit_idx ON gridgeo.event_fact (edition_id, unit_id);
CREATE INDEX event_fact_class_idx ON gridgeo.event_fact (edition_id, class_id);
CREATE INDEX event_fact_open_idx ON gridgeo.event_fact (edition_id, unit_id) WHERE open;

CREATE TABLE gridgeo.event_shift (
  shift_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  times           smallint NOT NULL CHECK (times IN (-1, 1)),
  edition_id      bigint NOT NULL,
  unit_id         bigint NOT NULL,
  class_id        integer NOT NULL,
  channel         text NOT NULL,
  department_code text NOT NULL,
  public          boolean NOT NULL,
  reported_at     timestamptz NOT NULL,
  filed_at        timestamptz,
  due_at          timestamptz,
  closed_at       timestamptz,
  rejected        smallint NOT NULL,
  merged          smallint NOT NULL,
  closed          smallint NOT NULL,
  on_time         smallint NOT NULL,
  responded       smallint NOT NULL,
  response_s      bigint NOT NULL,
  rated           smallint NOT NULL,
  stars           smallint NOT NULL,
  satisfied       smallint NOT NULL,
  bounces         smallint NOT NULL,
  bounced         smallint NOT NULL
);
COMMENT ON TABLE gridgeo.event_shift IS 'facts that came (1) or went (-1) and are not in the sums yet; whoever asks adds them';

CREATE TABLE gridgeo.event_sum (
  edition_id      bigint NOT NULL,
  part            text NOT NULL CHECK (part IN ('unit', 'kind', 'whole', 'area', 'way')),
  basis           text NOT NULL CHECK (basis IN ('reported', 'filed', 'due', 'closed')),
  month           date NOT NULL CHECK (extract(day FROM month) = 1),
  unit_id         bigint NOT NULL,
  class_id        integer NOT NULL,
  channel         text NOT NULL,
  department_code text NOT NULL,
  public          boolean NOT NULL,
  n               bigint NOT NULL,
  rejected        bigint NOT NULL,
  merged          bigint NOT NULL,
  closed          bigint NOT NULL,
  on_time         bigint NOT NULL,
  responded       bigint NOT NULL,
  response_s      bigint NOT NULL,
  rated           bigint NOT NULL,
  stars           bigint NOT NULL,
  satisfied       bigint NOT NULL,
  bounces         bigint NOT NULL,
  bounced         bigint NOT NULL,
  PRIMARY KEY (edition_id, part, basis, month, unit_id, class_id, channel, department_code, public)
);
COMMENT ON TABLE gridgeo.event_sum IS 'facts by month, in China, in which they were reported, filed, due or closed';
COMMENT ON COLUMN gridgeo.event_sum.part IS
  'what is told apart: unit the lowest unit; kind class, channel and department; whole class and department; area a unit two levels above, class and department; way that and the channel';
