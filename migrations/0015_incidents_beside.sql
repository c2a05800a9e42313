-- Finding the open incidents beside a place, those of a sender without a place, and past nuisances.
CREATE INDEX incident_beside ON incidents.incident (lat, lon) WHERE state <> 'closed';
CREATE INDEX incident_nobody ON incidents.incident (place_name)
    WHERE state <> 'closed' AND place_id = '';
CREATE INDEX incident_nuisance ON incidents.incident (place_id, closed_at)
    WHERE disposition = 'nuisance';
