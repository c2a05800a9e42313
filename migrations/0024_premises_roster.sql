-- Who is on duty when: hours of a contact, shifts of a station. Written as premises/duty.py says.
ALTER TABLE premises.contact ADD COLUMN duty text NOT NULL DEFAULT '';

CREATE TABLE premises.roster (
    id text PRIMARY KEY,
    station_id text NOT NULL REFERENCES premises.station (id) ON DELETE CASCADE,
    town_code text NOT NULL,
    contact_id text NOT NULL DEFAULT '',  -- '' is somebody who is only counted
    name text NOT NULL,
    hours text NOT NULL,                  -- 1,2,3,4,5 08:00-18:00; 6 09:00-12:00
    valid_from date,
    valid_until date
);
CREATE INDEX roster_station ON premises.roster (station_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON premises.roster TO wanghuo_engine;
GRANT SELECT, INSERT, UPDATE, DELETE ON premises.roster TO wanghuo_web;
ALTER TABLE premises.roster ENABLE ROW LEVEL SECURITY;
ALTER TABLE premises.roster FORCE ROW LEVEL SECURITY;
CREATE POLICY town_scope ON premises.roster TO wanghuo_web
    USING (access.in_scope(town_code)) WITH CHECK (access.in_scope(town_code));
CREATE POLICY whole_city ON premises.roster TO wanghuo_engine USING (true) WITH CHECK (true);
