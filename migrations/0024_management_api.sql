-- A token with which a program of a person asks the management API: what that person may, or less.
CREATE TABLE api_tokens (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    hash TEXT NOT NULL,
    last_four TEXT NOT NULL,
    -- Whether it may change anything.
    writes_at BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    used_address TEXT,
    revoked_at BIGINT,
    revoked_reason TEXT,
    CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL))
);
CREATE INDEX api_tokens_by_user ON api_tokens (user_id);
CREATE INDEX api_tokens_by_expiry ON api_tokens (expires_at);

-- Requests that are answered once, however often they are sent: whoever sends the same key again is told what was told before.
CREATE TABLE kept_answers (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key_hash TEXT NOT NULL,
    -- SHA-256 of what was asked: a key stands for one request.
    fingerprint TEXT NOT NULL,
    -- The answer, sealed, since it may hold a secret that is shown once. Nothing while the request is under way.
    sealed_answer TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, key_hash)
);
CREATE INDEX kept_answers_by_expiry ON kept_answers (expires_at);

-- What a declarative set-up made, by kind and name: it alone takes that away again.
CREATE TABLE applied_things (
    kind TEXT NOT NULL CHECK (kind IN ('organization', 'project', 'resource', 'client')),
    name TEXT NOT NULL,
    applied_at BIGINT NOT NULL,
    PRIMARY KEY (kind, name)
);
