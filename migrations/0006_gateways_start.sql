-- What gateways could not understand or bind, kept whole for a person.
CREATE SCHEMA gateways;

CREATE TABLE gateways.quarantine (
    id text PRIMARY KEY,
    at timestamptz NOT NULL,
    door text NOT NULL,               -- gb26875_tcp, gb26875_udp, mqtt, access_http, ctwing, ...
    peer text NOT NULL,
    reason text NOT NULL,             -- a code: no_start_mark, bad_checksum, unknown_sender, ...
    raw bytea NOT NULL,
    detail text NOT NULL DEFAULT '',
    times int NOT NULL DEFAULT 1,     -- the same bytes from the same peer again
    settled_at timestamptz,
    settled_by text NOT NULL DEFAULT ''
);
CREATE INDEX quarantine_open ON gateways.quarantine (at) WHERE settled_at IS NULL;

-- Commands sent down to transmitters (61-91), authorised and logged.
CREATE TABLE gateways.command (
    id text PRIMARY KEY,
    at timestamptz NOT NULL,
    sender text NOT NULL,
    type int NOT NULL,
    body bytea NOT NULL,
    asked_by text NOT NULL,
    state text NOT NULL,              -- queued, sent, confirmed, answered, denied, expired
    answered_at timestamptz,
    answer bytea
);
