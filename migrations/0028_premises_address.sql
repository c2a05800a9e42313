-- Further addresses of a contact, one for each channel that does not use the telephone number.
CREATE TABLE premises.contact_address (
    contact_id text NOT NULL REFERENCES premises.contact (id) ON DELETE CASCADE,
    channel text NOT NULL CHECK (channel IN ('email', 'wecom', 'dingtalk', 'feishu', 'sms', 'voice', 'voice_cloud')),
    address text NOT NULL,
    verified boolean NOT NULL DEFAULT false,
    PRIMARY KEY (contact_id, channel)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON premises.contact_address TO wanghuo_engine, wanghuo_web;

ALTER TABLE premises.contact_address ENABLE ROW LEVEL SECURITY;
ALTER TABLE premises.contact_address FORCE ROW LEVEL SECURITY;
-- An address follows its contact's scope.
CREATE POLICY by_contact ON premises.contact_address TO wanghuo_web
    USING (EXISTS (SELECT FROM premises.contact c WHERE c.id = contact_id))
    WITH CHECK (EXISTS (SELECT FROM premises.contact c WHERE c.id = contact_id));
CREATE POLICY whole_city ON premises.contact_address TO wanghuo_engine USING (true) WITH CHECK (true);
