-- How long comparing with a password hash takes that came by an import, in microseconds, as it is estimated; null for hashes
-- of our own. While there are any, every failed sign-in takes as long as the slowest of them.
ALTER TABLE users ADD COLUMN imported_work BIGINT;
CREATE INDEX users_imported_work ON users (imported_work) WHERE imported_work IS NOT NULL;
