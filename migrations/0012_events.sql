-- What others are told of an entry of the trail: how they call it (NULL: it is nobody else's business), which grant, key, project
-- and resource it is about, and its place in the one order in which all of them are told, given after the COMMIT.
ALTER TABLE audit_events ADD COLUMN kind TEXT;
ALTER TABLE audit_events ADD COLUMN grant_id TEXT;
ALTER TABLE audit_events ADD COLUMN key_id TEXT;
ALTER TABLE audit_events ADD COLUMN project_id TEXT;
ALTER TABLE audit_events ADD COLUMN resource_id TEXT;
ALTER TABLE audit_events ADD COLUMN position BIGINT;
-- Counts what one process writes, so that what it wrote at one moment keeps its order.
ALTER TABLE audit_events ADD COLUMN written BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX audit_events_by_position ON audit_events (position) WHERE position IS NOT NULL;
CREATE INDEX audit_events_to_place ON audit_events (at, written, id) WHERE kind IS NOT NULL AND position IS NULL;

-- How far an order has come, who gives its places at this moment, and up to which place it is told no more.
CREATE TABLE feeds (
    name TEXT PRIMARY KEY,
    position BIGINT NOT NULL CHECK (position >= 0),
    forgotten BIGINT NOT NULL CHECK (forgotten >= 0 AND forgotten <= position),
    holder TEXT,
    leased_until BIGINT NOT NULL
);
INSERT INTO feeds (name, position, forgotten, leased_until) VALUES ('events', 0, 0, 0);
