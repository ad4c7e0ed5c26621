-- Roles that an organisation names itself, projects that are open to some members only, and invitations.

-- What its members may do on top of what every member may.
CREATE TABLE roles (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    -- Words with spaces between.
    permissions TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (organization_id, slug)
);

ALTER TABLE memberships ADD COLUMN role_id TEXT REFERENCES roles (id) CHECK (role_id IS NULL OR role = 'member');
CREATE INDEX memberships_by_role ON memberships (role_id) WHERE role_id IS NOT NULL;

-- Since when only owners, admins and those in `project_members` see the project. No token asks: what somebody holds over it ends
-- in the transaction in which they are taken off.
ALTER TABLE projects ADD COLUMN limited_at BIGINT;

CREATE TABLE project_members (
    project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    organization_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, user_id),
    FOREIGN KEY (organization_id, user_id) REFERENCES memberships (organization_id, user_id) ON DELETE CASCADE
);
CREATE INDEX project_members_by_member ON project_members (organization_id, user_id);

-- Somebody who is asked to become a member; the token stands in the mail alone.
CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    email TEXT NOT NULL CHECK (email = lower(email)),
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    role_id TEXT REFERENCES roles (id),
    token_hash TEXT NOT NULL,
    -- A person's id; null where an operator invited. Whether they still may is asked when it is accepted.
    invited_by TEXT,
    mails BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    sent_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    accepted_at BIGINT,
    accepted_by TEXT,
    revoked_at BIGINT,
    CHECK (role_id IS NULL OR role = 'member'),
    CHECK ((accepted_at IS NULL) = (accepted_by IS NULL)),
    CHECK (accepted_at IS NULL OR revoked_at IS NULL)
);
CREATE UNIQUE INDEX invitations_waiting ON invitations (organization_id, email) WHERE accepted_at IS NULL AND revoked_at IS NULL;
CREATE INDEX invitations_by_organization ON invitations (organization_id, id);
CREATE INDEX invitations_by_email ON invitations (email);
CREATE INDEX invitations_by_expiry ON invitations (expires_at);
CREATE INDEX invitations_by_role ON invitations (role_id) WHERE role_id IS NOT NULL;
