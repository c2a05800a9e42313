"""What a person asks of a transmitter over HTTP reaches it over TCP, and its answer comes back."""

import asyncio
import tomllib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.gateways.conftest import PROFILES, ROLE, opened
from tests.gateways.gb26875_peers import Device, RecordingIntake, until
from tests.protocols.gb26875_samples import TAG, fire_packet, packet, reading_packet
from tests.web.makers import HERE, THERE, Site, open_site

from wanghuo.clock import WallClock
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.gateways import commands, routes, store
from wanghuo.gateways.gb26875_door import Gb26875Door
from wanghuo.protocols import gb26875_objects as obj
from wanghuo.protocols.gb26875_frame import Frame, encode, tag_of, time_of
from wanghuo.protocols.gb26875_objects import encode_body
from wanghuo.protocols.gb26875_vendor import profiles

SENDER = "gb26875:790300000000"
URL = f"/api/v1/transmitters/{SENDER}"


async def register(database: Database, *rows: tuple[str, str, str, str]) -> None:
    """sender, town, profile, peer."""
    async with database.transaction() as tx:
        for sender, town, profile, peer in rows:
            await tx.execute(
                "INSERT INTO devices.sender VALUES ($1, 'p1', $2, 'op', $3, $4)",
                sender,
                town,
                profile,
                peer,
            )


@pytest.fixture
async def site(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Site]:
    await register(database, (SENDER, HERE, "standard", ""))
    async with open_site(
        database, web_database, nats_stream, tmp_path, routers=[routes.router]
    ) as opened:
        yield opened


async def shown_when(
    client: httpx.AsyncClient, url: str, holds: Callable[[dict[str, Any]], object]
) -> dict[str, Any]:
    """What `url` shows once `holds` of it; the test fails after 10 s."""
    async with asyncio.timeout(10):
        while not holds(shown := (await client.get(url)).json()):  # noqa: ASYNC110 - HTTP has no event
            await asyncio.sleep(0.02)
    return dict(shown)


async def state_of(site: Site, made: dict[str, Any], wanted: str) -> dict[str, Any]:
    """The command once it is in the wanted state."""
    url = f"{URL}/commands/{made['id']}"
    return await shown_when(site.client("city_duty"), url, lambda told: told["state"] == wanted)


async def test_a_query_is_sent_and_its_answer_comes_back(
    registered_door: Gb26875Door, intake: RecordingIntake, site: Site
) -> None:
    device = await Device.dial(registered_door.port)
    await device.ask(reading_packet())
    answer = await site.client("city_duty").post(f"{URL}/commands", json={"type": 85})
    assert answer.status_code == 202
    order = await device.heard()
    assert (order.command, order.body, order.serial) == (4, b"\x55\x01\x00", 0)
    assert (order.target, order.source) == (packet(b"")[12:18], packet(b"")[18:24])
    device.answer(order, encode_body((obj.DeviceVersion(3, 14),)))
    found = await state_of(site, answer.json(), "answered")
    assert found["answer"] == [{"type": 25, "major": 3, "minor": 14, "at": None}]
    assert found["name_zh"] == "读装置软件版本"
    assert len(intake.records) == 2
    assert await device.silence()


async def test_an_answer_that_tells_of_fire_is_a_fire(
    registered_door: Gb26875Door, intake: RecordingIntake, site: Site
) -> None:
    device = await Device.dial(registered_door.port)
    await device.ask(reading_packet())
    asked = {"type": 61, "systems": [{"system_type": 1, "system_address": 1}]}
    made = (await site.client("city_duty").post(f"{URL}/commands", json=asked)).json()
    order = await device.heard()
    assert order.body == b"\x3d\x01\x01\x01"
    device.answer(order, encode_body((obj.SystemStatus(1, 1, 2, TAG),)))
    await state_of(site, made, "answered")
    assert [signal.point for signal in intake.signals()] == ["1.1"]


async def test_a_control_is_confirmed_and_a_denied_one_is_sent_again_before_it_is_denied(
    registered_door: Gb26875Door, site: Site
) -> None:
    device = await Device.dial(registered_door.port)
    await device.ask(reading_packet())
    made = (await site.client("city_duty").post(f"{URL}/commands", json={"type": 90})).json()
    order = await device.heard()
    assert (order.command, order.body[:2], len(order.body)) == (1, b"\x5a\x01", 8)
    told = time_of(order.body[2:])
    assert told is not None
    assert abs((told - WallClock().now_utc()).total_seconds()) < 3
    device.send(encode(Frame(order.serial, order.target, order.source, 3, b"")))
    await state_of(site, made, "confirmed")
    made = (await site.client("city_duty").post(f"{URL}/commands", json={"type": 89})).json()
    serials = set()
    for _ in range(4):
        order = await device.heard()
        serials.add(order.serial)
        device.send(encode(Frame(order.serial, order.target, order.source, 6, b"")))
    assert serials == {1}
    await state_of(site, made, "denied")


async def test_an_inspection_call_is_answered_when_somebody_presses_the_key(
    registered_door: Gb26875Door, intake: RecordingIntake, site: Site
) -> None:
    device = await Device.dial(registered_door.port)
    await device.ask(reading_packet())
    answer = await site.client("city_duty").post(f"{URL}/inspection", json={"minutes": 7})
    order = await device.heard()
    assert (order.command, order.body) == (1, b"\x5b\x01\x07")
    device.send(encode(Frame(order.serial, order.target, order.source, 3, b"")))
    await state_of(site, answer.json(), "confirmed")
    pressed = encode_body((obj.DeviceOperation(0x20, 4, TAG),))
    assert (await device.ask(packet(pressed, serial=9))).command == 3
    found = await state_of(site, answer.json(), "answered")
    assert found["answer"][0] | {"at": ""} == {"type": 24, "flags": 32, "operator": 4, "at": ""}
    assert len(intake.records) == 2


async def test_an_order_without_an_answer_is_sent_four_times_and_then_expires(
    registered_door: Gb26875Door, site: Site
) -> None:
    device = await Device.dial(registered_door.port)
    await device.ask(reading_packet())
    made = (await site.client("city_duty").post(f"{URL}/commands", json={"type": 81})).json()
    heard = [await device.heard()]
    dialogue = registered_door.board.dialogue
    for _ in range(3):
        for pending in dialogue._pending.values():
            pending.due_s -= commands.RESEND_AFTER_S
        heard.append(await device.heard())
    assert {(frame.serial, frame.body) for frame in heard} == {(0, b"\x51\x01\x00")}
    for pending in dialogue._pending.values():
        pending.due_s -= commands.RESEND_AFTER_S
    await state_of(site, made, "expired")
    assert dialogue._pending == {}


async def test_a_command_waits_for_a_device_that_is_away_but_not_for_ever(
    registered_door: Gb26875Door, site: Site, database: Database
) -> None:
    made = (await site.client("city_duty").post(f"{URL}/commands", json={"type": 81})).json()
    assert made["state"] == "queued"
    async with database.transaction() as tx:
        later = WallClock().now_utc() + 2 * commands.PATIENCE
        assert await store.expire_commands(tx, later, commands.PATIENCE) == 1
    await state_of(site, made, "expired")
    assert not registered_door.board.speaking


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"type": 60}, "type"),
        ({"type": 70}, "type"),
        ({"type": 61}, "systems"),
        ({"type": 62}, "components"),
        ({"type": 62, "components": [{"component_address": "xyz"}]}, "components"),
        ({"type": 66, "systems": [{}] * 4}, "systems"),
        ({"type": 64, "records": 103}, "records"),
        ({"type": 91, "minutes": 0}, "minutes"),
    ],
)
async def test_an_order_that_makes_no_sense_names_its_field(
    site: Site, body: dict[str, Any], field: str
) -> None:
    answer = await site.client("city_duty").post(f"{URL}/commands", json=body)
    assert answer.status_code == 422
    assert field in answer.json()["field"]


async def test_only_who_may_control_devices_of_a_town_may_command_them(
    site: Site, database: Database
) -> None:
    await register(database, ("gb26875:0a0000000000", THERE, "standard", ""))
    town = site.client("town_office")
    assert (await town.post(f"{URL}/commands", json={"type": 81})).status_code == 403
    assert (await town.get(f"{URL}/commands")).status_code == 200
    elsewhere = "/api/v1/transmitters/gb26875:0a0000000000/commands"
    assert (await town.get(elsewhere)).status_code == 404
    assert (await site.client("city_duty").get(elsewhere)).status_code == 200
    shown = (await town.get("/api/v1/transmitters")).json()["items"]
    assert [one["sender"] for one in shown] == [SENDER]


async def test_commands_are_audited(site: Site, database: Database) -> None:
    await site.client("city_duty").post(f"{URL}/commands", json={"type": 81})
    async with database.transaction() as tx:
        row = await tx.fetchrow("SELECT * FROM access.audit WHERE act = 'transmitter.command'")
    assert row is not None
    assert (row["subject"], row["detail"]["type"]) == (SENDER, 81)


async def test_who_is_connected_is_shown_with_strangers(
    registered_door: Gb26875Door, site: Site
) -> None:
    known, stranger = (
        await Device.dial(registered_door.port),
        await Device.dial(registered_door.port),
    )
    await known.ask(reading_packet())
    await stranger.ask(reading_packet(source=b"\x09\0\0\0\0\0"))
    client = site.client("city_duty")
    connected = "/api/v1/transmitters?connected=true"
    shown = await shown_when(client, connected, lambda told: told["items"] and told["strangers"])
    assert shown["items"][0]["sender"] == SENDER
    assert shown["items"][0]["sessions"][0]["door"] == "gb26875_tcp"
    assert [one["sender"] for one in shown["strangers"]] == ["gb26875:090000000000"]
    await known.hang_up()
    await shown_when(client, connected, lambda told: not told["items"])
    assert not (await client.get("/api/v1/transmitters?q=7903")).json()["items"][0]["connected"]


async def test_a_clock_that_is_off_is_set_after_the_confirm(registered_door: Gb26875Door) -> None:
    device = await Device.dial(registered_door.port)
    assert (await device.ask(reading_packet())).command == 3
    assert await device.silence()
    dialogue = registered_door.board.dialogue
    [session] = dialogue._clocks
    dialogue._clocks[session] -= commands.CLOCK_DELAY_S
    order = await device.heard()
    assert (order.command, order.body[0]) == (1, 90)
    device.send(encode(Frame(order.serial, order.target, order.source, 3, b"")))
    await until(lambda: not dialogue._pending)
    true_one = await Device.dial(registered_door.port)
    now = WallClock().now_utc()
    body = encode_body((obj.DeviceStatus(9, TAG),))
    frame = Frame(1, b"\x07" + bytes(5), bytes(6), 2, body, tag_of(now))
    assert (await true_one.ask(encode(frame))).command == 3
    assert not dialogue._clocks


async def test_a_bound_address_counts_only_from_its_peer(
    registered_door: Gb26875Door, intake: RecordingIntake, database: Database
) -> None:
    await register(
        database,
        ("gb26875:010000000000@127.0.0.1", HERE, "fubei", "127.0.0.1"),
        ("gb26875:020000000000", HERE, "fubei", "10.9.8.7"),
        ("gb26875:030000000000", HERE, "fubei", "127.0.0.1"),
    )
    for number in (1, 2, 3):
        device = await Device.dial(registered_door.port)
        await device.ask(fire_packet(source=bytes((number, 0, 0, 0, 0, 0))))
    assert [signal.sender for signal in intake.signals()] == [
        "gb26875:010000000000@127.0.0.1",
        "gb26875:020000000000@127.0.0.1",
        "gb26875:030000000000",
    ]
    assert [row[2] for row in intake.bad] == ["peer_mismatch"]
    assert intake.signals()[0].text == "一层走廊"


async def test_the_register_gives_a_transmitter_its_vendor_profile(
    registered_door: Gb26875Door, intake: RecordingIntake, database: Database
) -> None:
    await register(database, (SENDER, HERE, "passthrough", ""))
    device = await Device.dial(registered_door.port)
    printed = b"\x09\x01" + "2号楼火警".encode("gb18030")
    assert (await device.ask(packet(printed))).command == 3
    assert [signal.text for signal in intake.signals()] == ["2号楼火警"]
    await device.ask(reading_packet(serial=2))
    assert intake.records[0].profile == "passthrough"


async def test_with_the_database_away_fires_are_heard_at_once(
    dsn: Callable[[str], str], intake: RecordingIntake
) -> None:
    nowhere = "postgresql://wanghuo_gateway@127.0.0.1:9/none"
    away = await Database.open(nowhere, size_min=0)
    made = Gb26875Door(
        intake=intake, database=away, dsn=nowhere, profiles=PROFILES, clock=WallClock()
    )
    await made.open("127.0.0.1", 0)
    device = await Device.dial(made.port)
    assert (await device.ask(fire_packet())).command == 3
    assert [signal.sender for signal in intake.signals()] == [SENDER]
    assert intake.bad == []
    await device.hang_up()
    await made.close()
    away.abort()
    assert dsn("wanghuo_gateway")


async def test_quarantine_is_shown_counted_and_settled(site: Site, database: Database) -> None:
    at = WallClock().now_utc()
    async with database.transaction() as tx:
        for seconds in (0, 0, 1):
            when = at.replace(microsecond=seconds)
            await store.put_quarantine(
                tx, "gb26875_tcp", "10.0.0.1", "bad_checksum", b"@@x", "s", when
            )
    client = site.client("city_duty")
    assert (await site.client("town_office").get("/api/v1/quarantine")).status_code == 403
    [row] = (await client.get("/api/v1/quarantine")).json()["items"]
    assert (row["times"], row["raw_hex"], row["reason_zh"]) == (2, "404078", "校验和错误")
    settled = await client.post(f"/api/v1/quarantine/{row['id']}/settle", json={})
    assert settled.json()["settled_at"]
    assert (await client.get("/api/v1/quarantine")).json()["items"] == []
    again = await client.post(f"/api/v1/quarantine/{row['id']}/settle", json={})
    assert again.status_code == 409
    async with database.transaction() as tx:
        later = WallClock().now_utc()
        await store.put_quarantine(
            tx, "gb26875_tcp", "10.0.0.1", "bad_checksum", b"@@x", "s", later
        )
    [row] = (await client.get("/api/v1/quarantine?reason=bad_checksum")).json()["items"]
    assert (row["times"], row["settled_at"]) == (3, None)


def test_the_policy_file_is_the_one_that_ships() -> None:
    text = (Path(__file__).parents[2] / "policy" / "vendors.toml").read_text(encoding="utf-8")
    assert set(profiles(tomllib.loads(text))) == set(PROFILES)


async def test_a_known_transmitter_waits_for_no_register_with_its_first_packet(
    dsn: Callable[[str], str], database: Database, intake: RecordingIntake
) -> None:
    await register(database, (SENDER, HERE, "standard", ""))
    async with opened(intake, dsn(ROLE)) as door:
        await until(lambda: door._admission._register)
        door._database.abort()  # from now on nobody can be asked
        device = await Device.dial(door.port)
        answer = await device.ask(fire_packet(serial=1, source=bytes.fromhex("790300000000")))
        assert answer.command == 3
    assert len(intake.entries) == 1
    assert intake.bad == [], "nobody took it for a stranger"
