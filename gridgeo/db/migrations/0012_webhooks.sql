-- Webhooks: who is told of the transactions of the change feed, up to which, and what could not be told. What is to be told is not
-- written a second time: it is the feed itself (0010_changes.sql), so nothing that was committed is ever missing here.

CREATE TABLE gridgeo.webhook_origin (
  origin     text PRIMARY KEY CHECK (origin ~ '^https?://[^/?#@ ]+$'),
  entered_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE gridgeo.webhook_origin IS 'the hosts that may be told, as the administrator entered them by command; no other is ever asked';

CREATE TABLE gridgeo.webhook (
  webhook_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  origin        text NOT NULL REFERENCES gridgeo.webhook_origin,
  path          text NOT NULL CHECK (path LIKE '/%'),
  entities      text[] NOT NULL CHECK (cardinality(entities) > 0),
  area          bigint[],
  secret        bytea NOT NULL,
  made_at       timestamptz NOT NULL DEFAULT now(),
  told          bigint NOT NULL CHECK (told >= 0),
  tries         integer NOT NULL DEFAULT 0,
  refusals      integer NOT NULL DEFAULT 0,
  next_at       timestamptz NOT NULL DEFAULT '-infinity',
  failing_since timestamptz,
  failure       text,
  holder        text,
  held_until    timestamptz NOT NULL DEFAULT '-infinity'
);
COMMENT ON COLUMN gridgeo.webhook.area IS 'grid units it is for, of any level; null is the whole city';
COMMENT ON COLUMN gridgeo.webhook.secret IS 'sealed with a key that is not in the database';
COMMENT ON COLUMN gridgeo.webhook.told IS 'number of the transaction up to which it was told';
COMMENT ON COLUMN gridgeo.webhook.tries IS 'tries of the transaction after it that failed; of these the host was there and refused it in so many as refusals says';
COMMENT ON COLUMN gridgeo.webhook.holder IS 'who is telling it, until held_until: one at a time, so that it is told in order';
CREATE INDEX webhook_origin_idx ON gridgeo.webhook (origin);

CREATE TABLE gridgeo.webhook_dead (
  webhook_id bigint NOT NULL REFERENCES gridgeo.webhook ON DELETE CASCADE,
  number     bigint NOT NULL,
  died_at    timestamptz NOT NULL DEFAULT now(),
  failure    text NOT NULL,
  PRIMARY KEY (webhook_id, number)
);
COMMENT ON TABLE gridgeo.webhook_dead IS 'transactions a webhook refused time and again: left out, until somebody has them told again';
