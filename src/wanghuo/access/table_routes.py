"""People and tokens taken away as files, with the filters of their pages.

Rule 1. A file leaves a line in the audit trail, written before its first byte leaves.
Rule 2. No secret is in any of them. The audit trail has its own door, which proves its chain
        (audit_routes.py); here it is a table for a spreadsheet.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field

from wanghuo.access import store
from wanghuo.access.model import Person, Token
from wanghuo.errors import Forbidden, Invalid, Unauthenticated
from wanghuo.principal import Permission, Principal, Role
from wanghuo.web.clock import Now
from wanghuo.web.house import House, house_of
from wanghuo.web.problems import problems
from wanghuo.web.sign_in import may
from wanghuo.web.table_file import (
    PAGE_ROWS,
    Column,
    FileAsked,
    Row,
    file_asked,
    table_answer,
)

Admin = Annotated[Principal, Depends(may(Permission.ADMINISTER))]
Auditor = Annotated[Principal, Depends(may(Permission.AUDIT))]
Asked = Annotated[FileAsked, Depends(file_asked)]
SEQ_MAX: Final = 2**62
REFUSALS = problems(Unauthenticated, Forbidden, Invalid)

PEOPLE: Final = (
    Column("login", "账号", "Account"),
    Column("name", "姓名", "Name"),
    Column("role", "角色", "Role", "person"),
    Column("towns", "可见镇街", "Towns"),
    Column("organisation_id", "所属单位编号", "Organisation"),
    Column("second_factor", "两步验证", "Second factor"),
    Column("active", "可登录", "May sign in"),
)
TOKENS: Final = (
    Column("person_name", "姓名", "Name"),
    Column("role", "角色", "Role", "person"),
    Column("kind", "类型", "Kind", "token"),
    Column("created_at", "签发时间", "Issued"),
    Column("expires_at", "有效至", "Until"),
    Column("revoked_at", "作废时间", "Revoked"),
)
AUDIT: Final = (
    Column("seq", "序号", "Line"),
    Column("at", "时间", "Time"),
    Column("person_id", "人员编号", "Person"),
    Column("role", "角色", "Role", "person"),
    Column("act", "操作", "Act"),
    Column("subject", "对象", "Subject"),
    Column("detail", "内容", "Detail"),
    Column("digest", "摘要", "Digest"),
)

router = APIRouter(prefix="/api/v1/tables", tags=["access"])


class AuditLines(BaseModel):
    """Which lines; what is left out does not narrow."""

    person_id: str | None = Field(None, max_length=64)
    act: str | None = Field(None, max_length=64)
    subject: str | None = Field(None, max_length=128)
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


@router.get("/people", response_class=StreamingResponse, responses=REFUSALS)
async def people(  # noqa: PLR0913, PLR0917 - each is a filter of the query
    who: Admin,
    request: Request,
    asked: Asked,
    q: Annotated[str, Query(max_length=100, description="Of account, name, organisation.")] = "",
    role: Role | None = None,
    inactive: Annotated[bool, Query(description="Those who may not sign in, too.")] = False,  # noqa: FBT002 - a query
) -> StreamingResponse:
    """The people as CSV or xlsx."""
    house, part = house_of(request), q.strip().lower()

    def wanted(one: Person) -> bool:
        texts = (one.login, one.name, one.organisation_id)
        return (
            (inactive or one.active)
            and role in {None, one.role}
            and any(part in text.lower() for text in texts)
        )

    async def read(_after: str) -> tuple[Sequence[Row], str]:
        async with house.database.transaction() as tx:
            return [_person(one) for one in await store.people(tx) if wanted(one)], ""

    answer = table_answer("people", PEOPLE, asked, read)
    await _written_down(house, who, "people", request)
    return answer


@router.get("/tokens", response_class=StreamingResponse, responses=REFUSALS)
async def tokens(who: Admin, request: Request, asked: Asked, clock: Now) -> StreamingResponse:
    """Tokens ever issued and sessions still open as CSV or xlsx; never a secret."""
    house = house_of(request)

    async def read(_after: str) -> tuple[Sequence[Row], str]:
        async with house.database.transaction() as tx:
            return [_token(one) for one in await store.tokens(tx, clock.now_utc())], ""

    answer = table_answer("tokens", TOKENS, asked, read)
    await _written_down(house, who, "tokens", request)
    return answer


@router.get("/audit", response_class=StreamingResponse, responses=REFUSALS)
async def audit(
    who: Auditor, request: Request, asked: Asked, lines: Annotated[AuditLines, Query()]
) -> StreamingResponse:
    """The audit trail as CSV or xlsx, newest first."""
    house, narrowed = house_of(request), lines.model_dump()

    async def read(after: str) -> tuple[Sequence[Row], str]:
        before = int(after) if after else SEQ_MAX
        async with house.database.transaction() as tx:
            found = await store.audit_page(tx, narrowed, before, PAGE_ROWS)
        rows = [
            {
                "seq": line.seq, "at": line.at, "person_id": line.person_id, "role": line.role,
                "act": line.act, "subject": line.subject, "digest": line.digest,
                "detail": msgspec.json.encode(line.detail, order="deterministic").decode(),
            }
            for line in found
        ]  # fmt: skip
        return rows, str(found[-1].seq) if len(found) == PAGE_ROWS else ""

    answer = table_answer("audit", AUDIT, asked, read)
    await _written_down(house, who, "audit", request)
    return answer


async def _written_down(house: House, who: Principal, table: str, request: Request) -> None:
    async with house.database.transaction() as tx:
        await store.audit(tx, who, "table.export", table, dict(request.query_params))


def _person(one: Person) -> dict[str, Any]:
    return {
        "login": one.login, "name": one.name, "role": one.role.value,
        "towns": " ".join(one.towns), "organisation_id": one.organisation_id,
        "second_factor": one.second_factor, "active": one.active,
    }  # fmt: skip


def _token(one: Token) -> dict[str, Any]:
    return {
        "person_name": one.person_name, "role": one.role.value, "kind": one.kind,
        "created_at": one.created_at, "expires_at": one.expires_at, "revoked_at": one.revoked_at,
    }  # fmt: skip
