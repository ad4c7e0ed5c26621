-- The language in which a person was answered when they signed in last (BCP 47): mails that no request of theirs caused are
-- written in it.
ALTER TABLE users ADD COLUMN language TEXT;
