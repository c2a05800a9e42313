"""The doors of the after-action report (一案一档): the PDF of one incident, and its later check.

Rule 1. It is set beside the event loop, one at a time: a report never delays a fire.
Rule 2. Making one is a line of the audit trail, with the digests of its content and its bytes.
"""

import asyncio
from hashlib import sha256
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from wanghuo.errors import Forbidden, Invalid, Missing, Unauthenticated
from wanghuo.incidents import case_check, case_paper, case_report, case_store, clocks
from wanghuo.incidents.case_record import Case, sealed
from wanghuo.principal import Permission, Principal
from wanghuo.protocols.picture import EXTENSIONS
from wanghuo.sights import store as sights
from wanghuo.web.house import House, house_of
from wanghuo.web.problems import problems
from wanghuo.web.scope import Tx
from wanghuo.web.sign_in import may

See = Annotated[Principal, Depends(may(Permission.SEE))]
PICTURES_SET_MAX: Final = 40  # of so many pictures the report stays a file that can be sent

router = APIRouter(prefix="/api/v1", tags=["incidents"])
REFUSALS = problems(Unauthenticated, Forbidden, Missing, Invalid)
_one_at_a_time = asyncio.Semaphore(1)


class ReportQuery(BaseModel):
    """How the report is made."""

    lang: Literal["zh", "en"] = "zh"
    numbers: bool = Field(
        default=False, description="Telephone numbers in full; needs see_personal_data."
    )


@router.get(
    "/incidents/{number}/report.pdf",
    response_class=Response,
    responses={**REFUSALS, 200: {"content": {case_paper.MEDIA_TYPE: {}}}},
)
async def report(
    number: str, who: See, request: Request, asked: Annotated[ReportQuery, Query()]
) -> Response:
    """One incident as PDF; pictures only for who may see personal data. It is audited."""
    personal = who.may(Permission.SEE_PERSONAL_DATA)
    if asked.numbers and not personal:
        raise Forbidden("numbers in full need see_personal_data; leave out `numbers`")
    house = house_of(request)
    async with house.database.transaction(who.scope()) as tx:
        case = await case_store.case_of(tx, number)
        cameras = await sights.camera_names(tx, [kept.camera_id for kept in case.pictures])
    seal, now = sealed(case), house.clock.now_utc()
    document = case_report.document(
        case,
        seal,
        case_report.Reader(who.name, asked.lang, asked.numbers, personal),
        clocks=clocks.load(house.settings.policy_dir),
        cameras=cameras,
        now=now,
    )
    shown = await asyncio.to_thread(_pictures, house, case) if personal else {}
    async with _one_at_a_time:
        made = await asyncio.to_thread(case_paper.printed, document, shown, now)
    detail = {
        "lang": asked.lang,
        "file_sha256": sha256(made).hexdigest(),
        "numbers": asked.numbers,
        "pictures": sorted(shown),
    }
    async with house.database.transaction(who.scope()) as tx:
        await case_store.keep_made(tx, who, number, seal, detail)
    headers = {
        "Content-Disposition": f'attachment; filename="wanghuo-{_plain(number)}-{asked.lang}.pdf"',
        "Cache-Control": "no-store",
        "X-Wanghuo-Sha256": seal.sha256,
    }
    return Response(made, media_type=case_paper.MEDIA_TYPE, headers=headers)


def _pictures(house: House, case: Case) -> dict[str, tuple[str, bytes]]:
    """By SHA-256 the ending and bytes of the first pictures whose files are there."""
    folder, found = house.settings.data_dir / sights.FOLDER, {}
    for kept in sorted(case.pictures, key=lambda one: one.taken_at)[:PICTURES_SET_MAX]:
        try:
            data = sights.read_file(folder, kept)
        except Missing:  # its caption stays, and its digest says what it was
            continue
        found[kept.sha256] = (EXTENSIONS[kept.media_type], data)
    return found


def _plain(number: str) -> str:
    """A number as part of a file name."""
    return "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in number)


@router.get("/incidents/{number}/report/check", responses=REFUSALS)
async def check_report(
    number: str,
    _who: See,
    tx: Tx,
    digest: Annotated[
        str,
        Query(
            alias="sha256",
            pattern="^[0-9a-f]{64}$",
            description="Of the file, or as printed on its pages.",
        ),
    ],
) -> dict[str, Any]:
    """Whether a report was made here, and whether the records are still what it says."""
    now = await case_store.seal_now(tx, number)
    return case_check.verdict(digest, await case_store.made_report(tx, digest, number), now)
