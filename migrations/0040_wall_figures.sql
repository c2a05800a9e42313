-- The wall asks every few seconds. The synthetic fire alone makes half a million incidents a year, which
-- no figure counts; and of what counts one in a thousand is a fire.
CREATE INDEX incident_counted ON incidents.incident (opened_at) WHERE NOT test AND NOT drill;
CREATE INDEX incident_fire ON incidents.incident (opened_at DESC)
    WHERE disposition IN ('fire', 'fire_damaging') AND NOT test AND NOT drill;
CREATE INDEX device_operator ON devices.device (operator_id, id);
