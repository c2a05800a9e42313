"""A push service and the browser behind it: checks the VAPID token, opens the message.

Written from RFC 8030, 8188, 8291 and 8292 and from nothing of the house. `browser()` makes a
subscription as a browser would; what is pushed to it is decrypted and kept in `got`.
"""

import base64
import json
import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from wanghuo.clock import Clock

DAY_S: Final = 86_400
CURVE: Final = ec.SECP256R1()


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


@dataclass
class Browser:
    """One subscription. server_key: what it was made with; only its owner may push."""

    key: ec.EllipticCurvePrivateKey
    auth: bytes
    server_key: str


@dataclass
class PushService:
    """Plays the service of a browser's maker. statuses: what the next pushes are answered."""

    clock: Clock
    url: str = ""
    statuses: deque[int] = field(default_factory=deque)
    browsers: dict[str, Browser] = field(default_factory=dict)
    got: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def app(self) -> Starlette:
        """The application; one address for each browser."""
        return Starlette(routes=[Route("/push/{name}", self._take, methods=["POST"])])

    def browser(self, server_key: str) -> dict[str, Any]:
        """A new subscription, as PushSubscription.toJSON() gives it."""
        name = secrets.token_urlsafe(16)
        made = Browser(ec.generate_private_key(CURVE), secrets.token_bytes(16), server_key)
        self.browsers[name] = made
        keys = {"p256dh": _b64(_point(made.key.public_key())), "auth": _b64(made.auth)}
        return {"endpoint": f"{self.url}/push/{name}", "expirationTime": None, "keys": keys}

    async def _take(self, request: Request) -> Response:
        status = self.statuses.popleft() if self.statuses else 201
        if status != 201:  # noqa: PLR2004 - taken
            return Response(status_code=status)
        browser = self.browsers.get(request.path_params["name"])
        if browser is None:
            return Response(status_code=404)
        wrong = self._wrong(request, browser)
        if wrong:
            self.refused.append(wrong)
            return Response(wrong, 403)
        try:
            self.got.append(json.loads(_opened(await request.body(), browser)))
        except (InvalidTag, ValueError) as error:
            self.refused.append(repr(error))
            return Response(status_code=400)
        self.headers.append(dict(request.headers))
        return Response(status_code=201)

    def _wrong(self, request: Request, browser: Browser) -> str:
        """Why the token is refused, "" if it is right."""
        said = request.headers
        if said.get("content-encoding") != "aes128gcm" or not said.get("ttl", "").isdigit():
            return "headers"
        kind, _, rest = said.get("authorization", "").partition(" ")
        fields = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
        if kind != "vapid" or fields.get("k") != browser.server_key:
            return "another server's key"
        head, claims, mac = fields["t"].split(".")
        raw = _unb64(mac)
        half = len(raw) // 2
        signature = encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))
        key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, _unb64(fields["k"]))
        try:
            key.verify(signature, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return "signature"
        told = json.loads(_unb64(claims))
        parts = urlsplit(self.url)
        left_s = told["exp"] - self.clock.now_utc().timestamp()
        if told["aud"] != f"{parts.scheme}://{parts.netloc}" or not 0 < left_s <= DAY_S:
            return "claims"
        return "" if told["sub"].startswith(("mailto:", "https:")) else "sub"


def _opened(body: bytes, browser: Browser) -> bytes:
    salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
    sender, sealed = body[21 : 21 + length], body[21 + length :]
    if len(sealed) > size:
        raise ValueError("more than one record")
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender)
    shared = browser.key.exchange(ec.ECDH(), theirs)
    info = b"WebPush: info\0" + _point(browser.key.public_key()) + sender
    seed = HKDF(hashes.SHA256(), 32, browser.auth, info).derive(shared)
    key = HKDF(hashes.SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(seed)
    nonce = HKDF(hashes.SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(seed)
    plain = AESGCM(key).decrypt(nonce, sealed, None)
    return plain.rstrip(b"\0").removesuffix(b"\x02")
