-- What waits or needs a person, one state at a time: for the lists and counts of the operators' page. A message that
-- is accepted at its first attempt never enters it. The states are in another order than in the purge, which SQLite
-- takes for another condition: the purge goes by age, and would have to sort what it finds here.
CREATE INDEX message_open ON message (state, admitted_at, message_key) WHERE state IN ('WAITING', 'UNCERTAIN', 'PARKED');
