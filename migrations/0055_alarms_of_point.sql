-- A device's page and a place's page ask what happened there before, not only what holds now.
CREATE INDEX alarm_of_point ON alarms.alarm (origin, last_at DESC);
CREATE INDEX shelf_of_place ON alarms.shelf (place_id, from_at DESC) WHERE place_id <> '';
CREATE INDEX shelf_of_point ON alarms.shelf (origin, from_at DESC) WHERE origin <> '';
