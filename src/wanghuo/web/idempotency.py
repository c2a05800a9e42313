"""Writes repeat harmlessly: the answer under an Idempotency-Key is given again, not made again.

Rule 1. The answer is kept in the transaction of its effects, so there is no moment in which the
        effects stand and the answer is lost.
Rule 2. The same key with another request is refused: it is a mistake of the caller.
Rule 3. An answer marked `Cache-Control: no-store` holds a secret and is not kept; its repeat is
        told that the work is done.
Rule 4. A handler that commits by itself takes `Cause` and derives its ids from it: a repeat
        collides with the first.
"""

import hashlib
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Annotated, Any

import structlog
from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute

from wanghuo.engines import idempotency as kept
from wanghuo.engines.idempotency import KeptAnswer
from wanghuo.engines.postgres import DOWN, Transaction
from wanghuo.errors import Invalid, Refused
from wanghuo.identity import derived, new_secret
from wanghuo.principal import Principal
from wanghuo.web.house import House, house_of
from wanghuo.web.sign_in import READING_METHODS, SignedIn

KEY_HEADER = "idempotency-key"
KEY_SIZE_MAX_CHARS = 200
ANSWER_SIZE_MAX_BYTES = 1 << 20
KEPT_FOR = timedelta(days=1)
FORGET_PERIOD_S = 3600.0

_log = structlog.get_logger("web")


class Replayed(Exception):
    """The request was answered before; the route gives that answer again."""

    def __init__(self, answer: KeptAnswer) -> None:
        super().__init__("answered before")
        self.answer = answer


def _key_of(request: Request) -> str:
    """The request's Idempotency-Key, "" if there is none or the request only reads."""
    if request.method in READING_METHODS:
        return ""
    key = request.headers.get(KEY_HEADER, "")
    if len(key) > KEY_SIZE_MAX_CHARS or not key.isprintable():
        raise Invalid(
            "Idempotency-Key",
            "too long or unprintable",
            f"send 1 to {KEY_SIZE_MAX_CHARS} characters",
        )
    return key


async def _digest_of(request: Request) -> str:
    """A digest over what was asked. A streamed upload counts by its length alone."""
    digest = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    body = getattr(request, "_body", None)  # set once FastAPI has read it
    digest.update(body if body is not None else request.headers.get("content-length", "").encode())
    return digest.hexdigest()


async def begin(request: Request, who: Principal, tx: Transaction) -> None:
    """Take the key's lock in `tx`. Raises Replayed if it was answered, Refused if misused."""
    key = _key_of(request)
    if not key:
        return
    digest = await _digest_of(request)
    answer = await kept.claim(tx, who.person_id, key)
    if answer is None:
        request.state.to_keep = (tx, who.person_id, key, digest)
        return
    if answer.request_digest != digest:
        raise Refused("this Idempotency-Key was used with another request; take a new key")
    if answer.status == 0:
        raise Refused("this was done already; its answer held a secret and was not kept")
    raise Replayed(answer)


async def _keep(request: Request, response: Response) -> None:
    """Keep the finished answer while its transaction is still open."""
    to_keep = getattr(request.state, "to_keep", None)
    if to_keep is None:
        return
    tx, person_id, key, digest = to_keep
    body = bytes(response.body) if isinstance(getattr(response, "body", None), bytes) else b""
    secret = "no-store" in response.headers.get("cache-control", "")
    if secret or len(body) > ANSWER_SIZE_MAX_BYTES:
        answer = KeptAnswer(digest, 0, b"")
    else:
        answer = KeptAnswer(digest, response.status_code, body)
    await kept.keep(tx, person_id, key, answer, house_of(request).clock.now_utc())


class RepeatableRoute(APIRoute):
    """A route that keeps its answer.

    The handler is the one place where the answer is made and the transaction is still open.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, answering a repeat from memory and keeping a first answer."""
        inner: Callable[[Request], Awaitable[Response]] = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                response = await inner(request)
            except Replayed as repeat:
                return Response(
                    repeat.answer.body,
                    repeat.answer.status,
                    {"Idempotency-Replayed": "true"},
                    media_type="application/json" if repeat.answer.body else None,
                )
            await _keep(request, response)
            return response

        return handler


async def cause_of(request: Request, who: SignedIn) -> str:
    """What ids of this request derive from: the caller's key and words, or a new secret."""
    key = _key_of(request)
    if not key:
        return new_secret()
    return derived("request", who.person_id, key, await _digest_of(request))


async def forget_old_answers(house: House) -> None:
    """Drop answers older than a day, every hour; for as long as the process lives."""
    while True:
        await house.clock.sleep(FORGET_PERIOD_S)
        try:
            async with house.database.transaction() as tx:
                await kept.forget(tx, house.clock.now_utc() - KEPT_FOR)
        except DOWN as error:
            _log.info("old_answers_stay", why=repr(error))


Cause = Annotated[str, Depends(cause_of)]
