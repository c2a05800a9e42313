"""People, roles, town scope, tokens and the audit trail."""
