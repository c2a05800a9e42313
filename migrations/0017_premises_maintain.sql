-- After loading a city the engine measures the tables it filled. Before PostgreSQL 17 only an owner
-- may; there autovacuum does it a minute later.
DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 170000 THEN
        EXECUTE 'GRANT MAINTAIN ON ALL TABLES IN SCHEMA premises, devices TO wanghuo_engine';
    END IF;
END $$;
