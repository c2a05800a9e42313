-- People, roles, tokens, sessions, the audit trail.
CREATE SCHEMA access;

CREATE TABLE access.person (
    id text PRIMARY KEY,
    login text NOT NULL UNIQUE,
    name text NOT NULL,
    role text NOT NULL,
    towns text[] NOT NULL,            -- {'*'} is the whole city
    operator_id text NOT NULL DEFAULT '',
    password_hash text NOT NULL DEFAULT '',
    active boolean NOT NULL DEFAULT true
);

-- API tokens and browser sessions: only their SHA-256 is kept.
CREATE TABLE access.token (
    digest bytea PRIMARY KEY,
    person_id text NOT NULL REFERENCES access.person (id),
    kind text NOT NULL CHECK (kind IN ('api', 'session')),
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz
);

-- Append-only, hash-chained: each row's digest covers the one before it.
CREATE TABLE access.audit (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    person_id text NOT NULL,
    role text NOT NULL,
    act text NOT NULL,
    subject text NOT NULL,
    detail jsonb NOT NULL,
    digest bytea NOT NULL
);
