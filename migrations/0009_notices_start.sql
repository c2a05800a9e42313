-- Linkage: the parties told about an incident, and each message to each recipient.
CREATE SCHEMA notices;

CREATE TABLE notices.party (
    id text PRIMARY KEY,              -- derived from incident, role and owner
    incident_id text NOT NULL,
    number text NOT NULL,
    town_code text NOT NULL,
    role text NOT NULL,               -- unit, micro_station, operator_desk, brigade, town_workstation, cad_119, next_level
    owner_id text NOT NULL DEFAULT '', -- unit, station or operator id
    name text NOT NULL,
    at_level smallint NOT NULL,
    reason jsonb NOT NULL,            -- {key, params}: why this one
    shortfall jsonb,                  -- {key, params}: why it cannot be told, if it cannot
    state text NOT NULL,              -- told, acknowledged, escalated, failed
    planned_at timestamptz NOT NULL,
    acknowledged_at timestamptz,
    answer text NOT NULL DEFAULT '',
    distance_m int NOT NULL DEFAULT -1
);
CREATE INDEX party_incident ON notices.party (incident_id);

CREATE TABLE notices.notice (
    id text PRIMARY KEY,              -- derived from party, contact, channel, purpose and round
    party_id text NOT NULL REFERENCES notices.party (id),
    incident_id text NOT NULL,
    number text NOT NULL,
    town_code text NOT NULL,
    role text NOT NULL,
    contact_id text NOT NULL DEFAULT '',
    recipient text NOT NULL,          -- the person's or desk's name
    address text NOT NULL DEFAULT '', -- number or link; masked by role when shown
    channel text NOT NULL,            -- webhook, cockpit, voice, sms, ...
    purpose text NOT NULL,            -- alarm, update, escalation
    round int NOT NULL DEFAULT 1,
    message jsonb NOT NULL,           -- what is said: {key, params, level, confirmed}
    state text NOT NULL,              -- planned, sending, sent, delivered, answered, acknowledged, failed, stopped
    planned_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    claimed_by text NOT NULL DEFAULT '',
    claimed_until timestamptz,
    attempts int NOT NULL DEFAULT 0,
    repeat_of_unknown boolean NOT NULL DEFAULT false,
    sent_at timestamptz,
    answered_at timestamptz,
    acknowledged_at timestamptz,
    outcome text NOT NULL DEFAULT ''
);
CREATE INDEX notice_due ON notices.notice (channel, due_at) WHERE state IN ('planned', 'sending');
CREATE INDEX notice_incident ON notices.notice (incident_id);
CREATE INDEX notice_party ON notices.notice (party_id);
