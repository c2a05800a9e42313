-- Who at the desk has an incident in hand, and how one shift gives it to the next. Neither changes what is judged or told.
CREATE SCHEMA desk;

CREATE TABLE desk.claim (
    incident_id text PRIMARY KEY REFERENCES incidents.incident (id),
    town_code text NOT NULL,
    person_id text NOT NULL REFERENCES access.person (id),
    person_name text NOT NULL,
    given_by text NOT NULL DEFAULT '',  -- the name of whoever gave it, '' if it was taken
    since timestamptz NOT NULL
);
CREATE INDEX claim_person ON desk.claim (person_id);

CREATE TABLE desk.hand_over (
    id text PRIMARY KEY,
    towns text[] NOT NULL,              -- what the giver sees: the shift book is theirs
    from_id text NOT NULL REFERENCES access.person (id),
    from_name text NOT NULL,
    to_id text NOT NULL REFERENCES access.person (id),
    to_name text NOT NULL,
    at timestamptz NOT NULL,
    note text NOT NULL,
    numbers text[] NOT NULL,            -- of the open incidents that the giver had in hand
    received_at timestamptz,
    withdrawn_at timestamptz
);
CREATE INDEX hand_over_at ON desk.hand_over (at DESC, id DESC);
-- Nobody gives one shift to two people.
CREATE UNIQUE INDEX hand_over_waiting ON desk.hand_over (from_id)
    WHERE received_at IS NULL AND withdrawn_at IS NULL;

GRANT USAGE ON SCHEMA desk TO wanghuo_engine, wanghuo_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON desk.claim TO wanghuo_web, wanghuo_engine;
GRANT SELECT, INSERT, UPDATE ON desk.hand_over TO wanghuo_web, wanghuo_engine;

ALTER TABLE desk.claim ENABLE ROW LEVEL SECURITY;
ALTER TABLE desk.claim FORCE ROW LEVEL SECURITY;
ALTER TABLE desk.hand_over ENABLE ROW LEVEL SECURITY;
ALTER TABLE desk.hand_over FORCE ROW LEVEL SECURITY;
CREATE POLICY town_scope ON desk.claim TO wanghuo_web
    USING (access.in_scope(town_code)) WITH CHECK (access.in_scope(town_code));
CREATE POLICY town_scope ON desk.hand_over TO wanghuo_web
    USING ((SELECT bool_and(access.in_scope(town)) FROM unnest(towns) AS town))
    WITH CHECK ((SELECT bool_and(access.in_scope(town)) FROM unnest(towns) AS town));
CREATE POLICY organisation ON desk.claim AS RESTRICTIVE TO wanghuo_web
    USING ((SELECT access.organisation()) = '');
CREATE POLICY organisation ON desk.hand_over AS RESTRICTIVE TO wanghuo_web
    USING ((SELECT access.organisation()) = '');
CREATE POLICY whole_city ON desk.claim TO wanghuo_engine USING (true) WITH CHECK (true);
CREATE POLICY whole_city ON desk.hand_over TO wanghuo_engine USING (true) WITH CHECK (true);
