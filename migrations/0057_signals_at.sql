-- The log is written in the order of time, so a few bytes a block find a moment in it; a B-tree would cost
-- every fire a write.
CREATE INDEX fire_log_at ON signals.fire_log USING brin (at) WITH (pages_per_range = 16);
