-- A second factor (RFC 6238) beside the password, and sessions that end when nobody uses them.
ALTER TABLE access.person
    ADD COLUMN factor_secret text NOT NULL DEFAULT '',       -- Base32; '' has none
    ADD COLUMN factor_on boolean NOT NULL DEFAULT false,     -- false until a code has proved that it arrived
    ADD COLUMN factor_step bigint NOT NULL DEFAULT 0,        -- the last 30 s step that was used: no code works twice
    ADD COLUMN recovery_digests bytea[] NOT NULL DEFAULT '{}'; -- SHA-256 of what opens once without the telephone
ALTER TABLE access.token ADD COLUMN seen_at timestamptz;     -- of a session, to the minute
