-- A place's ranking of a level as one row instead of a row for each station: a first ranking of a whole
-- city wrote 256 MB, and checkpoint and vacuum after it were felt by every fire of the next minutes.
DROP TABLE dispatch.travel;
DELETE FROM dispatch.ranking;  -- ranked again behind the next start

-- The nearest stations of a level for a place, the quickest first. The four arrays are as long as one another.
-- by_line: no road leads, the straight line counts. road_m: of the drive, or of the straight line.
-- graph_version: of the road graph, '' without one.
CREATE TABLE dispatch.travel (
    place_id text NOT NULL,
    level text NOT NULL,
    station_ids text[] NOT NULL,
    travel_s int[] NOT NULL,
    road_m int[] NOT NULL,
    by_line boolean[] NOT NULL,
    graph_version text NOT NULL,
    PRIMARY KEY (place_id, level),
    CHECK (cardinality(station_ids) = cardinality(travel_s)
        AND cardinality(station_ids) = cardinality(road_m)
        AND cardinality(station_ids) = cardinality(by_line))
);
GRANT SELECT, INSERT, UPDATE, DELETE ON dispatch.travel TO wanghuo_engine;
GRANT SELECT ON dispatch.travel TO wanghuo_web;

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
