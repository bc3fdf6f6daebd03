-- Pictures, videos and papers of events as they were received. Which event names which stands in event_media.
CREATE TABLE gridgeo.media_file (
  digest       bytea PRIMARY KEY CHECK (length(digest) = 32),
  kept         bytea NOT NULL CHECK (length(kept) = 32),
  media_type   text NOT NULL,
  bytes        bigint NOT NULL CHECK (bytes > 0),
  announced_at timestamptz NOT NULL DEFAULT now(),
  kept_at      timestamptz
);
COMMENT ON TABLE gridgeo.media_file IS 'what was sent (digest: SHA-256 of it as it was), and under which name it is kept';
COMMENT ON COLUMN gridgeo.media_file.kept IS 'SHA-256 of what is kept, which is its name: without where and by whom it was taken';
COMMENT ON COLUMN gridgeo.media_file.announced_at IS 'when it was last said that its bytes come: before the first of them is written';
COMMENT ON COLUMN gridgeo.media_file.kept_at IS 'since when some event has it; until then nobody does, and after a day it is removed';
CREATE INDEX media_file_kept_idx ON gridgeo.media_file (kept);
CREATE INDEX media_file_announced_idx ON gridgeo.media_file (announced_at) WHERE kept_at IS NULL;

ALTER TABLE gridgeo.event_media ADD COLUMN actor text, ADD COLUMN kept_at timestamptz;
COMMENT ON COLUMN gridgeo.event_media.actor IS 'who sent its bytes';
COMMENT ON COLUMN gridgeo.event_media.kept_at IS 'since when the event has its bytes: who only names a digest gets nothing that others sent';
COMMENT ON COLUMN gridgeo.event_media.step_no IS 'the step it was named with, or the last one before it was sent';

-- Who handles an event may have to ask who reported it: the words as they were are opened for that.
INSERT INTO linkage.purpose (purpose, unmask, name_zh, name_en) VALUES ('callback', true, '回访', 'Calling back who reported');
