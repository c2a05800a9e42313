-- Cameras: one in a place, or one on a lookout that sees far. Logins are not here (docs/settings.md).
CREATE TABLE premises.camera (
    id text PRIMARY KEY,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('fixed', 'ptz', 'lookout', 'thermal')),
    town_code text NOT NULL,
    place_id text NOT NULL DEFAULT '', -- the place it watches, '' for none
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    height_m double precision,        -- of the lens above the ground around it
    bearing_deg double precision,     -- where it looks while nobody turns it; 0 is north
    tilt_deg double precision,        -- below the horizon
    fov_deg double precision,         -- width of its view
    snapshot_url text NOT NULL DEFAULT '',
    login text NOT NULL DEFAULT '',   -- the name of a login in cameras.toml
    gb_id text NOT NULL DEFAULT ''    -- 20 digits of GB/T 28181
);
CREATE INDEX camera_lat ON premises.camera (lat, lon);
CREATE UNIQUE INDEX camera_gb ON premises.camera (gb_id) WHERE gb_id <> '';

ALTER TABLE premises.camera ENABLE ROW LEVEL SECURITY;
ALTER TABLE premises.camera FORCE ROW LEVEL SECURITY;
CREATE POLICY town_scope ON premises.camera TO wanghuo_web
    USING (access.in_scope(town_code)) WITH CHECK (access.in_scope(town_code));
CREATE POLICY whole_city ON premises.camera TO wanghuo_engine USING (true) WITH CHECK (true);
CREATE POLICY register ON premises.camera FOR SELECT TO wanghuo_gateway USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON premises.camera TO wanghuo_engine;
GRANT SELECT, INSERT, UPDATE ON premises.camera TO wanghuo_web;

-- A gateway finds the place that a lookout points at.
GRANT USAGE ON SCHEMA premises TO wanghuo_gateway;
GRANT SELECT ON premises.camera, premises.place TO wanghuo_gateway;
CREATE POLICY register ON premises.place FOR SELECT TO wanghuo_gateway USING (true);
