-- The register of everything that senses.
CREATE SCHEMA devices;

CREATE TABLE devices.operator (
    id text PRIMARY KEY,
    name text NOT NULL,
    town_code text NOT NULL DEFAULT '',
    key_digest bytea                  -- SHA-256 of the operator's key
);

-- One row a sensing point. origin is Signal.origin(): the key on the wire.
CREATE TABLE devices.device (
    id text PRIMARY KEY,
    origin text NOT NULL UNIQUE,
    sender text NOT NULL,             -- Signal.sender
    place_id text NOT NULL,
    town_code text NOT NULL,
    kind text NOT NULL,               -- SensorKind
    operator_id text NOT NULL,
    location text NOT NULL DEFAULT '', -- where in the place, in words
    profile text NOT NULL DEFAULT 'standard', -- vendor profile of its sender
    installed_on date,
    out_of_service boolean NOT NULL DEFAULT false
);
CREATE INDEX device_place ON devices.device (place_id);
CREATE INDEX device_sender ON devices.device (sender);

-- Transmitters (用户信息传输装置) and other senders that hold points. peer: '' or the bound address.
CREATE TABLE devices.sender (
    sender text PRIMARY KEY,          -- Signal.sender
    place_id text NOT NULL,
    town_code text NOT NULL,
    operator_id text NOT NULL,
    profile text NOT NULL DEFAULT 'standard',
    peer text NOT NULL DEFAULT ''
);
CREATE INDEX sender_place ON devices.sender (place_id);

-- Last state and health, upserted in bulk from the routine lane.
CREATE TABLE devices.health (
    origin text PRIMARY KEY,
    last_seen_at timestamptz NOT NULL,
    state text NOT NULL,              -- normal, fault, shielded, offline
    detail text NOT NULL DEFAULT ''
);
