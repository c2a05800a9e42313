-- Towns, villages, units, places, contacts, stations, water. Coordinates are WGS-84 degrees.
CREATE SCHEMA premises;

CREATE TABLE premises.town (
    code text PRIMARY KEY,            -- statistics bureau, 9 digits
    name text NOT NULL,
    short text NOT NULL UNIQUE,       -- two capital letters of the incident number, e.g. XP
    lon double precision NOT NULL,
    lat double precision NOT NULL
);

CREATE TABLE premises.village (
    code text PRIMARY KEY,            -- 12 digits
    town_code text NOT NULL REFERENCES premises.town (code),
    name text NOT NULL,
    kind text NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL
);

CREATE TABLE premises.unit (
    id text PRIMARY KEY,
    name text NOT NULL,
    credit_code text NOT NULL DEFAULT '',
    town_code text NOT NULL
);

CREATE TABLE premises.place (
    id text PRIMARY KEY,
    unit_id text NOT NULL REFERENCES premises.unit (id),
    name text NOT NULL,
    category text NOT NULL,           -- one of the 14 codes of policy/categories.toml
    address text NOT NULL DEFAULT '',
    town_code text NOT NULL REFERENCES premises.town (code),
    village_code text NOT NULL DEFAULT '',
    building text NOT NULL DEFAULT '', -- places of one building are adjacent
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    datum text NOT NULL DEFAULT 'WGS-84', -- what the source said
    people int NOT NULL DEFAULT 0,
    sleeping boolean NOT NULL DEFAULT false,
    hazards text NOT NULL DEFAULT '',
    profile text NOT NULL DEFAULT '',  -- alarm policy profile override: '', validated, direct
    test boolean NOT NULL DEFAULT false, -- the synthetic fire's own place
    search text NOT NULL DEFAULT ''
);
CREATE INDEX place_town ON premises.place (town_code);
CREATE INDEX place_lat ON premises.place (lat, lon);
CREATE INDEX place_building ON premises.place (building) WHERE building <> '';

-- Who is told. owner_kind: unit, station, town, city.
CREATE TABLE premises.contact (
    id text PRIMARY KEY,
    owner_kind text NOT NULL CHECK (owner_kind IN ('unit', 'station', 'town', 'city')),
    owner_id text NOT NULL,
    town_code text NOT NULL,
    name text NOT NULL,
    role text NOT NULL,               -- responsible, safety_officer, duty, leader
    phone text NOT NULL DEFAULT '',
    verified boolean NOT NULL DEFAULT false,
    sequence int NOT NULL DEFAULT 1   -- who is called first
);
CREATE INDEX contact_owner ON premises.contact (owner_kind, owner_id, sequence);

CREATE TABLE premises.station (
    id text PRIMARY KEY,
    level text NOT NULL CHECK (level IN ('main', 'town_workstation', 'brigade', 'micro')),
    keeper text NOT NULL,             -- government, village, key_unit, enterprise
    name text NOT NULL,
    town_code text NOT NULL,
    village_code text NOT NULL DEFAULT '',
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    crew int NOT NULL DEFAULT 0,
    on_duty boolean NOT NULL DEFAULT true
);

CREATE TABLE premises.water (
    id text PRIMARY KEY,
    kind text NOT NULL,               -- hydrant, tank, intake, pond
    name text NOT NULL,
    town_code text NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    flow_l_per_s double precision
);
