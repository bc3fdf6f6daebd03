-- Who is in charge of a grid: its worker (网格员) and its head (网格长), by dated periods. They are staff in their duty, and no residents.
-- Units are named by their scheme and key (a code, or level:name where there is none), so that an edition cuts nobody off.
CREATE TABLE gridgeo.grid_worker (
  scheme      text NOT NULL REFERENCES gridgeo.scheme,
  unit_key    text NOT NULL CHECK (unit_key <> ''),
  role        text NOT NULL CHECK (role IN ('worker', 'head')),
  name        text NOT NULL CHECK (name <> ''),
  phone       text CHECK (phone ~ '^\+?[0-9]{3,15}$'),
  valid_from  date NOT NULL,
  valid_to    date,
  source      text NOT NULL DEFAULT '',
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (scheme, unit_key, role, name, valid_from),
  CHECK (valid_to > valid_from)
);
COMMENT ON TABLE gridgeo.grid_worker IS '网格员与网格长: who is in charge of a unit, from a day on until, without it, another. Told to callers with a name only';
COMMENT ON COLUMN gridgeo.grid_worker.phone IS 'of the duty, never a private one';
