-- Pictures beside an incident, looks through cameras, and what lookouts saw.
CREATE TABLE sights.picture (
    id text PRIMARY KEY,              -- derived from what sent it, so that a repeat collides
    incident_id text NOT NULL DEFAULT '', -- '' while a lookout's picture has no incident yet
    town_code text NOT NULL,
    origin text NOT NULL,             -- camera, lookout, responder, desk
    camera_id text NOT NULL DEFAULT '',
    by_whom text NOT NULL DEFAULT '', -- the party or the person who sent it
    taken_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    media_type text NOT NULL,
    size_bytes int NOT NULL,
    width int NOT NULL,
    height int NOT NULL,
    sha256 text NOT NULL,             -- also the file's name
    lon double precision,             -- where it says it was taken, if that is near
    lat double precision,
    note text NOT NULL DEFAULT ''
);
CREATE INDEX picture_incident ON sights.picture (incident_id, received_at);
CREATE INDEX picture_received ON sights.picture (received_at);
CREATE INDEX picture_file ON sights.picture (sha256);

-- Each camera is asked once for each level of an incident, and again if it did not answer.
CREATE TABLE sights.look (
    incident_id text NOT NULL,
    camera_id text NOT NULL,
    level smallint NOT NULL,
    town_code text NOT NULL,
    at timestamptz NOT NULL,
    tries int NOT NULL DEFAULT 1,
    picture_id text NOT NULL DEFAULT '',
    trouble text NOT NULL DEFAULT '', -- a code of words.picture_trouble
    PRIMARY KEY (incident_id, camera_id, level)
);

-- What a lookout saw: a ray, a cone, or a point with its error.
CREATE TABLE sights.sighting (
    id text PRIMARY KEY,
    camera_id text NOT NULL,
    town_code text NOT NULL,
    at timestamptz NOT NULL,          -- when it came
    seen text NOT NULL,               -- fire, smoke, heat
    confidence double precision,
    bearing_deg double precision,
    tilt_deg double precision,
    sender text NOT NULL,             -- of the signal that it became
    point text NOT NULL,
    place_id text NOT NULL DEFAULT '',
    lon double precision,             -- the point that was found, if one was
    lat double precision,
    error_m double precision,
    how text NOT NULL,                -- registered, triangle, ground, cone, unknown
    with_camera text NOT NULL DEFAULT '',
    cone jsonb NOT NULL DEFAULT '[]'  -- [[lon, lat], …], what it can have meant
);
CREATE INDEX sighting_at ON sights.sighting (at);
CREATE INDEX sighting_point ON sights.sighting (sender, point, at);

DO $$
DECLARE
    scoped text;
BEGIN
    FOREACH scoped IN ARRAY ARRAY['sights.picture', 'sights.look', 'sights.sighting'] LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', scoped);
        EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', scoped);
        EXECUTE format('CREATE POLICY town_scope ON %s TO wanghuo_web USING (access.in_scope(town_code))'
            ' WITH CHECK (access.in_scope(town_code))', scoped);
        EXECUTE format('CREATE POLICY whole_city ON %s TO wanghuo_engine USING (true) WITH CHECK (true)', scoped);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO wanghuo_engine', scoped);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %s TO wanghuo_web', scoped);
    END LOOP;
END $$;
CREATE POLICY watched ON sights.sighting TO wanghuo_gateway USING (true) WITH CHECK (true);
CREATE POLICY watched ON sights.picture TO wanghuo_gateway USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON sights.sighting, sights.picture TO wanghuo_gateway;
-- A picture that comes in through the API tells open pages at once.
GRANT INSERT ON engines.outbox TO wanghuo_web;
