-- Alarms: a device point that is in alarm. Shelves and test windows. The order of judging.
CREATE SCHEMA alarms;

-- In which order entries were judged: the order of a replay.
CREATE TABLE alarms.judged (
    judge_no bigint PRIMARY KEY,
    seq bigint NOT NULL UNIQUE
);

CREATE TABLE alarms.alarm (
    id text PRIMARY KEY,              -- derived from point, type and first entry
    origin text NOT NULL,
    alarm_type text NOT NULL,         -- fire, notable
    sensor text NOT NULL,
    device_id text NOT NULL DEFAULT '',
    place_id text NOT NULL,           -- '' while the sender is not registered
    town_code text NOT NULL,
    incident_id text NOT NULL,        -- '' when shelved or in a test window
    state text NOT NULL,              -- unacknowledged, acknowledged, returned, normal
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    repeats int NOT NULL,
    last_digest text NOT NULL,
    shelved boolean NOT NULL DEFAULT false,
    text text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX alarm_live ON alarms.alarm (origin, alarm_type) WHERE state <> 'normal';
CREATE INDEX alarm_place ON alarms.alarm (place_id) WHERE state <> 'normal';
CREATE INDEX alarm_incident ON alarms.alarm (incident_id);

CREATE TABLE alarms.shelf (
    id text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('shelf', 'test_window')),
    origin text NOT NULL DEFAULT '',
    place_id text NOT NULL DEFAULT '',
    town_code text NOT NULL DEFAULT '',
    author_id text NOT NULL,
    author_name text NOT NULL,
    reason text NOT NULL,
    from_at timestamptz NOT NULL,
    until_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX shelf_live ON alarms.shelf (origin, place_id) WHERE ended_at IS NULL;
