-- A part of an object's name is looked for in the whole city; most objects have none.
CREATE INDEX object_name_idx ON gridgeo.object USING gin (name gin_trgm_ops) WHERE name IS NOT NULL;
