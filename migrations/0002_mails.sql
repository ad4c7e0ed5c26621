-- Mail that waits to be sent, and for a while what became of it. Written in the transaction of the act that it tells of.
CREATE TABLE mails (
    id TEXT PRIMARY KEY,
    recipient TEXT NOT NULL CHECK (recipient = lower(recipient)),
    -- What it is about, for the log.
    kind TEXT NOT NULL,
    -- What it says, sealed, since it may hold a link or a code; erased once the mail is settled.
    sealed TEXT,
    created_at BIGINT NOT NULL,
    -- Not worth sending any more.
    expires_at BIGINT NOT NULL,
    -- Nobody takes it up before this: it is being delivered, or tried again later.
    leased_until BIGINT NOT NULL,
    attempts BIGINT NOT NULL CHECK (attempts >= 0),
    -- Its text was begun to be handed over; unless an answer is recorded, nobody knows whether it was sent.
    handed_over_at BIGINT,
    settled_at BIGINT,
    outcome TEXT CHECK (outcome IN ('sent', 'refused', 'unknown', 'expired', 'withheld')),
    CHECK ((settled_at IS NULL) = (outcome IS NULL)),
    CHECK ((settled_at IS NULL) = (sealed IS NOT NULL)),
    CHECK (outcome <> 'sent' OR handed_over_at IS NOT NULL)
);
CREATE INDEX mails_waiting ON mails (leased_until) WHERE settled_at IS NULL;
CREATE INDEX mails_settled ON mails (settled_at) WHERE settled_at IS NOT NULL;
