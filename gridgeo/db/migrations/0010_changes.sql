-- The change feed: what was written, by transaction, in the order of commits. Kept by functions/changes.sql with every write;
-- numbered after the commit by gridgeo/changes/stamping.py. Never identities.

CREATE TABLE gridgeo.change_transaction (
  transaction_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  number         bigint UNIQUE CHECK (number > 0),
  made_at        timestamptz NOT NULL DEFAULT now(),
  stamped_at     timestamptz,
  CHECK ((number IS NULL) = (stamped_at IS NULL))
);
COMMENT ON TABLE gridgeo.change_transaction IS 'transactions that changed what is published';
COMMENT ON COLUMN gridgeo.change_transaction.transaction_id IS 'given when the transaction first writes: one with a lower number may commit later';
COMMENT ON COLUMN gridgeo.change_transaction.number IS '1, 2, 3, … in an order of commits, without a gap; null until it is stamped';
CREATE INDEX change_transaction_waiting_idx ON gridgeo.change_transaction (transaction_id) WHERE number IS NULL;
CREATE INDEX change_transaction_stamped_idx ON gridgeo.change_transaction (stamped_at);

-- What is new stands in its table, and what it is now as well: kept is only what was. So the state at any transaction is the tables
-- with everything since taken back, and a load of a million rows costs a few thousand here.
CREATE TABLE gridgeo.change (
  transaction_id bigint NOT NULL,
  change_id      bigint GENERATED ALWAYS AS IDENTITY,
  entity         text NOT NULL,
  operation      text NOT NULL CHECK (operation IN ('insert', 'update', 'delete')),
  key            text COLLATE "C",
  keys           text[] COLLATE "C",
  unit_id        bigint,
  was            jsonb,
  PRIMARY KEY (transaction_id, change_id),
  CHECK ((operation = 'insert') = (keys IS NOT NULL)),
  CHECK ((keys IS NULL) = (key IS NOT NULL)),
  CHECK ((key IS NULL) = (was IS NULL)),
  CHECK (keys IS NULL OR unit_id IS NULL)
);
COMMENT ON TABLE gridgeo.change IS 'what became of one thing, or up to 1000 new ones (keys), in the order it became so';
COMMENT ON COLUMN gridgeo.change.was IS 'what was published of it before';
COMMENT ON COLUMN gridgeo.change.unit_id IS 'the lowest unit it lay in before, in the edition of governance valid then: who may see that it was there';
CREATE INDEX change_key_idx ON gridgeo.change (entity, key, change_id) WHERE key IS NOT NULL;
