-- A party that counts its messages: what is not above the last one heard is late and moves nothing.
ALTER TABLE notices.party ADD COLUMN sequence bigint NOT NULL DEFAULT 0;
