"""Asking Alibaba Cloud: one signed call, and what its answer means for a notice."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from wanghuo.clock import Clock
from wanghuo.engines.outbound_http import OutboundHttp
from wanghuo.errors import Unavailable
from wanghuo.identity import new_secret
from wanghuo.notices.model import SendFailed
from wanghuo.protocols import aliyun
from wanghuo.settings import AliyunSettings

NONCE_BYTES: Final = 16
SERVER_ERRORS: Final = 500
# What the provider itself may mend in a moment; everything else stays as it is.
PASSING: Final = ("isp.", "Throttling", "ServiceUnavailable", "InternalError", "SignatureNonceUsed")


class Aliyun:
    """A client of one account."""

    def __init__(self, settings: AliyunSettings, http: OutboundHttp, clock: Clock) -> None:
        self._settings = settings
        self._http = http
        self._clock = clock

    async def ask(self, url: str, action: str, params: Mapping[str, str]) -> tuple[int, bytes]:
        """Call an action; HTTP status and body. Raises Unavailable: it may have been heard."""
        call = aliyun.Call(
            host=urlsplit(url).netloc,
            action=action,
            params=params,
            at=self._clock.now_utc(),
            nonce=new_secret(NONCE_BYTES),
        )
        headers = aliyun.headers(call, self._settings.key_id, self._settings.key_secret)
        answer = await self._http.post(
            f"{url.rstrip('/')}/?{aliyun.query(params)}",
            b"",
            headers,
            timeout_s=self._settings.timeout_s,
        )
        return answer.status, answer.body

    async def send(self, url: str, action: str, params: Mapping[str, str]) -> aliyun.Answer:
        """Call an action that sends something. Raises SendFailed; unknown if it may be out."""
        try:
            status, body = await self.ask(url, action, params)
            said = aliyun.answer(body)
        except Unavailable as error:
            raise SendFailed("no_response", unknown=True) from error
        except aliyun.Broken as error:
            refused = SERVER_ERRORS > status >= SERVER_ERRORS - 100
            raise SendFailed(f"http_{status}", unknown=not refused) from error
        if said.code == aliyun.OK:
            return said
        passing = status >= SERVER_ERRORS or said.code.startswith(PASSING)
        raise SendFailed(said.code, unknown=False, final=not passing)
