-- Where one gets into a place: gates and doors, for crews on their way.
CREATE TABLE premises.entrance (
    id text PRIMARY KEY,
    place_id text NOT NULL REFERENCES premises.place (id),
    town_code text NOT NULL,          -- of its place
    name text NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    width_m double precision,         -- NULL if it was never measured
    note text NOT NULL DEFAULT ''
);
CREATE INDEX entrance_place ON premises.entrance (place_id);

ALTER TABLE premises.entrance ENABLE ROW LEVEL SECURITY;
ALTER TABLE premises.entrance FORCE ROW LEVEL SECURITY;
CREATE POLICY town_scope ON premises.entrance TO wanghuo_web
    USING (access.in_scope(town_code)) WITH CHECK (access.in_scope(town_code));
CREATE POLICY whole_city ON premises.entrance TO wanghuo_engine USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON premises.entrance TO wanghuo_engine;
GRANT SELECT, INSERT, UPDATE ON premises.entrance TO wanghuo_web;
DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 170000 THEN
        EXECUTE 'GRANT MAINTAIN ON premises.entrance TO wanghuo_engine';
    END IF;
END $$;
