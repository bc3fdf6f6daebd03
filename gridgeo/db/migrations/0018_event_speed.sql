-- Numbers of events asked for as they mostly are: by one thing alone, and by the units right above the lowest. What is told apart less is
-- smaller, and read in its stead; of what is kept it is made here.
ALTER TABLE gridgeo.event_sum DROP CONSTRAINT event_sum_part_check;
ALTER TABLE gridgeo.event_sum ADD CONSTRAINT event_sum_part_check CHECK (part IN
  ('unit', 'near', 'far', 'all', 'class', 'channel', 'department', 'whole', 'kind', 'area', 'way'));
COMMENT ON COLUMN gridgeo.event_sum.part IS
  'what is told apart: unit the lowest unit; near the unit above it; far that two levels above; all nothing; class, channel, department each alone; whole class and department; kind these and the channel; area the unit two levels above, class and department; way that and the channel';

INSERT INTO gridgeo.event_sum (edition_id, part, basis, month, unit_id, class_id, channel, department_code, public,
  n, rejected, merged, closed, on_time, responded, response_s, rated, stars, satisfied, bounces, bounced)
SELECT s.edition_id, p.part, s.basis, s.month,
       CASE p.part WHEN 'near' THEN coalesce(v.parent_id, s.unit_id) WHEN 'far' THEN s.unit_id ELSE 0 END,
       CASE WHEN p.part IN ('class', 'whole') THEN s.class_id ELSE 0 END,
       CASE WHEN p.part = 'channel' THEN s.channel ELSE '' END,
       CASE WHEN p.part IN ('department', 'whole') THEN s.department_code ELSE '' END,
       s.public, sum(s.n), sum(s.rejected), sum(s.merged), sum(s.closed), sum(s.on_time), sum(s.responded),
       sum(s.response_s), sum(s.rated), sum(s.stars), sum(s.satisfied), sum(s.bounces), sum(s.bounced)
  FROM (VALUES ('all', 'whole'), ('class', 'whole'), ('department', 'whole'), ('channel', 'kind'), ('far', 'way'), ('near', 'unit')) AS p (part, of)
  JOIN gridgeo.event_sum AS s ON s.part = p.of
  LEFT JOIN gridgeo.grid_unit_version AS v ON p.part = 'near' AND v.edition_id = s.edition_id AND v.unit_id = s.unit_id
 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;

-- What is open, the newest report first, and when it is due: pages of what is open, or overdue, among millions that are closed.
CREATE INDEX event_open_reported_idx ON gridgeo.event (reported_at, event_id, due_at) WHERE stage NOT IN ('rejected', 'closed', 'merged');

-- Of one class, channel or department, in the order of a page: as its index has them.
DROP INDEX gridgeo.event_class_idx, gridgeo.event_channel_idx, gridgeo.event_department_idx;
CREATE INDEX event_class_idx ON gridgeo.event (class_id, reported_at, event_id);
CREATE INDEX event_channel_idx ON gridgeo.event (channel, reported_at, event_id);
CREATE INDEX event_department_idx ON gridgeo.event (department_code, reported_at, event_id);
