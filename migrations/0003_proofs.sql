-- Moves with every change of what opens an account: whoever proved something under an older one has proved nothing.
ALTER TABLE users ADD COLUMN security_epoch BIGINT NOT NULL DEFAULT 1;

-- When an account is erased that its person gave up; until then they may think better of it.
ALTER TABLE users ADD COLUMN erase_at BIGINT;
CREATE INDEX users_to_erase ON users (erase_at) WHERE erase_at IS NOT NULL;

-- Proofs that were asked for by mail: the link, and beside it perhaps a code of six digits; either is good once.
CREATE TABLE proofs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('sign_up', 'verification', 'reset', 'new_address', 'undo_address')),
    -- Whose account. A sign-up has none, nor has a reset that was asked for where there is no account.
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    -- The account's security epoch when it was asked for.
    security_epoch BIGINT,
    -- Where the mail went, and so what is proved.
    email TEXT NOT NULL CHECK (email = lower(email)),
    token_hash TEXT NOT NULL,
    -- HMAC of the code under this version of the server's secret: six digits would not outlast a plain hash.
    code_tag TEXT,
    key_version BIGINT,
    -- The browser that asked, where that matters.
    browser_hash TEXT,
    -- A sign-up's password and name, as JSON, until it is over.
    carried TEXT,
    tries BIGINT NOT NULL CHECK (tries >= 0),
    mails BIGINT NOT NULL CHECK (mails >= 0),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    spent_at BIGINT,
    CHECK ((user_id IS NULL) = (security_epoch IS NULL)),
    CHECK ((code_tag IS NULL) = (key_version IS NULL)),
    CHECK (kind IN ('sign_up', 'reset') OR user_id IS NOT NULL)
);
CREATE INDEX proofs_by_user ON proofs (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX proofs_by_email ON proofs (email);
CREATE INDEX proofs_by_expiry ON proofs (expires_at);
