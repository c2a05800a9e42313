-- The fire log: the first durable copy of everything that may change a judgement.
CREATE SCHEMA signals;

CREATE TABLE signals.fire_log (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry_id text NOT NULL UNIQUE,    -- Entry.id, derived from its cause
    at timestamptz NOT NULL,
    entry bytea NOT NULL              -- Entry as MessagePack
);

-- What is not judged yet; a row leaves in the transaction that holds its effects.
CREATE TABLE signals.inbox (
    seq bigint PRIMARY KEY
);

-- Last reading or state per point from the routine lane.
CREATE TABLE signals.last (
    origin text PRIMARY KEY,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    quantity text NOT NULL DEFAULT '',
    value double precision NOT NULL DEFAULT 0,
    unit text NOT NULL DEFAULT '',
    status int NOT NULL DEFAULT -1,
    text text NOT NULL DEFAULT ''
);

-- How many signals were ever taken, by lane; counted with the position that they were taken at.
CREATE TABLE signals.total (
    lane text PRIMARY KEY,
    signals bigint NOT NULL
);
INSERT INTO signals.total VALUES ('fire', 0), ('routine', 0);
