-- What is seen around an incident: the weather here, pictures and sightings in 0033.
CREATE SCHEMA sights;

-- Weather beside an incident: when it opens, when its level changes, and once a period after that.
CREATE TABLE sights.weather (
    id text PRIMARY KEY,              -- derived from incident, level and taken_at
    incident_id text NOT NULL,
    town_code text NOT NULL,
    level smallint NOT NULL,          -- of the incident at that moment
    taken_at timestamptz NOT NULL,
    source text NOT NULL,             -- file, http, demo
    period_s double precision NOT NULL, -- how often the source speaks; older than twice that is stale
    trouble text NOT NULL DEFAULT '', -- a code of words.weather_trouble; then nothing below is new
    observed_at timestamptz,          -- NULL: the source has said nothing yet
    station text NOT NULL DEFAULT '',
    lon double precision,
    lat double precision,
    wind_from_deg double precision,   -- 0 is north, 90 is east; NULL: calm or turning
    wind_m_s double precision,
    temperature_c double precision,
    humidity_percent double precision,
    rain_mm double precision          -- of the last hour
);
CREATE INDEX weather_incident ON sights.weather (incident_id, taken_at);

ALTER TABLE sights.weather ENABLE ROW LEVEL SECURITY;
ALTER TABLE sights.weather FORCE ROW LEVEL SECURITY;
CREATE POLICY town_scope ON sights.weather TO wanghuo_web
    USING (access.in_scope(town_code)) WITH CHECK (access.in_scope(town_code));
CREATE POLICY whole_city ON sights.weather TO wanghuo_engine USING (true) WITH CHECK (true);

GRANT USAGE ON SCHEMA sights TO wanghuo_engine, wanghuo_web, wanghuo_gateway;
GRANT SELECT, INSERT, UPDATE, DELETE ON sights.weather TO wanghuo_engine;
GRANT SELECT ON sights.weather TO wanghuo_web;
