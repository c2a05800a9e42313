-- Call tests: whether somebody answers a number. A test has no incident and no party.
CREATE TABLE notices.call_test (
    id text PRIMARY KEY,               -- that of its notice
    contact_id text NOT NULL,
    town_code text NOT NULL,
    month text NOT NULL,               -- YYYY-MM, local
    asked_by text NOT NULL,
    planned_at timestamptz NOT NULL,
    answered_at timestamptz,
    answer text NOT NULL DEFAULT ''
);
CREATE INDEX call_test_month ON notices.call_test (month, contact_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON notices.call_test TO wanghuo_engine;
GRANT SELECT ON notices.call_test TO wanghuo_web;
ALTER TABLE notices.call_test ENABLE ROW LEVEL SECURITY;
ALTER TABLE notices.call_test FORCE ROW LEVEL SECURITY;
CREATE POLICY town_scope ON notices.call_test TO wanghuo_web
    USING (access.in_scope(town_code)) WITH CHECK (access.in_scope(town_code));
CREATE POLICY whole_city ON notices.call_test TO wanghuo_engine USING (true) WITH CHECK (true);

-- The notice of a test belongs to no party (party_id '').
ALTER TABLE notices.notice DROP CONSTRAINT notice_party_id_fkey;
