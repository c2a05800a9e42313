-- Which transmitter is connected to which gateway process. It tells the present only and is
-- rebuilt by reconnects, so it is not logged: after a crash it is empty, as it should be.
CREATE UNLOGGED TABLE gateways.session (
    sender text NOT NULL,             -- Signal.sender
    gateway text NOT NULL,            -- name of the process
    door text NOT NULL,               -- gb26875_tcp, gb26875_udp
    peer text NOT NULL,               -- address:port
    registered boolean NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (sender, gateway, peer)
);
CREATE INDEX session_gateway ON gateways.session (gateway);
CREATE INDEX command_open ON gateways.command (sender, at) WHERE state IN ('queued', 'sent', 'confirmed');
CREATE INDEX command_sender ON gateways.command (sender, at);
GRANT SELECT, INSERT, UPDATE, DELETE ON gateways.session TO wanghuo_gateway, wanghuo_engine;
GRANT SELECT ON gateways.session TO wanghuo_web;
