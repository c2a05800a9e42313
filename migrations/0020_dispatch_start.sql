-- How help reaches every place: ranked beforehand, read by the judge.
CREATE SCHEMA IF NOT EXISTS dispatch;

-- The nearest stations of each level for a place, by time. kind: road, or straight_line where no road
-- leads. road_m: of the drive, or of the straight line. graph_version: of the road graph, '' without one.
CREATE TABLE IF NOT EXISTS dispatch.travel (
    place_id text NOT NULL,
    level text NOT NULL,
    rank int NOT NULL,                -- 1 is the quickest
    station_id text NOT NULL,
    travel_s int NOT NULL,
    road_m int NOT NULL,
    kind text NOT NULL CHECK (kind IN ('road', 'straight_line')),
    graph_version text NOT NULL,
    PRIMARY KEY (place_id, level, rank)
);

-- What the ranking was made of, so that it is made again only when something changed.
CREATE TABLE dispatch.ranking (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    inputs text NOT NULL,             -- digest of places, stations, graph and policy
    graph_version text NOT NULL,
    policy_version text NOT NULL,
    report jsonb NOT NULL,
    ranked_at timestamptz NOT NULL
);

GRANT USAGE ON SCHEMA dispatch TO wanghuo_engine, wanghuo_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON dispatch.travel, dispatch.ranking TO wanghuo_engine;
GRANT SELECT ON dispatch.travel, dispatch.ranking TO wanghuo_web;

-- A ranking follows its place's scope.
ALTER TABLE dispatch.travel ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_place ON dispatch.travel TO wanghuo_web
    USING (EXISTS (SELECT FROM premises.place p WHERE p.id = place_id));
CREATE POLICY whole_city ON dispatch.travel TO wanghuo_engine USING (true) WITH CHECK (true);

DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 170000 THEN
        EXECUTE 'GRANT MAINTAIN ON dispatch.travel TO wanghuo_engine';
    END IF;
END $$;
