-- Who did what an entry tells of; what keeps its address from being guessed from the digest that the chain covers, and that digest
-- where the address was erased; and the seal under which the entry stands, given after the COMMIT.
ALTER TABLE audit_events ADD COLUMN actor TEXT;
ALTER TABLE audit_events ADD COLUMN salt TEXT;
ALTER TABLE audit_events ADD COLUMN address_digest TEXT;
ALTER TABLE audit_events ADD COLUMN seal BIGINT;
CREATE INDEX audit_events_by_seal ON audit_events (seal, at, written, id);
CREATE INDEX audit_events_by_actor ON audit_events (actor, id) WHERE actor IS NOT NULL;
CREATE INDEX audit_events_of_ends ON audit_events (subject) WHERE action IN ('user.erased', 'user.removed');
CREATE INDEX audit_events_of_removals ON audit_events (at) WHERE action = 'organization.removed';

-- The chain under the trail: a row covers some entries and the row before.
CREATE TABLE audit_seals (
    number BIGINT PRIMARY KEY CHECK (number > 0),
    entries TEXT NOT NULL,
    complete_until BIGINT NOT NULL,
    link TEXT NOT NULL,
    key_version BIGINT NOT NULL,
    signature TEXT NOT NULL
);

-- What a purge leaves of the seals that it removed.
CREATE TABLE audit_checkpoints (
    number BIGINT PRIMARY KEY CHECK (number > 0),
    link TEXT NOT NULL,
    complete_until BIGINT NOT NULL,
    at BIGINT NOT NULL,
    key_version BIGINT NOT NULL,
    signature TEXT NOT NULL
);

INSERT INTO feeds (name, position, forgotten, leased_until) VALUES ('audit', 0, 0, 0);
