-- Requests of devices (RFC 8628), each from its arrival to what came of it. It stays as long as the sign-in that came of it, so
-- that its person can see which device it was.
CREATE TABLE device_codes (
    id TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    -- The validated request as JSON; nothing is read from the device again.
    request TEXT NOT NULL,
    device_hash TEXT NOT NULL,
    -- HMAC of what the person types, under this version of the server's secret: eight letters would not outlast a plain hash.
    user_code_tag TEXT NOT NULL,
    key_version BIGINT NOT NULL,
    -- From where and with what it was asked.
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- How many seconds the device waits between two questions; grows when it does not.
    pace BIGINT NOT NULL CHECK (pace >= 5),
    polled_at BIGINT,
    -- The request that the browser made of it which entered the code first; no other may.
    authorization_id TEXT,
    -- The last answer was given: the code is dead.
    ended_at BIGINT,
    family_id TEXT REFERENCES families (id) ON DELETE CASCADE,
    CHECK (family_id IS NULL OR (ended_at IS NOT NULL AND authorization_id IS NOT NULL))
);
CREATE UNIQUE INDEX device_codes_by_user_code ON device_codes (user_code_tag) WHERE ended_at IS NULL;
CREATE INDEX device_codes_by_expiry ON device_codes (expires_at) WHERE family_id IS NULL;
CREATE INDEX device_codes_by_family ON device_codes (family_id) WHERE family_id IS NOT NULL;

-- The device that a request was made for; null for one that arrived at /authorize.
ALTER TABLE authorizations ADD COLUMN device_code_id TEXT;

-- Since when the operator's own programs may be given scopes that write over this organisation's projects by a device code.
ALTER TABLE organizations ADD COLUMN device_writes_at BIGINT;
