-- Failed sign-ins, so that a lock-out survives a restart. caller: the login, or login and peer.
CREATE TABLE access.attempt (
    caller text PRIMARY KEY,
    failures int NOT NULL,
    last_at timestamptz NOT NULL
);
CREATE INDEX audit_person ON access.audit (person_id, seq);
CREATE INDEX audit_act ON access.audit (act, seq);
CREATE INDEX token_person ON access.token (person_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON access.attempt TO wanghuo_web, wanghuo_engine;
