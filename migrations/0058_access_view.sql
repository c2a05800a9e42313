-- What a person wants to see again: the filters and columns of one page under a name, on every machine they sit at.
CREATE TABLE access.view (
    person_id text NOT NULL,
    page text NOT NULL,               -- history, devices, places, people, tokens, audit
    name text NOT NULL,
    filters jsonb NOT NULL,           -- as the page's address names them
    columns text[] NOT NULL,          -- in the page's order; empty: as the page comes
    saved_at timestamptz NOT NULL,
    PRIMARY KEY (person_id, page, name)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON access.view TO wanghuo_web, wanghuo_engine;
