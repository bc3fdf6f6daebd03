-- Events as maps ask for them: those about a place that were reported in a period, and those open there, whenever they were reported.
-- The first takes the place of the index of points alone, and answers all that was asked of it.
DROP INDEX gridgeo.event_point_idx;
CREATE INDEX event_point_idx ON gridgeo.event USING gist (point, reported_at);
CREATE INDEX event_open_point_idx ON gridgeo.event USING gist (point) WHERE stage NOT IN ('rejected', 'closed', 'merged');
