-- The history of a million incidents, a page at any cursor: an index for each filter, in the order of
-- the list. The synthetic fire's are half a million a year, and no list shows them unasked.
ALTER TABLE incidents.incident ADD COLUMN operator_id text NOT NULL DEFAULT '';  -- whose device spoke first
UPDATE incidents.incident i SET operator_id = d.operator_id
FROM (SELECT DISTINCT ON (incident_id) incident_id, device_id FROM alarms.alarm
    WHERE incident_id <> '' ORDER BY incident_id, first_at, id) a
JOIN devices.device d ON d.id = a.device_id
WHERE a.incident_id = i.id;
ALTER TABLE incidents.incident  -- what people say of a number without its day: XP-0001
    ADD COLUMN number_tail text GENERATED ALWAYS AS (substr(number, 10)) STORED;

DROP INDEX incidents.incident_opened;
DROP INDEX incidents.incident_town;
CREATE INDEX incident_opened ON incidents.incident (opened_at, id);
CREATE INDEX incident_shown ON incidents.incident (opened_at, id) WHERE NOT test;
CREATE INDEX incident_town ON incidents.incident (town_code, opened_at, id);
CREATE INDEX incident_place ON incidents.incident (place_id, opened_at, id);
CREATE INDEX incident_category ON incidents.incident (category, opened_at, id) WHERE NOT test;
CREATE INDEX incident_disposition ON incidents.incident (disposition, opened_at, id) WHERE NOT test;
CREATE INDEX incident_cause ON incidents.incident (cause, opened_at, id) WHERE NOT test;
CREATE INDEX incident_operator ON incidents.incident (operator_id, opened_at, id) WHERE NOT test;
CREATE INDEX incident_peak ON incidents.incident (level_peak, opened_at, id) WHERE NOT test;
CREATE INDEX incident_risen ON incidents.incident (opened_at, id) WHERE level_peak >= 2 AND NOT test;
CREATE INDEX incident_tail ON incidents.incident (number_tail, opened_at, id);
CREATE INDEX incident_standing ON incidents.incident (opened_at, id) WHERE state <> 'closed';
