"""Every error leaves as an RFC 9457 problem document that names the field and the remedy.

Rule 1. Nobody else picks a status code: a wing raises an error of wanghuo.errors, KINDS maps it.
Rule 2. `title` and `detail` follow Accept-Language; `*_zh` and `*_en` are always both there.
Rule 3. What we did not foresee tells the caller an id and nothing else; the log keeps the rest.
"""

import traceback
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from wanghuo.engines.postgres import DOWN, SqlError
from wanghuo.errors import Invalid, Unauthenticated, WanghuoError
from wanghuo.identity import new_secret
from wanghuo.web.field_words import FieldProblem, told

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 2
SQL_STATE_BAD_VALUE = "22"
SQL_STATE_ROW_NOT_YOURS = "42501"  # row-level security refused to write it
SQL_STATES_PASSING = ("40", "55P03", "57014")  # deadlock, lock not free, statement took too long

_log = structlog.get_logger("web")


class Kind(NamedTuple):
    """How one kind of error is told."""

    status: int
    en: str
    zh: str
    remedy_en: str
    remedy_zh: str


KINDS: Mapping[str, Kind] = {
    "missing": Kind(
        404, "There is no such thing here", "没有这个对象",
        "check the id; it may lie outside your towns", "请核对编号，它可能不在您的辖区内",
    ),
    "refused": Kind(
        409, "This has no meaning in the present state", "当前状态下不能这样做",
        "read the present state and decide again", "请查看当前状态后再决定",
    ),
    "invalid": Kind(
        422, "The input cannot be used", "输入内容无法使用",
        "correct the named field and send it again", "请改正所指的字段后重新提交",
    ),
    "forbidden": Kind(
        403, "Your role does not allow this", "您的角色无此权限",
        "ask an administrator for a role that carries it", "请向管理员申请相应权限",
    ),
    "unauthenticated": Kind(
        401, "Nobody is signed in", "尚未登录",
        "sign in, or send a valid token", "请登录，或使用有效令牌",
    ),
    "too_many": Kind(
        429, "Too many requests", "请求过于频繁",
        "wait as long as Retry-After says", "请按 Retry-After 所示时间等待后再试",
    ),
    "too_large": Kind(
        413, "The body is too large", "内容过大",
        "send it in smaller parts", "请分成较小的部分发送",
    ),
    "unavailable": Kind(
        503, "An engine is not answering now", "后台组件暂时没有响应",
        "keep the data and try again shortly", "请保留数据，稍后重试",
    ),
    "unexpected": Kind(
        500, "Something went wrong on our side", "系统内部出错",
        "tell the operator of this system the id", "请把编号告诉系统管理员",
    ),
    "error": Kind(
        400, "The request cannot be answered", "无法处理该请求",
        "see docs/api.md", "请参阅接口文档",
    ),
}  # fmt: skip
_BY_STATUS = {
    401: "unauthenticated", 403: "forbidden", 404: "missing", 409: "refused", 413: "too_large",
    422: "invalid", 429: "too_many", 503: "unavailable",
}  # fmt: skip


class Problem(BaseModel):
    """RFC 9457, with both languages, the field and the remedy."""

    type: str = Field(examples=["urn:wanghuo:problem:invalid"])
    title: str
    status: int
    detail: str
    instance: str
    title_zh: str
    title_en: str
    detail_zh: str
    detail_en: str
    remedy_zh: str
    remedy_en: str
    field: str = ""
    errors: list[FieldProblem] = []
    id: str = Field("", description="Where the log tells more; only for unexpected errors.")


def problems(*errors: type[WanghuoError]) -> dict[int | str, dict[str, Any]]:
    """What a route may answer besides success, for its `responses=`."""
    found: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        kind = KINDS[error.kind]
        found[kind.status] = {
            "model": Problem,
            "description": (error.__doc__ or kind.en).strip().splitlines()[0],
            "content": {MEDIA_TYPE: {}},
        }
    return found


def document(
    request: Request,
    kind_name: str,
    *,
    status: int = 0,
    en: str = "",
    zh: str = "",
    **more: Any,  # noqa: ANN401 - members of the document
) -> JSONResponse:
    """The problem document of one kind as an answer. more: `field`, `errors`, `id`, `headers`."""
    kind = KINDS.get(kind_name, KINDS["error"])
    headers = dict(more.pop("headers", None) or {})
    detail_en = en or kind.en
    detail_zh = zh or (f"{kind.zh}：{en}" if en else kind.zh)
    chinese = request.headers.get("accept-language", "").lower().startswith("zh")
    problem = Problem(
        type=f"urn:wanghuo:problem:{kind_name}",
        title=kind.zh if chinese else kind.en,
        status=status or kind.status,
        detail=detail_zh if chinese else detail_en,
        instance=request.url.path,
        title_zh=kind.zh,
        title_en=kind.en,
        detail_zh=detail_zh,
        detail_en=detail_en,
        remedy_zh=more.pop("remedy_zh", "") or kind.remedy_zh,
        remedy_en=more.pop("remedy_en", "") or kind.remedy_en,
        **more,
    )
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers.setdefault("WWW-Authenticate", "Bearer")
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.setdefault("Retry-After", str(RETRY_AFTER_S))
    return JSONResponse(
        problem.model_dump(exclude_defaults=True),
        status_code=problem.status,
        headers={"Cache-Control": "no-store", **headers},
        media_type=MEDIA_TYPE,
    )


def of_error(request: Request, error: WanghuoError) -> JSONResponse:
    """The document of an error that we raised on purpose. `zh` on the error is its Chinese text."""
    more: dict[str, Any] = {}
    if isinstance(error, Invalid):
        more = {"field": error.field, "remedy_en": error.remedy}
    retry_after_s = getattr(error, "retry_after_s", None)
    if retry_after_s is not None:
        more["headers"] = {"Retry-After": str(max(1, round(retry_after_s)))}
    if isinstance(error, Unauthenticated):
        more.setdefault("headers", {"WWW-Authenticate": "Bearer"})
    kind = error.kind if error.kind in KINDS else "error"
    return document(request, kind, en=str(error), zh=getattr(error, "zh", ""), **more)


def of_unexpected(request: Request, error: BaseException) -> JSONResponse:
    """An id for the caller, the whole story for the log."""
    made = new_secret(9)
    story = "".join(traceback.format_exception(error))  # without locals: they hold secrets
    _log.error("unexpected", id=made, method=request.method, path=request.url.path, story=story)
    return document(request, "unexpected", id=made)


def add_problem_handlers(app: FastAPI) -> None:
    """Turn every error of this app into its document."""

    async def ours(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, WanghuoError)
        return of_error(request, error)

    async def unusable(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        found = [told(part) for part in error.errors()]
        first = found[0]
        return document(
            request, "invalid", en=f"{first.field}: {first.message_en}",
            zh=f"{first.field}：{first.message_zh}", field=first.field, errors=found,
        )  # fmt: skip

    async def http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        kind = _BY_STATUS.get(error.status_code, "error")
        words = "" if error.detail == HTTPStatus(error.status_code).phrase else str(error.detail)
        headers = error.headers
        return document(request, kind, status=error.status_code, en=words, headers=headers)

    async def database(request: Request, error: Exception) -> JSONResponse:
        sql_state = str(getattr(error, "sqlstate", "") or "")
        if sql_state.startswith(SQL_STATE_BAD_VALUE) or isinstance(error, ValueError):
            _log.warning("value_not_for_the_database", path=request.url.path, error=repr(error))
            return document(request, "invalid", en="a value here cannot be stored")
        if sql_state == SQL_STATE_ROW_NOT_YOURS:
            _log.warning("outside_the_towns", path=request.url.path, error=repr(error))
            return document(request, "forbidden", en="this lies outside your towns")
        if isinstance(error, DOWN) or sql_state.startswith(SQL_STATES_PASSING):
            _log.warning("engine_not_answering", path=request.url.path, error=repr(error))
            return document(request, "unavailable")
        return of_unexpected(request, error)

    app.add_exception_handler(WanghuoError, ours)
    app.add_exception_handler(RequestValidationError, unusable)
    app.add_exception_handler(HTTPException, http)
    for raised in (*DOWN, SqlError):
        assert issubclass(raised, Exception)
        app.add_exception_handler(raised, database)
