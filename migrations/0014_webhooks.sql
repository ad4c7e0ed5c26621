-- Addresses that an organisation is told of events at.
CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    url TEXT NOT NULL,
    -- Which kinds of events, with a space between them; empty: all.
    kinds TEXT NOT NULL,
    -- What deliveries are signed with, sealed; beside it, for a while, the one before.
    sealed_secret TEXT NOT NULL,
    previous_secret TEXT,
    previous_until BIGINT,
    created_at BIGINT NOT NULL,
    -- Since when no delivery was taken, how many in a row were not, and until when it is left alone.
    failing_since BIGINT,
    failures BIGINT NOT NULL CHECK (failures >= 0),
    paused_until BIGINT NOT NULL,
    disabled_at BIGINT,
    disabled_reason TEXT CHECK (disabled_reason IN ('operator', 'failing', 'gone')),
    CHECK ((previous_secret IS NULL) = (previous_until IS NULL)),
    CHECK ((failing_since IS NULL) = (failures = 0)),
    CHECK ((disabled_at IS NULL) = (disabled_reason IS NULL))
);
CREATE INDEX webhooks_by_organization ON webhooks (organization_id);

-- One event on its way to one address. The id is what the receiver tells repeats by.
CREATE TABLE webhook_deliveries (
    id TEXT PRIMARY KEY,
    webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Nobody takes it up before this: it is being delivered, or tried again later.
    leased_until BIGINT NOT NULL,
    attempts BIGINT NOT NULL CHECK (attempts >= 0),
    tried_at BIGINT,
    -- What the receiver answered last; nothing if it did not.
    status BIGINT,
    -- Why it was not taken, in a few words of ours.
    trouble TEXT,
    settled_at BIGINT,
    outcome TEXT CHECK (outcome IN ('delivered', 'given_up')),
    UNIQUE (webhook_id, position),
    CHECK ((settled_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (leased_until) WHERE settled_at IS NULL;
CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (created_at);

-- How far events were put on their way.
INSERT INTO feeds (name, position, forgotten, leased_until) VALUES ('webhooks', 0, 0, 0);
