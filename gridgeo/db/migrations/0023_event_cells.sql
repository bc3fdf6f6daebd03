-- Events as a map of the whole city asks for them: those that are open in a row each, for how they stand follows from the hour; those that
-- are closed added up by place and day. Both follow from the events (functions/events_cells.sql).

CREATE TABLE gridgeo.event_standing (
  event_id    bigint PRIMARY KEY,
  x           integer NOT NULL,
  y           integer NOT NULL,
  class_id    integer,
  reported_at timestamptz NOT NULL,
  began       timestamptz NOT NULL,
  due_at      timestamptz
);
COMMENT ON TABLE gridgeo.event_standing IS 'events that are open and have a point, in whole numbers of functions/tiles.sql';
COMMENT ON COLUMN gridgeo.event_standing.due_at IS 'null while its clock stands still';

CREATE TABLE gridgeo.event_closed_shift (
  shift_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  times    smallint NOT NULL CHECK (times IN (-1, 1)),
  x        integer NOT NULL,
  y        integer NOT NULL,
  class_id integer,
  day      integer NOT NULL
);
COMMENT ON TABLE gridgeo.event_closed_shift IS 'closed events that came (1) or went (-1) and are not in the sums yet; whoever asks adds them';
COMMENT ON COLUMN gridgeo.event_closed_shift.day IS 'on which it was reported, in China: days since 1970-01-01';

CREATE TABLE gridgeo.event_closed_sum (
  zoom   smallint NOT NULL CHECK (zoom BETWEEN 14 AND 16),
  x      integer NOT NULL,
  y      integer NOT NULL,
  span   smallint NOT NULL CHECK (span IN (1, 8, 64)),
  number integer NOT NULL,
  public boolean NOT NULL,
  sum_x  bigint NOT NULL,
  sum_y  bigint NOT NULL,
  kinds  integer[] NOT NULL,
  ns     integer[] NOT NULL,
  PRIMARY KEY (zoom, span, number, x, y, public),
  CHECK (cardinality(kinds) = cardinality(ns))
);
COMMENT ON TABLE gridgeo.event_closed_sum IS 'closed events by the cell they lie in and the days they were reported on';
COMMENT ON COLUMN gridgeo.event_closed_sum.span IS 'how many days are added up; number counts such spans since 1970-01-01';
COMMENT ON COLUMN gridgeo.event_closed_sum.public IS 'whether their classes are';
COMMENT ON COLUMN gridgeo.event_closed_sum.kinds IS 'major classes, each by the first class there was of it; 0: no class; ns says how many of each';
-- Asked for by the tile that cells lie in, one span after the other.
CREATE INDEX event_closed_sum_tile_idx ON gridgeo.event_closed_sum (zoom, span, number, (x >> 4), (y >> 4));
