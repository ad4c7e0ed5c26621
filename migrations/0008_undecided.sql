-- Only what waits for an answer is looked for by its browser; a request that was answered as it arrived never enters the index.
DROP INDEX authorizations_by_browser;
CREATE INDEX authorizations_by_browser ON authorizations (browser_hash) WHERE decided_at IS NULL;
