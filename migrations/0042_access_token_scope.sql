-- A token may carry less than its person does. NULL: as much as the person, now and later.
ALTER TABLE access.token
    ADD COLUMN permissions text[],
    ADD COLUMN towns text[];
