"""PostgreSQL, NATS and their embedded copies, outbox, timers, leases, telemetry; no fire words."""
