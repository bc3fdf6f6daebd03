-- Where objects were: a tile of a day in the past looks for those that stood in it then and stand elsewhere now, or are no more. A tile is
-- narrow: what lies in its strip of longitudes is told apart by latitude within the index. A GiST of points takes twice the room and the time
-- to keep, and finds them no faster.
CREATE INDEX object_history_place_idx ON gridgeo.object_history (lon, lat);
COMMENT ON COLUMN gridgeo.object_history.lon IS 'degrees, EPSG:4490; numbers, with an index for the narrow strip of them that a map asks for';

-- Counts are added up by the hundred thousand for callers of scattered units: from the index alone, as long as nobody wrote them since.
ALTER TABLE gridgeo.object_count
  DROP CONSTRAINT object_count_pkey,
  ADD CONSTRAINT object_count_pkey PRIMARY KEY (edition_id, unit_id, category_id, status) INCLUDE (n);
