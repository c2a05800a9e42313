-- A place's page lists its closed incidents, and counts them by month.
CREATE INDEX incident_of_place ON incidents.incident (place_id, opened_at DESC) WHERE place_id <> '';
