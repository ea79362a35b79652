-- As how many messages an accepted one travels and is billed; NULL when that is not known.
ALTER TABLE message ADD COLUMN parts INTEGER;
