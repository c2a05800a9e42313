-- Further addresses of a contact, one for each channel that does not use the telephone number.
CREATE TABLE premises.contact_address (
    contact_id text NOT NULL REFERENCES premises.contact (id) ON DELETE CASCADE,
    channel text NOT NULL CHECK (channel IN ('email', 'wecom', 'dingtalk', 'feishu', 'sms', 'voice', 'voice_cloud')),
    address text NOT NULL,
    verified boolean NOT NULL DEFAULT false,
    town_code text NOT NULL,
    PRIMARY KEY (contact_id, channel)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON premises.contact_address TO wanghuo_engine, wanghuo_web;

ALTER TABLE premises.contact_address ENABLE ROW LEVEL SECURITY;
ALTER TABLE premises.contact_address FORCE ROW LEVEL SECURITY;
CREATE POLICY town_scope ON premises.contact_address TO wanghuo_web
    USING (access.in_scope(town_code)) WITH CHECK (access.in_scope(town_code));
CREATE POLICY whole_city ON premises.contact_address TO wanghuo_engine USING (true) WITH CHECK (true);
