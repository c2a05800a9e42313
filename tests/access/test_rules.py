"""Lock-out, password rules, the credentials file: as tables."""

import os
import stat
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanghuo.access import store
from wanghuo.access.audit_export import csv_text
from wanghuo.access.credentials import Credentials, digest_of, file_text
from wanghuo.access.lockout import locked_until
from wanghuo.access.model import AuditLine
from wanghuo.access.passwords import hashed, matches, refuse_weak
from wanghuo.engines.postgres import Database
from wanghuo.errors import Invalid
from wanghuo.principal import Role

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "failures", "lock_s"),
    [
        ("peer", 0, 0), ("peer", 4, 0), ("peer", 5, 30), ("peer", 6, 60), ("peer", 9, 480),
        ("peer", 10, 900), ("peer", 1000, 900), ("anywhere", 49, 0), ("anywhere", 50, 30),
    ],
)  # fmt: skip
def test_a_lock_doubles_from_half_a_minute_to_a_quarter_of_an_hour(
    count: str, failures: int, lock_s: int
) -> None:
    expected = NOON + timedelta(seconds=lock_s) if lock_s else None
    assert locked_until(count, failures, NOON) == expected


def test_a_password_matches_its_own_hash_only() -> None:
    kept = hashed("correct horse 9")
    assert kept.startswith("$argon2id$")
    assert matches(kept, "correct horse 9")
    assert not matches(kept, "correct horse 8")
    assert not matches("", "")
    assert not matches("damaged", "x")


@pytest.mark.parametrize("password", ["short", "x" * 129, "aaaaaaaaaaaaaaa", "ADMIN2026!", ""])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(Invalid, match="password"):
        refuse_weak(password, "admin")


TEXT = st.text(st.characters(codec="utf-8"), max_size=20)


@given(TEXT, st.dictionaries(TEXT, st.tuples(TEXT, TEXT), max_size=3), st.lists(TEXT, max_size=3))
def test_the_credentials_file_is_toml_whatever_the_names(
    password: str, operators: dict[str, tuple[str, str]], points: list[str]
) -> None:
    made = Credentials("admin", password, {"city_duty": "t"}, operators)
    text = file_text(made, {"gb26875": {"place_id": "p", "system_type": 1, "points": points}})
    read = tomllib.loads(text)
    assert read["admin"] == {"login": "admin", "password": password}
    assert read["tokens"] == {"city_duty": "t"}
    keys = {name: (one["id"], one["key"]) for name, one in read.get("operators", {}).items()}
    assert keys == operators
    assert read["examples"]["gb26875"]["points"] == points


def test_an_example_may_hold_tables() -> None:
    made = Credentials("admin", "p", {}, {})
    point: dict[str, str | int] = {"type": 40, "address": "0a000200"}
    text = file_text(made, {"gb": {"points": [point]}})
    assert tomllib.loads(text)["examples"]["gb"]["points"] == [point]


def test_the_credentials_file_is_for_its_owner_only(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        path = tmp_path / "data" / "credentials.toml"
        store.keep_private(path, "first")
        store.keep_private(path, "second")
    finally:
        os.umask(old)
    assert path.read_text(encoding="utf-8") == "second"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["credentials.toml"]


async def test_the_first_start_makes_everyone_once(database: Database) -> None:
    operators = {"One": ("op1", "330282101"), "Two": ("op2", "")}
    async with database.transaction("*") as tx:
        made = await store.first_start(
            tx, NOON, town="330282101", operators=operators, organisations={}
        )
    async with database.transaction("*") as tx:
        again = await store.first_start(
            tx, NOON, town="330282101", operators=operators, organisations={}
        )
        people = {one.role: one for one in await store.people(tx)}
        known = (
            await store.principal_of(tx, digest_of(made.tokens["operator"]), NOON) if made else None
        )
    assert made is not None
    assert again is None
    belong = {Role.STATION_CREW, Role.UNIT_HEAD, Role.INSURER, Role.EXPERT}
    assert set(made.tokens) == {role.value for role in set(Role) - belong} == set(people)
    assert people[Role.TOWN_OFFICE].towns == ("330282101",)
    assert people[Role.CITY_DUTY].towns == ("*",)
    assert set(made.operator_keys) == {"One", "Two"}
    assert known is not None
    assert known.operator_id == "op1"
    secrets = [
        made.password,
        *made.tokens.values(),
        *(key for _, key in made.operator_keys.values()),
    ]
    assert len(set(secrets)) == len(secrets)
    assert min(map(len, secrets)) >= 20


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_of_an_export_is_run_by_a_spreadsheet(text: str) -> None:
    line = AuditLine(1, NOON, text, text, text, text, {}, "d")
    written = csv_text([line])
    assert written.count("'" + text.strip("\t\r")) or written.count("'" + text)
