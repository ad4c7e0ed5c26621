-- API keys: what a service shows instead of a token, over one project.

-- Since when an API key may hold this scope though it writes: it takes in what a service sends.
ALTER TABLE resource_scopes ADD COLUMN ingest_at BIGINT CHECK (ingest_at IS NULL OR access = 'write');

CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    -- Who made it, on whose membership it rests; null where an operator did.
    user_id TEXT REFERENCES users (id),
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    project_id TEXT NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    -- Networks from which alone it may be used, separated by spaces; empty: from anywhere.
    addresses TEXT NOT NULL,
    -- Caps of its own: null means what the settings say, 0 none.
    minute_cap BIGINT CHECK (minute_cap >= 0),
    month_cap BIGINT CHECK (month_cap >= 0),
    hash TEXT NOT NULL,
    last_four TEXT NOT NULL,
    -- What a rotation replaced, and until when that works still.
    previous_hash TEXT,
    previous_last_four TEXT,
    previous_until BIGINT,
    created_at BIGINT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    revoked_reason TEXT,
    CHECK ((previous_hash IS NULL) = (previous_until IS NULL)),
    CHECK ((previous_hash IS NULL) = (previous_last_four IS NULL)),
    CHECK (hash <> previous_hash),
    CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL))
);
CREATE INDEX api_keys_by_project ON api_keys (project_id);
CREATE INDEX api_keys_by_user ON api_keys (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX api_keys_by_expiry ON api_keys (expires_at);

CREATE TABLE api_key_scopes (
    key_id TEXT NOT NULL REFERENCES api_keys (id) ON DELETE CASCADE,
    resource_id TEXT NOT NULL REFERENCES resources (id) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    PRIMARY KEY (key_id, resource_id)
);
CREATE INDEX api_key_scopes_by_resource ON api_key_scopes (resource_id);

-- How often a key was used, and what processes have put aside of its caps. Apart from the keys, which change seldom.
CREATE TABLE api_key_counts (
    key_id TEXT PRIMARY KEY REFERENCES api_keys (id) ON DELETE CASCADE,
    minute_at BIGINT NOT NULL,
    minute_count BIGINT NOT NULL CHECK (minute_count >= 0),
    month_at BIGINT NOT NULL,
    month_count BIGINT NOT NULL CHECK (month_count >= 0),
    used_at BIGINT,
    used_address TEXT
);
