-- A sign-in by another provider may be on the way to connect the one that a person came from: the trip whose arrival waits for it.
ALTER TABLE upstream_logins ADD COLUMN connect_id TEXT;
