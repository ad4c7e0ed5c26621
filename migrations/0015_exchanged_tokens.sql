-- Which resource servers exchanged a token for another (RFC 8693), the last one first; null for one that a client was given.
ALTER TABLE access_tokens ADD COLUMN actors TEXT;
