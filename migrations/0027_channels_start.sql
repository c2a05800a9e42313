-- What left through a provider, what the provider said of it later, who takes web pushes, and the
-- recordings of calls.
CREATE SCHEMA channels;

CREATE TABLE channels.sending (
    id text PRIMARY KEY,               -- derived from notice, channel and attempt; its first 15 characters go out as OutId
    notice_id text NOT NULL,
    town_code text NOT NULL,
    role text NOT NULL,
    recipient text NOT NULL,
    channel text NOT NULL,             -- sms, voice_cloud
    number text NOT NULL,              -- the digits that were asked for
    reference text NOT NULL DEFAULT '', -- the provider's own id: BizId, CallId
    at timestamptz NOT NULL,
    state text NOT NULL,               -- asked, taken, refused, delivered, failed
    code text NOT NULL DEFAULT '',     -- in the provider's words
    polled_at timestamptz              -- when its receipt was last asked for
);
CREATE UNIQUE INDEX sending_tag ON channels.sending (left(id, 15));
CREATE INDEX sending_number ON channels.sending (channel, number, at);
CREATE INDEX sending_waits ON channels.sending (channel, at) WHERE state = 'taken';

-- Receipts as they came: durable before the provider is answered, applied by the caller after.
CREATE TABLE channels.receipt (
    id text PRIMARY KEY,               -- derived from what it says, so the same one twice is one
    sending_id text NOT NULL REFERENCES channels.sending (id) ON DELETE CASCADE,
    town_code text NOT NULL,
    at timestamptz NOT NULL,
    delivered boolean NOT NULL,
    code text NOT NULL,
    raw text NOT NULL,
    applied_at timestamptz
);
CREATE INDEX receipt_waits ON channels.receipt (at) WHERE applied_at IS NULL;

-- Browsers that take web pushes for a contact, or for a party without one.
CREATE TABLE channels.subscription (
    id text PRIMARY KEY,               -- derived from the endpoint
    contact_id text NOT NULL DEFAULT '',
    party_id text NOT NULL,            -- the party whose link subscribed
    town_code text NOT NULL,
    endpoint text NOT NULL,
    p256dh text NOT NULL,
    auth text NOT NULL,
    at timestamptz NOT NULL,
    gone_at timestamptz,               -- the push service said so, or it was taken back
    gone_why text NOT NULL DEFAULT ''
);
CREATE INDEX subscription_contact ON channels.subscription (contact_id) WHERE gone_at IS NULL;
CREATE INDEX subscription_party ON channels.subscription (party_id) WHERE gone_at IS NULL;

-- Calls that were recorded. The file goes after keep_until, the row stays.
CREATE TABLE channels.recording (
    id text PRIMARY KEY,               -- derived from notice and attempt
    notice_id text NOT NULL,
    town_code text NOT NULL,
    at timestamptz NOT NULL,
    path text NOT NULL,                -- below the folder of recordings
    sha256 text NOT NULL,
    seconds real NOT NULL,
    keep_until timestamptz NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX recording_notice ON channels.recording (notice_id);
CREATE INDEX recording_due ON channels.recording (keep_until) WHERE deleted_at IS NULL;

GRANT USAGE ON SCHEMA channels TO wanghuo_engine, wanghuo_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA channels TO wanghuo_engine;
GRANT SELECT ON channels.sending, channels.recording TO wanghuo_web;
GRANT SELECT, INSERT ON channels.receipt TO wanghuo_web;
GRANT SELECT, INSERT, UPDATE ON channels.subscription TO wanghuo_web;

DO $$
DECLARE
    scoped text;
BEGIN
    FOREACH scoped IN ARRAY ARRAY[
        'channels.sending', 'channels.receipt', 'channels.subscription', 'channels.recording'
    ] LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', scoped);
        EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', scoped);
        EXECUTE format('CREATE POLICY town_scope ON %s TO wanghuo_web USING (access.in_scope(town_code))'
            ' WITH CHECK (access.in_scope(town_code))', scoped);
        EXECUTE format('CREATE POLICY whole_city ON %s TO wanghuo_engine USING (true) WITH CHECK (true)', scoped);
    END LOOP;
END $$;
