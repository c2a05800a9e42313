-- Every text of the alarm policy that this house judged by, in order: what changed, and since when.
CREATE TABLE alarms.policy (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sha256 text NOT NULL,             -- of the text
    version text NOT NULL,            -- as the text says
    text text NOT NULL,
    first_at timestamptz NOT NULL     -- when the judge started with it
);
GRANT SELECT, INSERT ON alarms.policy TO wanghuo_engine;
GRANT SELECT ON alarms.policy TO wanghuo_web;
