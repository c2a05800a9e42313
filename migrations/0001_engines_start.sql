-- The engines' own tables: outbox, timers, leases. Roles: see docs/decisions/0003.
CREATE SCHEMA IF NOT EXISTS engines; -- the ledger of migrations may stand there already

-- A lease: who owns a piece of periodic work or a partition, until when.
CREATE TABLE engines.lease (
    name text PRIMARY KEY,
    owner text NOT NULL,
    expires_at timestamptz NOT NULL
);

-- How far a consumer has come; committed with its effects.
CREATE TABLE engines.position (
    name text PRIMARY KEY,
    position bigint NOT NULL
);

-- Facts on their way to the stream, written in the transaction of the state they tell of.
CREATE TABLE engines.outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fact_id text NOT NULL UNIQUE,
    topic text NOT NULL,
    town_code text NOT NULL,
    at timestamptz NOT NULL,
    body jsonb NOT NULL,
    published_at timestamptz
);
CREATE INDEX outbox_unpublished ON engines.outbox (seq) WHERE published_at IS NULL;

-- Durable timers: a row with a due time. The id derives from the cause.
CREATE TABLE engines.timer (
    id text PRIMARY KEY,
    kind text NOT NULL,
    subject text NOT NULL,
    due_at timestamptz NOT NULL,
    note text NOT NULL DEFAULT '',
    fired_at timestamptz
);
CREATE INDEX timer_due ON engines.timer (due_at) WHERE fired_at IS NULL;
CREATE INDEX timer_subject ON engines.timer (subject) WHERE fired_at IS NULL;

-- Answers already given under an Idempotency-Key.
CREATE TABLE engines.idempotency (
    principal_id text NOT NULL,
    key text NOT NULL,
    request_digest text NOT NULL,
    status int NOT NULL,
    body bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (principal_id, key)
);
