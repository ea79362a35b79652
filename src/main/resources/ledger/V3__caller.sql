-- Who handed the request over; NULL where sms-routes does not ask who its callers are.
ALTER TABLE message ADD COLUMN caller TEXT;

-- For lists of one caller, and for its daily allowance. Costs nothing where there are no callers.
CREATE INDEX message_by_caller ON message (caller, admitted_at) WHERE caller IS NOT NULL;
