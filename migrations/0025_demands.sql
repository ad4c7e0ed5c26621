-- What an organisation demands of how its members sign in, and what of that a sign-in has shown.

-- Since when it demands two factors.
ALTER TABLE organizations ADD COLUMN second_factor_at BIGINT;
-- The ways in that count there: words with spaces between. Null: every one.
ALTER TABLE organizations ADD COLUMN ways_in TEXT CHECK (ways_in IS NULL OR ways_in <> '');

-- By which ways the person of a session came in: words with spaces between. Empty where that was not written down; then `amr` says
-- what can be said.
ALTER TABLE sessions ADD COLUMN ways TEXT NOT NULL DEFAULT '';
ALTER TABLE half_sign_ins ADD COLUMN ways TEXT NOT NULL DEFAULT '';

-- What had been shown in the browser in which a token was made: it reaches no organisation that demands more.
ALTER TABLE api_tokens ADD COLUMN two_factors_at BIGINT;
ALTER TABLE api_tokens ADD COLUMN ways TEXT NOT NULL DEFAULT '';
