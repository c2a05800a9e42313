"""The second factor: six digits of a telephone's authenticator (RFC 6238), or a recovery code.

Rule 1. A code is good for its 30 s step and the one before and after, for clocks that differ.
Rule 2. No step is good twice: who looks over a shoulder has nothing.
Rule 3. A recovery code opens once, is kept as its SHA-256, and spaces and case do not matter.
"""

import hmac
from collections.abc import Sequence
from typing import Final

import pyotp
import segno

from wanghuo.access.credentials import digest_of
from wanghuo.identity import new_key_text

STEP_S: Final = 30
STEPS_AROUND: Final = 1
SECRET_SIZE_BYTES: Final = 20  # of HMAC-SHA-1 (RFC 4226, 4)
RECOVERY_CODES: Final = 8
RECOVERY_SIZE_BYTES: Final = 10
ISSUER: Final = "Wanghuo"


def new_secret() -> str:
    """A secret for an authenticator, Base32."""
    return new_key_text(SECRET_SIZE_BYTES)


def step_of(secret: str, code: str, unix_s: float, last_step: int) -> int | None:
    """The step that this code is good for, newer than the last used one; None if it is wrong.

    secret: "" opens nothing.
    """
    if not secret:
        return None
    now, maker = int(unix_s) // STEP_S, pyotp.HOTP(secret)
    right = [
        step
        for step in range(max(now - STEPS_AROUND, 0), now + STEPS_AROUND + 1)
        if hmac.compare_digest(maker.at(step).encode(), code.encode())
    ]
    return next((step for step in right if step > last_step), None)


def uri(secret: str, login: str) -> str:
    """The otpauth URI that an authenticator reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def picture(text: str) -> str:
    """A QR code of the text as a data URI of SVG."""
    made: str = segno.make(text, error="m", micro=False).svg_data_uri(scale=5, border=3)
    return made


def new_recovery_codes() -> list[str]:
    """Codes to be written down: XXXX-XXXX-XXXX-XXXX."""
    texts = (new_key_text(RECOVERY_SIZE_BYTES) for _ in range(RECOVERY_CODES))
    return ["-".join(text[at : at + 4] for at in range(0, 16, 4)) for text in texts]


def recovery_digest(code: str) -> bytes:
    """What is kept of a recovery code."""
    return digest_of("".join(code.split()).replace("-", "").upper())


def without(digests: Sequence[bytes], code: str) -> list[bytes] | None:
    """The digests that are left once this code is used; None if it is none of them."""
    used = recovery_digest(code)
    left = [one for one in digests if not hmac.compare_digest(one, used)]
    return left if len(left) < len(digests) else None
