"""Signing in through a directory: OpenID Connect Core 1.0, code flow with PKCE (RFC 7636).

Pure: addresses, forms and checks. The directory names a login; who that is here, and what it may
do, is this house's own.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from wanghuo.errors import Unauthenticated, Unavailable
from wanghuo.settings import OidcSettings

DISCOVERY_PATH: Final = "/.well-known/openid-configuration"
CALLBACK_PATH: Final = "/api/v1/session/oidc/callback"
ALGORITHMS: Final = ("RS256", "ES256", "PS256")  # never none, never one that a shared secret signs
LEEWAY_S: Final = 60
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


class Provider(msgspec.Struct, frozen=True):
    """What the provider says of itself (OpenID Connect Discovery 1.0, clause 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class Attempt(msgspec.Struct, frozen=True):
    """One browser on its way to the provider and back. Each part is a secret of its own."""

    state: str
    nonce: str
    verifier: str

    def text(self) -> str:
        """As the cookie that the browser carries meanwhile; url-safe parts never hold a dot."""
        return f"{self.state}.{self.nonce}.{self.verifier}"


def attempt_of(text: str, state: str) -> Attempt:
    """The attempt that this browser began. Raises Unauthenticated if `state` is another's."""
    parts = text.split(".")
    if len(parts) != 3 or not state or not hmac.compare_digest(parts[0], state):  # noqa: PLR2004 - its parts
        raise Unauthenticated("this sign-in was begun elsewhere or too long ago; begin again")
    return Attempt(*parts)


def provider_of(document: bytes, issuer: str) -> Provider:
    """The provider of its discovery document. Raises Unavailable."""
    try:
        found = msgspec.json.decode(document, type=Provider)
    except msgspec.MsgspecError as error:
        raise Unavailable(f"the provider's description cannot be read: {error}") from error
    if found.issuer.rstrip("/") != issuer.rstrip("/"):
        raise Unavailable(f"the provider calls itself {found.issuer}, not {issuer}")
    return found


def address(provider: Provider, settings: OidcSettings, callback: str, attempt: Attempt) -> str:
    """Where the browser goes to sign in."""
    challenge = hashlib.sha256(attempt.verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": settings.client_id,
        "redirect_uri": callback,
        "scope": settings.scope,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    joint = "&" if "?" in provider.authorization_endpoint else "?"
    return f"{provider.authorization_endpoint}{joint}{urlencode(asked)}"


def exchange(settings: OidcSettings, callback: str, attempt: Attempt, code: str) -> bytes:
    """The form that turns a code into an identity token."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": callback,
        "client_id": settings.client_id,
        "client_secret": settings.client_secret,
        "code_verifier": attempt.verifier,
    }
    return urlencode(form).encode()


def login_of(  # noqa: PLR0913, PLR0917 - what a token is held against
    answer: bytes,
    keys: bytes,
    provider: Provider,
    settings: OidcSettings,
    attempt: Attempt,
    now_s: int,
) -> str:
    """The login that the provider vouches for. Raises Unauthenticated."""
    claims = _checked(answer, keys, provider, settings, attempt, now_s)
    login = claims.get(settings.claim)
    if not isinstance(login, str) or not login:
        raise Unauthenticated(f"the provider does not tell {settings.claim}")
    return login.lower()


def _checked(  # noqa: PLR0913, PLR0917 - as above
    answer: bytes,
    keys: bytes,
    provider: Provider,
    settings: OidcSettings,
    attempt: Attempt,
    now_s: int,
) -> Mapping[str, Any]:
    """The claims of the identity token (Core, clause 3.1.3.7)."""
    rules = jwt.JWTClaimsRegistry(
        now=now_s,
        leeway=LEEWAY_S,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": settings.client_id},
        exp={"essential": True},
        nonce={"essential": True, "value": attempt.nonce},
    )
    try:
        token = json.loads(answer)["id_token"]
        known = KeySet.import_key_set(json.loads(keys))
        claims = jwt.decode(token, known, algorithms=list(ALGORITHMS)).claims
        rules.validate(claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise Unauthenticated(f"the provider's word does not hold: {error}") from error
    return claims
