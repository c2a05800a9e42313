-- The life of a crew, as columns of its party; how far the run card is used up; where stations are.
ALTER TABLE notices.party
    ADD COLUMN crew text NOT NULL DEFAULT '',  -- told, acknowledged, turned_out, arrived, handled, returned, cannot, stood_down; '' is no crew
    ADD COLUMN told_at timestamptz,            -- when its clocks began; a reopened incident tells it again
    ADD COLUMN turned_out_at timestamptz,
    ADD COLUMN arrived_at timestamptz,
    ADD COLUMN handled_at timestamptz,
    ADD COLUMN returned_at timestamptz,
    ADD COLUMN released_at timestamptz;        -- not expected any more: it cannot, or all is clear
CREATE INDEX party_out ON notices.party (owner_id)
    WHERE crew IN ('acknowledged', 'turned_out', 'arrived', 'handled');
CREATE INDEX party_crew_told ON notices.party (told_at) WHERE crew <> '';

ALTER TABLE incidents.incident ADD COLUMN alarm smallint NOT NULL DEFAULT 0;  -- lines of the run card that were called

-- Where a station's crew was seen last, as far as it reports it and was believed.
CREATE TABLE notices.position (
    station_id text PRIMARY KEY,
    town_code text NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX position_at ON notices.position (at);
GRANT SELECT, INSERT, UPDATE, DELETE ON notices.position TO wanghuo_engine;
GRANT SELECT ON notices.position TO wanghuo_web;
ALTER TABLE notices.position ENABLE ROW LEVEL SECURITY;
ALTER TABLE notices.position FORCE ROW LEVEL SECURITY;
CREATE POLICY town_scope ON notices.position TO wanghuo_web
    USING (access.in_scope(town_code)) WITH CHECK (access.in_scope(town_code));
CREATE POLICY whole_city ON notices.position TO wanghuo_engine USING (true) WITH CHECK (true);

-- The stations nearest to a place by road; a command fills it, and until then it is empty.
CREATE SCHEMA IF NOT EXISTS dispatch;
CREATE TABLE IF NOT EXISTS dispatch.travel (
    place_id text,
    level text,
    rank int,
    station_id text,
    travel_s int,
    road_m int,
    kind text CHECK (kind IN ('road', 'straight_line')),
    graph_version text,
    PRIMARY KEY (place_id, level, rank)
);
GRANT USAGE ON SCHEMA dispatch TO wanghuo_engine, wanghuo_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON dispatch.travel TO wanghuo_engine;
GRANT SELECT ON dispatch.travel TO wanghuo_web;
