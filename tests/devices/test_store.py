"""The register: points are resolved set-based, health never goes back in time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanghuo.devices import health_store, store
from wanghuo.devices.model import Device, Health, Operator, Sender, Wanted, sender_of
from wanghuo.engines.postgres import Database
from wanghuo.errors import Missing

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
PANEL = "gb26875:790300000000"
TOWN = "330282112"


def a_device(number: int, origin: str, sender: str = "", place_id: str = "P1") -> Device:
    return Device(
        f"D{number}", origin, sender or origin, place_id, TOWN, "smoke", "cx01", "厨房",
        installed_on=date(2023, 4, 6),
    )  # fmt: skip


@pytest.fixture
async def register(database: Database) -> Database:
    async with database.transaction() as tx:
        await store.upsert_operators(tx, [Operator("cx01", "One", TOWN)])
        await store.upsert_senders(tx, [Sender(PANEL, "P1", TOWN, "cx01")])
        await store.upsert_devices(
            tx,
            [
                a_device(1, f"{PANEL}/1.1.40.0a000200", PANEL),
                a_device(2, "access:cx01/D1", place_id="P2"),
                a_device(3, "iotda:node/ch1", "iotda:node", place_id="P3"),
            ],
        )
    return database


async def test_a_point_is_its_device_or_else_its_senders_place(register: Database) -> None:
    known, other_point = f"{PANEL}/1.1.40.0a000200", f"{PANEL}/1.1.40.ffffffff"
    asked = [known, other_point, "access:cx01/D1", "access:cx01/D1/2", "iotda:node/ch9", "ctwing:1"]
    async with register.transaction() as tx:
        found = await store.points(tx, asked)
    assert {o: (p.device_id, p.place_id) for o, p in found.items()} == {
        known: ("D1", "P1"),
        other_point: ("", "P1"),
        "access:cx01/D1": ("D2", "P2"),
        "access:cx01/D1/2": ("", "P2"),
        "iotda:node/ch9": ("", "P3"),
    }


async def test_a_bound_peer_survives_a_new_registration(register: Database) -> None:
    async with register.transaction() as tx:
        await store.upsert_senders(tx, [Sender(PANEL, "P1", TOWN, "cx01", peer="10.0.0.9")])
        await store.upsert_senders(tx, [Sender("gb26875:01", "P9", TOWN, "cx01", peer="10.0.0.9")])
        await store.upsert_senders(tx, [Sender("gb26875:01", "P8", TOWN, "cx01")])
        register_ = await store.sender_register(tx)
    assert register_["gb26875:01"].place_id == "P8"
    assert register_["gb26875:01"].peer == "10.0.0.9"


async def test_health_keeps_the_latest_word_of_each_point(register: Database) -> None:
    later = NOON + timedelta(minutes=5)
    async with register.transaction() as tx:
        await health_store.upsert_health(
            tx, [Health("a", NOON, "normal"), Health("a", later, "fault"), Health("b", NOON, "x")]
        )
        await health_store.upsert_health(
            tx, [Health("a", NOON, "offline"), Health("b", later, "normal")]
        )
        await health_store.upsert_health(tx, [])
        health = await health_store.health_of(tx, ["a", "b", "c"])
    assert {o: (h.state, h.last_seen_at) for o, h in health.items()} == {
        "a": ("fault", later),
        "b": ("normal", later),
    }


async def test_an_operator_is_known_by_its_key_alone(register: Database) -> None:
    async with register.transaction() as tx:
        await store.set_operator_keys(tx, {"cx01": "secret"})
        await store.put_operators(tx, [("cx01", "Renamed", TOWN)])
        found = await store.operator_of_key(tx, "secret")
        assert found is not None
        assert found.name == "Renamed"
        assert await store.operator_of_key(tx, "Secret") is None
        assert found.key_digest == store.digest_of_key("secret")


async def test_devices_follow_their_place_to_another_town(register: Database) -> None:
    async with register.transaction() as tx:
        await store.follow_places(tx, {"P1": "330282113", "P2": TOWN})
        assert (await store.device(tx, "D1")).town_code == "330282113"
        assert (await store.device(tx, "D2")).town_code == TOWN
        assert (await store.sender_register(tx))[PANEL].town_code == "330282113"


async def test_pages_of_devices_follow_one_another(register: Database) -> None:
    async with register.transaction() as tx:
        first = await store.page(tx, Wanted(size=2))
        second = await store.page(tx, Wanted(after=first[-1].id, size=2))
        of_place = await store.page(tx, Wanted(place_id="P2"))
    assert [d.id for d in first + second] == ["D1", "D2", "D3"]
    assert [d.id for d in of_place] == ["D2"]


async def test_a_device_nobody_knows_is_missing(register: Database) -> None:
    async with register.transaction() as tx:
        with pytest.raises(Missing, match="D99"):
            await store.device(tx, "D99")


word = st.text("abc0189.", min_size=1, max_size=8)


@given(operator=word, device=word, point=word)
def test_the_sender_is_cut_out_of_any_origin(operator: str, device: str, point: str) -> None:
    assert sender_of(f"access:{operator}/{device}/{point}") == f"access:{operator}/{device}"
    assert sender_of(f"access:{operator}/{device}") == f"access:{operator}/{device}"
    assert sender_of(f"gb26875:{device}/{point}") == f"gb26875:{device}"
    assert sender_of(f"ctwing:{device}") == f"ctwing:{device}"
