-- With which API token somebody did what an entry tells of.
ALTER TABLE audit_events ADD COLUMN token_id TEXT;
