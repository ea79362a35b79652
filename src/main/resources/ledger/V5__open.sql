-- What waits or needs a person, one state at a time: for the lists and counts of the operators' page. A message that
-- is accepted at its first attempt never enters it.
CREATE INDEX message_open ON message (state, admitted_at, message_key) WHERE state IN ('PARKED', 'UNCERTAIN', 'WAITING');
