"""Passwords are kept as Argon2id hashes with the parameters of RFC 9106's second choice.

Hashing takes tens of milliseconds and 64 MiB on purpose: call it in a thread.
"""

from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from wanghuo.errors import Invalid

PASSWORD_SIZE_MIN_CHARS: Final = 10
PASSWORD_SIZE_MAX_CHARS: Final = 128
CHARACTERS_DIFFERENT_MIN: Final = 5

_hasher = PasswordHasher()
# Checked when there is no such login, so that the time of an answer does not tell who exists.
NOBODY: Final = _hasher.hash("nobody has this password")


def hashed(password: str) -> str:
    """The hash to keep."""
    return _hasher.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Whether `password` made this hash; False for an empty or damaged hash."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def refuse_weak(password: str, login: str) -> None:
    """Raise Invalid for a password that is too short, too simple or the login itself."""
    remedy = f"use {PASSWORD_SIZE_MIN_CHARS} to {PASSWORD_SIZE_MAX_CHARS} characters"
    if not PASSWORD_SIZE_MIN_CHARS <= len(password) <= PASSWORD_SIZE_MAX_CHARS:
        raise Invalid("password", "too short or too long", remedy)
    if len(set(password)) < CHARACTERS_DIFFERENT_MIN:
        raise Invalid("password", "too few different characters", "mix letters, digits and signs")
    if login and login.lower() in password.lower():
        raise Invalid("password", "contains the login", "use something else")
