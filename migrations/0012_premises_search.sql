-- Finding a place by any part of its name, unit, address or id, in Chinese as in Latin letters.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX place_search ON premises.place USING gin (search gin_trgm_ops);
