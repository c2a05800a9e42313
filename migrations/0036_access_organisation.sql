-- Whoever belongs to an organisation sees what is that organisation's: a second fence beside the towns, in the
-- database too, so that a route that forgets to ask still shows nothing.
ALTER TABLE access.person RENAME COLUMN operator_id TO organisation_id;

-- app.organisation: '' sees everything of its towns, else kind:id. Kinds: operator, station, unit, insurer, expert, cad_119.
CREATE FUNCTION access.organisation() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(current_setting('app.organisation', true), '');
CREATE FUNCTION access.organisation_kind() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN split_part(access.organisation(), ':', 1);
CREATE FUNCTION access.organisation_id() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN substr(access.organisation(), strpos(access.organisation(), ':') + 1);

CREATE INDEX device_operator_place ON devices.device (operator_id, place_id);
CREATE INDEX party_owner ON notices.party (owner_id, incident_id);

-- They look behind the fences that they are part of, so they run as the engine; a fence asks them once a statement.
CREATE FUNCTION access.incidents_told() RETURNS SETOF text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
    BEGIN ATOMIC
        SELECT y.incident_id FROM notices.party y
        WHERE access.organisation_kind() = 'station' AND y.owner_id = access.organisation_id()
        UNION SELECT y.incident_id FROM notices.party y
        WHERE access.organisation_kind() = 'cad_119' AND y.role = 'cad_119';
    END;
CREATE FUNCTION access.places_of_organisation() RETURNS SETOF text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
    BEGIN ATOMIC
        SELECT p.id FROM premises.place p
        WHERE access.organisation_kind() = 'unit' AND p.unit_id = access.organisation_id()
        UNION SELECT d.place_id FROM devices.device d
        WHERE access.organisation_kind() = 'operator' AND d.operator_id = access.organisation_id()
        UNION SELECT i.place_id FROM incidents.incident i
        WHERE i.id IN (SELECT access.incidents_told());
    END;
CREATE FUNCTION access.incidents_of_organisation() RETURNS SETOF text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
    BEGIN ATOMIC
        SELECT access.incidents_told()
        UNION SELECT i.id FROM incidents.incident i
        WHERE access.organisation_kind() IN ('unit', 'operator') AND i.place_id <> ''
            AND i.place_id IN (SELECT access.places_of_organisation());
    END;
ALTER FUNCTION access.incidents_told() OWNER TO wanghuo_engine;
ALTER FUNCTION access.places_of_organisation() OWNER TO wanghuo_engine;
ALTER FUNCTION access.incidents_of_organisation() OWNER TO wanghuo_engine;
GRANT EXECUTE ON FUNCTION access.organisation(), access.organisation_kind(), access.organisation_id(),
    access.incidents_told(), access.places_of_organisation(), access.incidents_of_organisation()
    TO wanghuo_web, wanghuo_engine;

DO $$
DECLARE
    at_place constant text := 'place_id IN (SELECT access.places_of_organisation())';
    of_incident constant text := 'incident_id IN (SELECT access.incidents_of_organisation())';
    responds constant text := '(SELECT access.organisation_kind()) IN (''station'', ''cad_119'')';
    operates constant text := '(SELECT access.organisation_kind()) = ''operator'' AND operator_id = (SELECT access.organisation_id())';
    fenced text;
    shown text;
BEGIN
    FOR fenced, shown IN VALUES
        ('premises.unit', 'id IN (SELECT unit_id FROM premises.place)'),
        ('premises.place', 'id IN (SELECT access.places_of_organisation())'),
        ('premises.contact', '(SELECT access.organisation_kind()) = owner_kind AND owner_id = (SELECT access.organisation_id())'),
        ('premises.station', responds || ' AND (id = (SELECT access.organisation_id()) OR id IN (SELECT owner_id FROM notices.party))'),
        ('premises.roster', '(SELECT access.organisation_kind()) = ''station'' AND station_id = (SELECT access.organisation_id())'),
        ('premises.water', responds),
        ('premises.entrance', at_place),
        ('premises.camera', 'false'),
        ('devices.device', operates || ' OR (SELECT access.organisation_kind()) = ''unit'' AND ' || at_place),
        ('devices.sender', operates || ' OR (SELECT access.organisation_kind()) = ''unit'' AND ' || at_place),
        ('alarms.alarm', at_place),
        ('alarms.shelf', at_place),
        ('incidents.incident', 'id IN (SELECT access.incidents_of_organisation())'),
        ('notices.party', of_incident),
        ('notices.notice', of_incident),
        ('notices.call_test', 'false'),
        ('notices.position', responds || ' AND station_id IN (SELECT id FROM premises.station)'),
        ('channels.sending', 'false'),
        ('channels.receipt', 'false'),
        ('channels.subscription', 'false'),
        ('channels.recording', 'false'),
        ('sights.weather', of_incident),
        ('sights.picture', responds || ' AND ' || of_incident),
        ('sights.look', 'false'),
        ('sights.sighting', 'false')
    LOOP
        EXECUTE format('CREATE POLICY organisation ON %s AS RESTRICTIVE TO wanghuo_web'
            ' USING ((SELECT access.organisation()) = '''' OR (%s))', fenced, shown);
    END LOOP;
END $$;

-- Every table with a town's fence has the other one: the next one that forgets it is found here.
DO $$
DECLARE
    open_ones text;
BEGIN
    SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') INTO open_ones
    FROM pg_policies p
    WHERE policyname = 'town_scope' AND NOT EXISTS (
        SELECT FROM pg_policies o WHERE o.policyname = 'organisation'
            AND (o.schemaname, o.tablename) = (p.schemaname, p.tablename));
    IF open_ones IS NOT NULL THEN
        RAISE EXCEPTION 'no fence for organisations around %', open_ones;
    END IF;
END $$;
