-- One text for SQLite and PostgreSQL. Times are milliseconds since 1970, UTC.

CREATE TABLE message (
  message_key      TEXT PRIMARY KEY,
  fingerprint      TEXT NOT NULL,
  definition_key   TEXT NOT NULL,
  channel          TEXT NOT NULL,
  source           TEXT NOT NULL,
  run              TEXT,
  state            TEXT NOT NULL,
  accepted         SMALLINT NOT NULL,
  uncertain        SMALLINT NOT NULL,
  attempts         INTEGER NOT NULL,
  admitted_at      BIGINT NOT NULL,
  first_attempt_at BIGINT,
  last_attempt_at  BIGINT,
  changed_at       BIGINT NOT NULL,
  request_id       TEXT,
  code             INTEGER,
  detail           TEXT,
  request          TEXT,
  owner            TEXT,
  claim            BIGINT NOT NULL
);

-- For the purge, and for lists in the order of admission.
CREATE INDEX message_by_age ON message (admitted_at, message_key);

-- For lists of what needs a person, and for its purge.
CREATE INDEX message_not_accepted ON message (admitted_at, message_key) WHERE accepted = 0;

-- Small whatever the ledger holds: what is under way, and nothing else, has an owner.
CREATE INDEX message_under_way ON message (owner) WHERE owner IS NOT NULL;

-- What happened to a message beyond the plain course.
CREATE TABLE event (
  message_key TEXT NOT NULL,
  at          BIGINT NOT NULL,
  what        TEXT NOT NULL,
  code        INTEGER NOT NULL,
  detail      TEXT NOT NULL
);
CREATE INDEX event_of_message ON event (message_key, at);

-- Processes that serve. One whose time is over is dead, and what it had claimed is free.
CREATE TABLE node (
  id          TEXT PRIMARY KEY,
  alive_until BIGINT NOT NULL
);

-- Passes over batch files; without an end while one is under way, or was when its process ended.
CREATE TABLE run (
  id          TEXT PRIMARY KEY,
  content     TEXT NOT NULL,
  name        TEXT NOT NULL,
  started_at  BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE INDEX run_of_batch ON run (content, name);
