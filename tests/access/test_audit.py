"""The audit trail tells of every change, and tells when somebody touched it."""

import asyncio
import csv
import io
import random
from collections.abc import AsyncIterator

import msgspec
import pytest

from tests.conftest import Dsn
from tests.web.makers import Site
from wanghuo.access import store
from wanghuo.access.model import AuditCheck
from wanghuo.compose.trail import check_audit
from wanghuo.engines.embedded_postgres import OWNER
from wanghuo.engines.postgres import Database, SqlError
from wanghuo.principal import Principal, Role
from wanghuo.settings import Settings

WHO = Principal("p1", "One", Role.CITY_DUTY, ("*",))
DETAIL = {"reason": "烟味", "level": 3, "share": 0.25, "nested": {"b": [1, None, True], "a": "x"}}

SWAPPED = (
    "UPDATE access.audit SET subject = CASE seq WHEN 3 THEN 'n3' ELSE 'n2' END WHERE seq IN (3, 4)"
)
DOUBLED = (
    "INSERT INTO access.audit (at, person_id, role, act, subject, detail, digest)"
    " SELECT at, person_id, role, act, subject, detail, digest FROM access.audit WHERE seq = 6"
)


@pytest.fixture
async def owner(dsn: Dsn) -> AsyncIterator[Database]:
    """The same database as its owner, who alone could tamper."""
    opened = await Database.open(dsn(OWNER))
    yield opened
    await opened.close()


async def filled(database: Database, lines: int = 6) -> None:
    for number in range(lines):
        async with database.transaction("*") as tx:
            await store.audit(tx, WHO, "incident.confirm", f"n{number}", DETAIL)


async def checked(database: Database) -> AuditCheck:
    async with database.transaction("*") as tx:
        return await store.check_audit(tx)


async def test_an_untouched_trail_is_whole(database: Database) -> None:
    assert await checked(database) == AuditCheck(whole=True, lines=0, broken_at=None, head="")
    await filled(database)
    found = await checked(database)
    assert (found.whole, found.lines, found.broken_at) == (True, 6, None)
    assert len(found.head) == 64


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE access.audit SET person_id = 'p2' WHERE seq = 3",
        "UPDATE access.audit SET role = 'admin' WHERE seq = 3",
        "UPDATE access.audit SET act = 'incident.close' WHERE seq = 3",
        "UPDATE access.audit SET subject = 'other' WHERE seq = 3",
        "UPDATE access.audit SET at = at + interval '1 microsecond' WHERE seq = 3",
        "UPDATE access.audit SET detail = jsonb_set(detail, '{level}', '4') WHERE seq = 3",
        "UPDATE access.audit SET detail = detail - 'reason' WHERE seq = 3",
        "UPDATE access.audit SET digest = sha256('x') WHERE seq = 3",
        "DELETE FROM access.audit WHERE seq = 3",
        SWAPPED,
        DOUBLED,
    ],
)
async def test_every_tampering_is_found(
    database: Database, owner: Database, tampering: str
) -> None:
    await filled(database)
    async with owner.connection() as connection:
        await connection.execute(tampering)
    found = await checked(database)
    assert not found.whole
    assert found.broken_at in {3, 4, 7}


TEXTS = ("person_id", "role", "act", "subject", "detail::text", "at::text", "digest::text")


async def test_one_changed_character_anywhere_is_found_and_located(
    database: Database, owner: Database
) -> None:
    """Any column of any line, any place in it: the check names that line."""
    await filled(database)
    chance, tried = random.Random(6), 0
    async with owner.connection() as connection:
        for _ in range(200):
            line, column = chance.randint(1, 6), chance.choice(TEXTS)
            name, _, kind = column.partition("::")
            text = await connection.fetchval(
                f"SELECT {column} FROM access.audit WHERE seq = $1",  # noqa: S608 - from TEXTS
                line,
            )
            at = chance.randrange(len(text))
            other = chance.choice([c for c in "0123456789abcdef" if c != text[at]])
            change = f"UPDATE access.audit SET {name} = $1::text{_back(name, kind)} WHERE seq = $2"  # noqa: S608 - as above
            await connection.execute("BEGIN")
            try:
                await connection.execute(change, text[:at] + other + text[at + 1 :], line)
            except SqlError:  # no such time, no such JSON: such a byte never stood there
                await connection.execute("ROLLBACK")
                continue
            same = await connection.fetchval(
                f"SELECT {column} = $1 FROM access.audit WHERE seq = $2",  # noqa: S608 - as above
                text,
                line,
            )
            found = await store.check_audit(connection)
            await connection.execute("ROLLBACK")
            assert found.whole is same, (line, column, at, other)
            assert found.broken_at == (None if same else line), (line, column, at, other)
            tried += not same
    assert tried > 100


def _back(name: str, kind: str) -> str:
    """How a column is made of its text again."""
    if not kind:
        return ""
    return {"detail": "::jsonb", "at": "::timestamptz", "digest": "::bytea"}[name]


async def test_the_command_says_whether_the_trail_is_whole_and_where_it_is_not(
    site: Site, owner: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    await filled(site.owner)
    settings = Settings(postgres_dsn=site.owner.dsn, nats_url=site.house.settings.nats_url)
    assert await check_audit(settings, head="", as_json=False) == 0
    head = capsys.readouterr().out.split()[-1]
    assert await check_audit(settings, head=head, as_json=False) == 0
    assert await check_audit(settings, head="0" * 64, as_json=True) == 1
    assert '"head_known":false' in capsys.readouterr().out
    async with owner.connection() as connection:
        first = await connection.fetchval("SELECT min(seq) FROM access.audit")
        await connection.execute("UPDATE access.audit SET subject = 'x' WHERE seq = $1", first)
    assert await check_audit(settings, head="", as_json=False) == 1
    assert f"line {first} does not fit" in capsys.readouterr().out


async def test_a_cut_off_tail_is_known_by_the_head_kept_elsewhere(
    database: Database, owner: Database
) -> None:
    await filled(database)
    head = (await checked(database)).head
    async with owner.connection() as connection:
        await connection.execute("DELETE FROM access.audit WHERE seq > 4")
    found = await checked(database)
    assert found.whole
    assert found.head != head


@pytest.mark.parametrize("role", ["wanghuo_web", "wanghuo_engine"])
@pytest.mark.parametrize(
    "statement", ["UPDATE access.audit SET act = 'x'", "DELETE FROM access.audit",
        "TRUNCATE access.audit"],
)  # fmt: skip
async def test_no_role_of_ours_may_change_the_trail(
    database: Database, web_database: Database, role: str, statement: str
) -> None:
    await filled(database, 1)
    used = web_database if role == "wanghuo_web" else database
    with pytest.raises(SqlError, match="permission denied"):
        async with used.transaction("*") as tx:
            await tx.execute(statement)


async def test_lines_written_at_once_make_one_chain(database: Database) -> None:
    async def one(number: int) -> None:
        async with database.transaction("*") as tx:
            await store.audit(tx, WHO, "act", str(number), {})

    await asyncio.gather(*(one(number) for number in range(40)))
    found = await checked(database)
    assert (found.whole, found.lines) == (True, 40)


async def test_an_act_that_is_undone_leaves_no_line(database: Database) -> None:
    async def undone() -> None:
        async with database.transaction("*") as tx:
            await store.audit(tx, WHO, "act", "undone", {})
            raise KeyError

    with pytest.raises(KeyError):
        await undone()
    assert (await checked(database)).lines == 0


async def test_changes_to_people_and_tokens_are_told_without_secrets(site: Site) -> None:
    admin, auditor = site.client("admin"), site.client("auditor")
    new = {"login": "new.one", "name": "New", "role": "city_duty", "towns": ["*"]}
    made = (await admin.post("/api/v1/people", json=new)).json()
    body = {"name": "Newer", "password": "correct horse 9"}
    await admin.patch(f"/api/v1/people/{made['id']}", json=body)
    issued = (await admin.post("/api/v1/tokens", json={"person_id": made["id"]})).json()
    await admin.delete(f"/api/v1/tokens/{issued['id']}")
    words = {"login": "new.one", "password": "wrong"}
    await site.client().post("/api/v1/session", json=words)
    answer = await auditor.get("/api/v1/audit")
    acts = [line["act"] for line in answer.json()["items"]]
    assert acts == ["session.refused", "token.revoke", "token.issue", "person.change", "person.add"]
    assert "correct horse" not in answer.text
    assert issued["token"] not in answer.text
    assert (await auditor.get("/api/v1/audit/check")).json()["whole"] is True


async def test_the_trail_is_narrowed_and_paged(site: Site) -> None:
    async with site.owner.transaction("*") as tx:
        for number in range(25):
            await store.audit(tx, WHO, "odd" if number % 2 else "even", str(number), {})
    auditor = site.client("auditor")
    seen: list[str] = []
    cursor = ""
    while True:
        query = {"act": "odd", "limit": "5", "cursor": cursor}
        page = (await auditor.get("/api/v1/audit", params=query)).json()
        seen += [line["subject"] for line in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert seen == [str(number) for number in range(23, 0, -2)]
    strange = await auditor.get("/api/v1/audit", params={"cursor": "x"})
    assert strange.json()["field"] == "cursor"
    naive = await auditor.get("/api/v1/audit", params={"since": "2026-06-01T00:00:00"})
    assert naive.status_code == 422


async def test_an_export_is_whole_harmless_in_a_spreadsheet_and_told_itself(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wanghuo.access.audit_routes.EXPORT_BATCH", 7)
    async with site.owner.transaction("*") as tx:
        for number in range(20):
            await store.audit(tx, WHO, "=cmd()", str(number), {"text": "a,b\n火"})
    auditor = site.client("auditor")
    answer = await auditor.get("/api/v1/audit/export")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["subject"] for row in rows] == [str(n) for n in range(19, -1, -1)]
    assert {row["act"] for row in rows} == {"'=cmd()"}
    assert answer.headers["x-wanghuo-audit-head"].endswith(rows[0]["digest"])
    lines = (await auditor.get("/api/v1/audit/export?form=jsonl&act=audit.export")).text
    told = [msgspec.json.decode(line) for line in lines.splitlines()]
    assert [(line["act"], line["subject"]) for line in told] == [("audit.export", "csv")]
