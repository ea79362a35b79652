-- The API for which this ledger was made: one row, written by the first start. No other API may use it.
CREATE TABLE api (
  one     SMALLINT PRIMARY KEY CHECK (one = 1),
  host    TEXT NOT NULL,
  account TEXT
);
