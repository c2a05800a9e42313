-- A report is looked for by its incident; the trail is its register.
CREATE INDEX audit_subject ON access.audit (subject, seq);
