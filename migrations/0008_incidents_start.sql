-- Incidents: one suspected fire at one place, its evidence ledger and its hash-chained timeline.
CREATE SCHEMA incidents;

CREATE TABLE incidents.incident (
    id text PRIMARY KEY,              -- derived from the entry that opened it
    number text NOT NULL UNIQUE,      -- YYYYMMDD-TT-nnnn
    place_id text NOT NULL,           -- '' while the sender is not registered
    place_name text NOT NULL,
    category text NOT NULL,
    town_code text NOT NULL,
    building text NOT NULL DEFAULT '',
    lon double precision,
    lat double precision,
    level smallint NOT NULL,          -- 0 to 4
    level_peak smallint NOT NULL,
    state text NOT NULL,              -- open, on_site, closed
    profile text NOT NULL,            -- validated, direct
    policy_version text NOT NULL,
    drill boolean NOT NULL DEFAULT false,
    test boolean NOT NULL DEFAULT false,
    sleeping boolean NOT NULL DEFAULT false,
    opened_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    desk_acknowledged_at timestamptz,
    desk_acknowledged_by text NOT NULL DEFAULT '',
    closed_at timestamptz,
    disposition text NOT NULL DEFAULT '',
    cause text NOT NULL DEFAULT '',
    log_odds_milli int NOT NULL,
    sentence jsonb NOT NULL           -- {key, params} of the sentence a stranger understands
);
CREATE INDEX incident_open ON incidents.incident (place_id) WHERE state <> 'closed';
CREATE INDEX incident_building ON incidents.incident (building) WHERE state <> 'closed' AND building <> '';
CREATE INDEX incident_opened ON incidents.incident (opened_at DESC, id);
CREATE INDEX incident_town ON incidents.incident (town_code, opened_at DESC);

CREATE TABLE incidents.evidence (
    incident_id text NOT NULL,
    line int NOT NULL,
    at timestamptz NOT NULL,
    what text NOT NULL,
    weight_milli int NOT NULL,        -- log-odds, thousandths
    floor smallint NOT NULL,          -- the level this entry alone asks for
    lowers_to smallint NOT NULL DEFAULT -1,
    origin text NOT NULL DEFAULT '',
    sentence jsonb NOT NULL,          -- {key, params}
    entry_id text NOT NULL,
    PRIMARY KEY (incident_id, line)
);

-- Append-only; digest = sha256(digest of the line before + this line's content).
CREATE TABLE incidents.timeline (
    incident_id text NOT NULL,
    line int NOT NULL,
    at timestamptz NOT NULL,
    what text NOT NULL,
    who text NOT NULL DEFAULT '',
    sentence jsonb NOT NULL,
    digest text NOT NULL,
    PRIMARY KEY (incident_id, line)
);

-- The running count of incident numbers, per day and town.
CREATE TABLE incidents.counter (
    day date NOT NULL,
    town_short text NOT NULL,
    used int NOT NULL,
    PRIMARY KEY (day, town_short)
);
