-- Which notice a waiting entry answers: its party is not called before the answer is judged.
ALTER TABLE signals.inbox ADD COLUMN notice_id text;
CREATE INDEX inbox_answers ON signals.inbox (notice_id) WHERE notice_id IS NOT NULL;
