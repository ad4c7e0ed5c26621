-- The authenticator app of an account (RFC 6238).
CREATE TABLE totps (
    user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- The seed in force, sealed under the server's secret.
    sealed_seed TEXT,
    confirmed_at BIGINT,
    -- The last step whose code was used: a code is good once.
    last_step BIGINT NOT NULL CHECK (last_step >= 0),
    -- A seed that was shown and waits for its first code, sealed likewise.
    pending_seed TEXT,
    pending_until BIGINT,
    CHECK ((sealed_seed IS NULL) = (confirmed_at IS NULL)),
    CHECK ((pending_seed IS NULL) = (pending_until IS NULL)),
    CHECK (sealed_seed IS NOT NULL OR pending_seed IS NOT NULL)
);

-- Recovery codes: HMAC under this version of the server's secret, each good once.
CREATE TABLE recovery_codes (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    key_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    spent_at BIGINT,
    PRIMARY KEY (user_id, tag)
);

-- Passkeys: several to an account.
CREATE TABLE passkeys (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    credential_id TEXT NOT NULL UNIQUE,
    -- Public key, counter and flags as JSON.
    credential TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version >= 1),
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    -- Since when it is not accepted: its counter went back, so that there may be a copy.
    suspect_at BIGINT
);
CREATE INDEX passkeys_by_user ON passkeys (user_id);

-- Challenges that browsers were given: answered once, or never.
CREATE TABLE ceremonies (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('registration', 'sign_in', 'second_factor', 'proof')),
    browser_hash TEXT NOT NULL,
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    CHECK ((kind = 'sign_in') = (user_id IS NULL))
);
CREATE INDEX ceremonies_by_expiry ON ceremonies (expires_at);

-- Whoever has proved one thing in a browser and must prove another there: no session, and worth nothing else.
CREATE TABLE half_sign_ins (
    id TEXT PRIMARY KEY,
    browser_hash TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    security_epoch BIGINT NOT NULL,
    amr TEXT NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('sign_in', 'proof')),
    session_id TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    CHECK (purpose <> 'proof' OR session_id IS NOT NULL)
);
CREATE INDEX half_sign_ins_by_expiry ON half_sign_ins (expires_at);
CREATE INDEX half_sign_ins_by_user ON half_sign_ins (user_id);
