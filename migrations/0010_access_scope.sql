-- Three roles, least privilege. wanghuo_web sees only the towns in app.towns; no setting, no rows.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'wanghuo_engine') THEN
        CREATE ROLE wanghuo_engine LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'wanghuo_gateway') THEN
        CREATE ROLE wanghuo_gateway LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'wanghuo_web') THEN
        CREATE ROLE wanghuo_web LOGIN;
    END IF;
END $$;

GRANT USAGE ON SCHEMA engines, access, premises, devices, signals, gateways, alarms, incidents, notices
    TO wanghuo_engine, wanghuo_web;
GRANT USAGE ON SCHEMA engines, signals, gateways, devices TO wanghuo_gateway;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA
    engines, premises, devices, signals, gateways, alarms, incidents, notices TO wanghuo_engine;
GRANT SELECT, INSERT, UPDATE ON access.person, access.token TO wanghuo_engine;
GRANT SELECT, INSERT ON access.audit TO wanghuo_engine;

GRANT SELECT, INSERT ON signals.fire_log, signals.inbox TO wanghuo_gateway;
GRANT SELECT, INSERT, UPDATE ON gateways.quarantine, gateways.command TO wanghuo_gateway;
GRANT SELECT ON devices.device, devices.sender, devices.operator TO wanghuo_gateway;

GRANT SELECT ON ALL TABLES IN SCHEMA premises, devices, signals, alarms, incidents, notices TO wanghuo_web;
GRANT SELECT, INSERT, UPDATE ON gateways.quarantine, gateways.command TO wanghuo_web;
GRANT INSERT ON signals.fire_log, signals.inbox TO wanghuo_web;
GRANT SELECT, INSERT, UPDATE ON access.person, access.token TO wanghuo_web;
GRANT SELECT, INSERT ON access.audit TO wanghuo_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON engines.idempotency TO wanghuo_web;
GRANT SELECT ON engines.outbox, engines.timer, engines.position, engines.lease TO wanghuo_web;
GRANT INSERT, UPDATE ON premises.unit, premises.place, premises.contact, premises.station, premises.water TO wanghuo_web;
GRANT INSERT, UPDATE ON devices.device, devices.sender, devices.operator TO wanghuo_web;

CREATE FUNCTION access.in_scope(town text) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(current_setting('app.towns', true), '') = '*'
        OR town = ANY (string_to_array(coalesce(current_setting('app.towns', true), ''), ','));
GRANT EXECUTE ON FUNCTION access.in_scope(text) TO wanghuo_web, wanghuo_engine;

DO $$
DECLARE
    scoped text;
BEGIN
    FOREACH scoped IN ARRAY ARRAY[
        'premises.unit', 'premises.place', 'premises.contact', 'premises.station', 'premises.water',
        'devices.device', 'devices.sender', 'alarms.alarm', 'alarms.shelf',
        'incidents.incident', 'notices.party', 'notices.notice'
    ] LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', scoped);
        EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', scoped);
        EXECUTE format('CREATE POLICY town_scope ON %s TO wanghuo_web USING (access.in_scope(town_code))'
            ' WITH CHECK (access.in_scope(town_code))', scoped);
        EXECUTE format('CREATE POLICY whole_city ON %s TO wanghuo_engine USING (true) WITH CHECK (true)', scoped);
    END LOOP;
    EXECUTE 'CREATE POLICY register ON devices.device FOR SELECT TO wanghuo_gateway USING (true)';
    EXECUTE 'CREATE POLICY register ON devices.sender FOR SELECT TO wanghuo_gateway USING (true)';
END $$;

-- Ledger and timeline follow their incident's scope.
ALTER TABLE incidents.evidence ENABLE ROW LEVEL SECURITY;
ALTER TABLE incidents.timeline ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_incident ON incidents.evidence TO wanghuo_web
    USING (EXISTS (SELECT FROM incidents.incident i WHERE i.id = incident_id));
CREATE POLICY by_incident ON incidents.timeline TO wanghuo_web
    USING (EXISTS (SELECT FROM incidents.incident i WHERE i.id = incident_id));
CREATE POLICY whole_city ON incidents.evidence TO wanghuo_engine USING (true) WITH CHECK (true);
CREATE POLICY whole_city ON incidents.timeline TO wanghuo_engine USING (true) WITH CHECK (true);
