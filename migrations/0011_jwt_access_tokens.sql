-- What the text of a resource's access tokens is: a reference that is asked about, or a JSON Web Token under this algorithm.
ALTER TABLE resources ADD COLUMN access_tokens TEXT NOT NULL DEFAULT 'opaque' CHECK (access_tokens IN ('opaque', 'ES256', 'RS256', 'EdDSA'));
