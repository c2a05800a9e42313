"""An identity provider on loopback: discovery, a page that agrees at once, tokens, keys."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "wanghuo-test", "a secret of the provider's"


@dataclass
class OidcProvider:
    """Whoever comes is `login`. claims: what its tokens say otherwise than they should."""

    login: str = "city_duty"
    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    signer: RSAKey | None = None
    asked: dict[str, dict[str, str]] = field(default_factory=dict)  # by code
    now_s: int = 0

    def app(self) -> FastAPI:
        app = FastAPI()
        app.get("/.well-known/openid-configuration")(self.describe)
        app.get("/authorize")(self.agree)
        app.post("/token")(self.exchange)
        app.get("/keys")(self.keys)
        return app

    async def describe(self) -> dict[str, str]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }

    async def agree(self, request: Request) -> Response:
        asked = dict(request.query_params)
        code = secrets.token_urlsafe(8)
        self.asked[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 303)

    async def exchange(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        asked = self.asked.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        right = (
            asked is not None
            and form["client_secret"] == SECRET
            and asked["code_challenge"] == challenge
            and asked["redirect_uri"] == form["redirect_uri"]
        )
        if not right or asked is None:
            return JSONResponse({"error": "invalid_grant"}, 400)
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "7",
            "exp": self.now_s + 60,
            "nonce": asked["nonce"],
            "preferred_username": self.login,
        }
        token = jwt.encode(
            {"alg": "RS256", "kid": "k1"}, claims | self.claims, self.signer or self.key
        )
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": token})

    async def keys(self) -> Response:
        return Response(json.dumps({"keys": [self.key.as_dict(private=False)]}))
