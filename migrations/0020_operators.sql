-- Since when a person administers the server in their browser.
ALTER TABLE users ADD COLUMN operator_at BIGINT;
