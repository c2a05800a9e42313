-- Counters of points that fire again and again; a drill is a test window that calls people.
CREATE TABLE alarms.runaway (
    origin text PRIMARY KEY,
    recent timestamptz[] NOT NULL,    -- reports inside the sliding window
    spent int NOT NULL,               -- tokens of the bucket used up
    spent_at timestamptz,
    hinted_at timestamptz
);
GRANT SELECT, INSERT, UPDATE, DELETE ON alarms.runaway TO wanghuo_engine;
GRANT SELECT ON alarms.runaway TO wanghuo_web;

ALTER TABLE alarms.shelf ADD COLUMN drill boolean NOT NULL DEFAULT false;
ALTER TABLE alarms.alarm ADD COLUMN sender text NOT NULL DEFAULT '';
CREATE INDEX alarm_sender ON alarms.alarm (sender) WHERE state <> 'normal';
