-- With what a message is found again in the systems of others; NULL where the request brought none.
ALTER TABLE message ADD COLUMN trace_id TEXT;
ALTER TABLE message ADD COLUMN caller_request_id TEXT;
