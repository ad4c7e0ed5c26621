-- What has access to an organisation, newest first.
CREATE INDEX grants_by_organization ON grants (organization_id, id) WHERE organization_id IS NOT NULL;
