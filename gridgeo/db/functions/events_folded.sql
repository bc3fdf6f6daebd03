-- What steps make of an event: folded in their order, the last that says something of a column holds.
CREATE OR REPLACE AGGREGATE gridgeo.folded(jsonb) (SFUNC = jsonb_concat, STYPE = jsonb, INITCOND = '{}');
