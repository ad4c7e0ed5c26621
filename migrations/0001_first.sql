-- Every table of the first release. TEXT and BIGINT only; times are microseconds since 1970; `…_at` instead of booleans.
-- One text serves SQLite and PostgreSQL (README.md beside this file says what is allowed).

-- Counters that prove whether what a process holds in memory is still true: 'policy' moves with every change of a client,
-- a resource or a signing key.
CREATE TABLE versions (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO versions (name, value) VALUES ('policy', 1);

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE CHECK (email = lower(email)),
    name TEXT,
    password_hash TEXT,
    email_verified_at BIGINT,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE organizations (
    id TEXT PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE projects (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT,
    UNIQUE (organization_id, slug)
);

-- Slugs and ids that were used once are never given again.
CREATE TABLE retired_names (
    kind TEXT NOT NULL CHECK (kind IN ('organization', 'project', 'client', 'resource')),
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    retired_at BIGINT NOT NULL,
    PRIMARY KEY (kind, scope, name)
);

CREATE TABLE memberships (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX memberships_by_user ON memberships (user_id);

-- A signed-in browser and nothing else.
CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    amr TEXT NOT NULL,
    authenticated_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- A downstream app that owns data (RFC 8707's resource, RFC 7662's protected resource).
CREATE TABLE resources (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    identifier TEXT NOT NULL UNIQUE,
    secret_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE resource_scopes (
    resource_id TEXT NOT NULL REFERENCES resources (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    access TEXT NOT NULL CHECK (access IN ('read', 'write')),
    -- The words of the consent page: "It can …".
    description TEXT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (resource_id, name)
);

CREATE TABLE clients (
    id TEXT PRIMARY KEY,
    origin TEXT NOT NULL CHECK (origin IN ('operator', 'registration', 'document')),
    name TEXT NOT NULL,
    profile TEXT NOT NULL CHECK (profile IN ('oauth21', 'oidc')),
    first_party_at BIGINT,
    token_endpoint_auth_method TEXT NOT NULL
        CHECK (token_endpoint_auth_method IN ('none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt')),
    secret_hash TEXT,
    -- RFC 7591 client metadata as JSON: redirect_uris, grant_types, jwks and the rest.
    metadata TEXT NOT NULL,
    -- What was asked for at registration, to find identical registrations again.
    fingerprint TEXT,
    nonce_instead_of_pkce_at BIGINT,
    -- For client_credentials: whose data it reads. Set by an operator only.
    organization_id TEXT REFERENCES organizations (id),
    project_id TEXT REFERENCES projects (id),
    fetched_at BIGINT,
    fresh_until BIGINT,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    disabled_at BIGINT,
    CHECK (origin = 'operator' OR (first_party_at IS NULL AND organization_id IS NULL AND project_id IS NULL)),
    CHECK (origin <> 'document' OR (secret_hash IS NULL AND fetched_at IS NOT NULL)),
    CHECK ((organization_id IS NULL) = (project_id IS NULL))
);
CREATE INDEX clients_by_fingerprint ON clients (fingerprint) WHERE fingerprint IS NOT NULL;

-- One running request at /authorize, and the code that ends it.
CREATE TABLE authorizations (
    id TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    -- The validated request as JSON; nothing is read from the browser again.
    request TEXT NOT NULL,
    -- Null until an unseen client document was fetched and its redirect URI matched.
    redirect_uri TEXT,
    browser_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    decided_at BIGINT,
    decision TEXT CHECK (decision IN ('allowed', 'denied')),
    -- Filled by Allow.
    session_id TEXT,
    user_id TEXT,
    grant_id TEXT,
    resource_id TEXT,
    scope TEXT,
    code_challenge TEXT,
    code_hash TEXT,
    code_expires_at BIGINT,
    auth_time BIGINT,
    amr TEXT,
    -- Spent: used once and may not be used again.
    spent_at BIGINT,
    family_id TEXT,
    CHECK ((decided_at IS NULL) = (decision IS NULL)),
    CHECK (decision <> 'allowed' OR (session_id IS NOT NULL AND user_id IS NOT NULL AND grant_id IS NOT NULL AND scope IS NOT NULL
        AND code_hash IS NOT NULL AND auth_time IS NOT NULL AND amr IS NOT NULL)),
    CHECK ((code_hash IS NULL) = (code_expires_at IS NULL)),
    CHECK ((spent_at IS NULL) = (family_id IS NULL))
);
CREATE INDEX authorizations_by_expiry ON authorizations (expires_at);
CREATE INDEX authorizations_by_browser ON authorizations (browser_hash);

-- What one person lets one client do with one project at one resource.
CREATE TABLE grants (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    client_id TEXT NOT NULL REFERENCES clients (id),
    resource_id TEXT REFERENCES resources (id),
    organization_id TEXT REFERENCES organizations (id),
    project_id TEXT REFERENCES projects (id),
    scope TEXT NOT NULL,
    -- What the client looked like when consent was given; a change asks again.
    client_fingerprint TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    used_address TEXT,
    revoked_at BIGINT,
    revoked_reason TEXT,
    CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL)),
    CHECK ((organization_id IS NULL) = (project_id IS NULL)),
    CHECK ((resource_id IS NULL) = (project_id IS NULL))
);
CREATE UNIQUE INDEX grants_live ON grants (user_id, client_id, coalesce(resource_id, ''), coalesce(project_id, ''))
    WHERE revoked_at IS NULL;
CREATE INDEX grants_by_client ON grants (client_id);
CREATE INDEX grants_by_project ON grants (project_id) WHERE project_id IS NOT NULL;

-- Grants of enabled people, clients, organisations and projects, whose person is a member still.
CREATE VIEW live_grants AS
SELECT g.id, g.user_id, g.client_id, g.resource_id, g.organization_id, g.project_id, g.scope
FROM grants g
JOIN users u ON u.id = g.user_id AND u.disabled_at IS NULL
JOIN clients c ON c.id = g.client_id AND c.disabled_at IS NULL
WHERE g.revoked_at IS NULL
  AND (g.resource_id IS NULL OR EXISTS (SELECT 1 FROM resources r WHERE r.id = g.resource_id AND r.disabled_at IS NULL))
  AND (g.project_id IS NULL OR EXISTS (
        SELECT 1 FROM projects p
        JOIN organizations o ON o.id = p.organization_id AND o.disabled_at IS NULL
        JOIN memberships m ON m.organization_id = o.id AND m.user_id = g.user_id
        WHERE p.id = g.project_id AND p.disabled_at IS NULL));

-- One sign-in's refresh tokens: one row, however often it rotates. No index stands on a column that a rotation changes.
CREATE TABLE families (
    id TEXT PRIMARY KEY,
    grant_id TEXT NOT NULL REFERENCES grants (id),
    client_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    -- The 'policy' version under which `scope` was last compared with what client and resource allow.
    policy_version BIGINT NOT NULL,
    generation BIGINT NOT NULL CHECK (generation >= 1),
    head_hash TEXT NOT NULL,
    previous_hash TEXT,
    retry_salt TEXT NOT NULL,
    key_version BIGINT NOT NULL,
    answered_at BIGINT NOT NULL,
    head_seen_at BIGINT,
    repeated_at BIGINT,
    repeat_streak BIGINT NOT NULL CHECK (repeat_streak >= 0),
    idle_expires_at BIGINT NOT NULL,
    absolute_expires_at BIGINT NOT NULL,
    -- The sign-in that began it, for ID tokens.
    session_id TEXT NOT NULL,
    auth_time BIGINT NOT NULL,
    amr TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT,
    revoked_reason TEXT,
    CHECK ((previous_hash IS NULL) = (generation = 1)),
    CHECK (head_hash <> previous_hash),
    CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL))
);
CREATE INDEX families_by_grant ON families (grant_id);
CREATE INDEX families_by_absolute_expiry ON families (absolute_expires_at);

-- Alive if it exists, has not expired and its family is not revoked. `id` is the family's, or the token's own where no
-- family stands behind it (client_credentials).
CREATE TABLE access_tokens (
    id TEXT NOT NULL,
    generation BIGINT NOT NULL,
    hash TEXT NOT NULL,
    family_id TEXT REFERENCES families (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    resource_id TEXT,
    scope TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (id, generation, hash)
);
CREATE INDEX access_tokens_by_family ON access_tokens (family_id) WHERE family_id IS NOT NULL;
CREATE INDEX access_tokens_by_expiry ON access_tokens (expires_at) WHERE family_id IS NULL;

CREATE TABLE signing_keys (
    id TEXT PRIMARY KEY,
    algorithm TEXT NOT NULL CHECK (algorithm IN ('ES256', 'RS256', 'EdDSA', 'PS256')),
    public_jwk TEXT NOT NULL,
    sealed_private_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    signing_at BIGINT NOT NULL,
    retired_at BIGINT
);

-- Assertions that were used (RFC 7523 jti).
CREATE TABLE used_assertions (
    issuer TEXT NOT NULL,
    jti TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, jti)
);
CREATE INDEX used_assertions_by_expiry ON used_assertions (expires_at);

-- Attempts counted in fixed windows, shared by all processes.
CREATE TABLE attempts (
    subject TEXT PRIMARY KEY,
    window_started_at BIGINT NOT NULL,
    count BIGINT NOT NULL
);
CREATE INDEX attempts_by_window ON attempts (window_started_at);

-- What a person must be told: shown under Connections until it is read.
CREATE TABLE notices (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    grant_id TEXT REFERENCES grants (id),
    kind TEXT NOT NULL CHECK (kind IN ('refresh_reused', 'refresh_shared')),
    created_at BIGINT NOT NULL,
    read_at BIGINT
);
CREATE INDEX notices_by_user ON notices (user_id);

-- Who did what to which, from where, when. Appended in the transaction of the act.
CREATE TABLE audit_events (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    action TEXT NOT NULL,
    user_id TEXT,
    client_id TEXT,
    organization_id TEXT,
    subject TEXT,
    address TEXT
);
CREATE INDEX audit_events_by_user ON audit_events (user_id, id) WHERE user_id IS NOT NULL;
CREATE INDEX audit_events_by_organization ON audit_events (organization_id, id) WHERE organization_id IS NOT NULL;
