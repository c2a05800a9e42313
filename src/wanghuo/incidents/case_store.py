"""One case as kept, and the reports that were made of cases: each is a line of the audit trail.

The trail is chained and only ever added to, so it is the register of reports as well.
"""

from typing import Any, Final

from wanghuo.access import store as access
from wanghuo.access.model import AuditLine
from wanghuo.engines.postgres import Transaction
from wanghuo.incidents import store
from wanghuo.incidents.case_record import Case, Made, Seal, sealed
from wanghuo.principal import Principal
from wanghuo.sights import store as sights

ACT: Final = "report.incident"
SEQ_END: Final = 2**62
BATCH: Final = 500


async def case_of(tx: Transaction, number: str) -> Case:
    """Everything kept of an incident. Raises Missing, also for one outside the asker's scope."""
    whole = await store.whole(tx, number)
    assert whole.incident is not None
    return Case(
        whole,
        await sights.weather_of(tx, whole.incident.id),
        await sights.pictures_of(tx, whole.incident.id),
    )


async def keep_made(
    tx: Transaction, who: Principal, number: str, seal: Seal, detail: dict[str, Any]
) -> None:
    """Write into the trail that a report was made. detail: lang, file_sha256, numbers, pictures."""
    words = {"sha256": seal.sha256, "parts": seal.parts, **detail}
    await access.audit(tx, who, ACT, number, words)


async def made_report(tx: Transaction, digest: str, number: str = "") -> Made | None:
    """The newest report with this digest, of content or file; of one incident or of any."""
    wanted, before = {"act": ACT, "subject": number or None}, SEQ_END
    while True:
        lines = await access.audit_page(tx, wanted, before, BATCH)
        for line in lines:
            if digest in {line.detail.get("sha256"), line.detail.get("file_sha256")}:
                return _made(line)
        if len(lines) < BATCH:
            return None
        before = lines[-1].seq


def _made(line: AuditLine) -> Made:
    return Made(
        number=line.subject,
        at=line.at.isoformat(),
        person_id=line.person_id,
        role=line.role,
        **{name: line.detail[name] for name in ("lang", "sha256", "file_sha256", "parts")},
    )


async def seal_now(tx: Transaction, number: str) -> Seal:
    """The digests of a case as it is kept now. Raises Missing."""
    return sealed(await case_of(tx, number))
