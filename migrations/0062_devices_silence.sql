-- Who is not heard for longer than policy/supervision.toml allows counts as offline; what was known
-- of it before stands beside, and holds again as soon as it speaks.
ALTER TABLE devices.health ADD COLUMN state_before text NOT NULL DEFAULT '';
ALTER TABLE devices.health ADD COLUMN detail_before text NOT NULL DEFAULT '';

-- Since when this house has been listening without a break. After a break of its own nobody's
-- silence from before counts.
CREATE TABLE devices.listening (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    since timestamptz NOT NULL,
    last_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON devices.listening TO wanghuo_engine;
