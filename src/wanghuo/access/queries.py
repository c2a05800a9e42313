"""The long statements of access: who carries a secret, what is kept of a second factor."""

from typing import Final

# $1 digest, $2 now, $3 a session seen before this is over, $4 one seen before this is seen again
PRINCIPAL: Final = """
WITH found AS (
    SELECT p.id, p.login, p.name, p.role, p.towns, p.organisation_id, p.active, p.factor_on,
        t.permissions AS token_permissions, t.towns AS token_towns
    FROM access.token t JOIN access.person p ON p.id = t.person_id
    WHERE t.digest = $1 AND t.revoked_at IS NULL AND p.active
        AND (t.expires_at IS NULL OR t.expires_at > $2)
        AND (t.kind <> 'session' OR coalesce(t.seen_at, t.created_at) > $3)
), seen AS (
    UPDATE access.token SET seen_at = $2
    WHERE digest = $1 AND kind = 'session' AND coalesce(seen_at, created_at) < $4
        AND EXISTS (SELECT FROM found)
)
SELECT * FROM found
"""

KEEP_FACTOR: Final = """
UPDATE access.person SET factor_secret = $2, factor_on = $3, factor_step = $4, recovery_digests = $5
WHERE id = $1
"""
