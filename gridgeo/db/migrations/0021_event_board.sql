-- What a department returned or declined: a board tells which of it is open still.
CREATE INDEX event_task_back_idx ON gridgeo.event_task (department_code) WHERE stage IN ('returned', 'declined');
