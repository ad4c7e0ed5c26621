-- What a scope lets its holder do, in other languages than English: a JSON object by language tag.
ALTER TABLE resource_scopes ADD COLUMN translations TEXT;

-- Since when this resource is the one that is meant where several could be.
ALTER TABLE resources ADD COLUMN default_at BIGINT;
