-- Gateway processes that live: a session counts only while its process was seen lately.
CREATE UNLOGGED TABLE gateways.process (
    name text PRIMARY KEY,
    seen_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON gateways.process TO wanghuo_gateway, wanghuo_engine;
GRANT SELECT ON gateways.process TO wanghuo_web;
