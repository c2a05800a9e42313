-- A city that starts empty is filled over HTTP: towns and villages too, and its border.
GRANT INSERT, UPDATE ON premises.town, premises.village TO wanghuo_web;

-- The border as closed rings of [lon, lat] in WGS-84. It belongs to the whole city, as the towns do.
CREATE TABLE premises.outline (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    rings jsonb NOT NULL
);
ALTER TABLE premises.outline ENABLE ROW LEVEL SECURITY;
ALTER TABLE premises.outline FORCE ROW LEVEL SECURITY;
CREATE POLICY seen_by_all ON premises.outline FOR SELECT TO wanghuo_web USING (true);
CREATE POLICY changed_by_the_city ON premises.outline TO wanghuo_web
    USING (access.in_scope('*')) WITH CHECK (access.in_scope('*'));
CREATE POLICY whole_city ON premises.outline TO wanghuo_engine USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON premises.outline TO wanghuo_engine, wanghuo_web;
