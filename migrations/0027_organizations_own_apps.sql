-- Clients and resource servers of an organisation, which its owners manage. Null: the operator's, or a client that came by itself.
-- Whose one is never changes: a grant over a resource is over a project of the resource's own organisation because it was when it was
-- given (decision 0049).
ALTER TABLE clients ADD COLUMN owner_id TEXT REFERENCES organizations (id)
    CHECK (owner_id IS NULL OR (origin = 'operator' AND first_party_at IS NULL));
CREATE INDEX clients_by_owner ON clients (owner_id, id) WHERE owner_id IS NOT NULL;

ALTER TABLE resources ADD COLUMN owner_id TEXT REFERENCES organizations (id);
CREATE INDEX resources_by_owner ON resources (owner_id, id) WHERE owner_id IS NOT NULL;

-- What the management API changes says how often it was changed.
ALTER TABLE roles ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE invitations ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
