-- Who somebody is at another provider, by what that provider never gives to anybody else. An address is not that.
CREATE TABLE upstream_identities (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The row of the configuration through which it was last seen.
    provider TEXT NOT NULL,
    -- OpenID Connect: the token's issuer; GitHub: the base address.
    issuer TEXT NOT NULL,
    -- OpenID Connect: sub; Microsoft: oid; GitHub: the number.
    subject TEXT NOT NULL,
    -- As the provider writes it, for people to tell one from another. Nothing is looked up by it.
    label TEXT,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    UNIQUE (issuer, subject)
);
CREATE INDEX upstream_identities_by_user ON upstream_identities (user_id);

-- Trips to another provider: each begun by a click on a page of ours and ended once.
CREATE TABLE upstream_logins (
    id TEXT PRIMARY KEY,
    provider TEXT NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('sign_in', 'link', 'prove')),
    state_hash TEXT NOT NULL,
    -- The version of the server's secret that the nonce and the PKCE verifier are derived under.
    key_version BIGINT NOT NULL,
    browser_hash TEXT NOT NULL,
    -- Who links or proves, and in which session.
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    session_id TEXT REFERENCES sessions (id) ON DELETE CASCADE,
    -- The act that waits for the proof.
    act TEXT,
    -- The request at /authorize that waits for the sign-in.
    authorization_id TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- When the browser came back: after that, state and code are worth nothing.
    returned_at BIGINT,
    -- Who came back, while what becomes of it waits for the person: to sign in as before, or to prove the address.
    issuer TEXT,
    subject TEXT,
    label TEXT,
    finished_at BIGINT,
    CHECK ((purpose = 'sign_in') = (user_id IS NULL)),
    CHECK ((user_id IS NULL) = (session_id IS NULL)),
    CHECK ((issuer IS NULL) = (subject IS NULL)),
    CHECK (issuer IS NULL OR returned_at IS NOT NULL)
);
CREATE INDEX upstream_logins_by_user ON upstream_logins (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX upstream_logins_by_session ON upstream_logins (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX upstream_logins_by_browser ON upstream_logins (browser_hash) WHERE finished_at IS NULL;
CREATE INDEX upstream_logins_by_expiry ON upstream_logins (expires_at);
