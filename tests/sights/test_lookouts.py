"""Lookouts over real sockets into the fire lane: a place by two rays or one, or an honest cone."""

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.notices.city import settle
from tests.notices.makers import NOON, TOWN, a_point, sensed, the_policy_by_day
from tests.protocols import lookout_samples as samples
from tests.protocols.lookout_samples import GB_ID, OWN_ID
from tests.sights.makers import a_png
from tests.sights.test_rays import bearing_deg
from tests.web.makers import Site, open_site
from wanghuo.clock import WallClock
from wanghuo.engines.outbound_http import OutboundHttp
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.gateways import lookout_push
from wanghuo.gateways.cameras import Cameras
from wanghuo.gateways.gb28181_door import Gb28181Door
from wanghuo.gateways.lookouts import Lookouts
from wanghuo.gateways.store import put_quarantine
from wanghuo.notices import store as notices
from wanghuo.notices.feed import Judge
from wanghuo.place import Coordinates, moved
from wanghuo.settings import Gb28181Settings, Settings
from wanghuo.sights import policy, routes
from wanghuo.signals import store as signals
from wanghuo.signals.feed import SignalIntake

SECRET = "a-long-secret-path"
P1 = Coordinates(121.25, 30.30)
L1, L2 = moved(P1, -3000, 0), moved(P1, 0, -2500)
CAMERAS = [
    ("L1", "新浦电信塔", "lookout", "", L1, 45.0, None, GB_ID),
    ("L2", "胜山水塔", "lookout", "", L2, 40.0, None, ""),
    ("C1", "车间球机", "fixed", "P2", Coordinates(121.26, 30.3), None, 90.0, ""),
]


class Watch:
    """The served house, its judge, and a SIP door with a camera's socket."""

    def __init__(self, site: Site, intake: SignalIntake, folder: Path) -> None:
        self.site = site
        self.folder = folder
        self.judge = Judge(site.owner, the_policy_by_day(), WallClock())
        rules = policy.load(Settings().policy_dir)
        lookouts = Lookouts(intake, site.house.database, WallClock(), folder / "pictures", rules)
        asked = Gb28181Settings(port=1, id=OWN_ID, password="pw")
        self.sip = Gb28181Door(lookouts, intake, site.house.database, WallClock(), asked)

    async def push(self, door: str, body: bytes, secret: str = SECRET) -> Any:
        answer = await self.site.client().post(f"/push/{door}/{secret}", content=body)
        while await self.judge.judge_once():
            pass
        return answer

    async def see(self, camera: str, at: Coordinates, **more: Any) -> Any:
        """A lookout looks at P1."""
        said = {"camera": camera, "bearing_deg": bearing_deg(at, P1), "time": None, **more}
        return await self.push("lookout", samples.a_detection(**said))

    async def rows(self, query: str, *args: object) -> list[Any]:
        async with self.site.owner.transaction() as tx:
            return await tx.fetch(query, *args)

    async def incidents(self) -> list[Any]:
        return await self.rows("SELECT * FROM incidents.incident ORDER BY opened_at, id")


@pytest.fixture
async def watch(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Watch]:
    await settle(database)
    async with database.transaction() as tx:
        await tx.executemany(
            "INSERT INTO premises.camera (id, name, kind, town_code, place_id, lon, lat, height_m,"
            " bearing_deg, gb_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            [
                (key, name, kind, TOWN, place, at.lon, at.lat, height, bearing, gb)
                for key, name, kind, place, at, height, bearing, gb in CAMERAS
            ],
        )
    intake = SignalIntake(web_database.dsn, nats_stream, WallClock(), put_quarantine)
    await intake.start()
    routers = [lookout_push.router, routes.router]
    async with open_site(database, web_database, nats_stream, tmp_path, routers=routers) as site:
        site.house.settings = msgspec.structs.replace(site.house.settings, push_secret=SECRET)
        site.house.intake = intake
        yield Watch(site, intake, tmp_path)
    await intake.stop()


async def test_one_lookout_without_tilt_is_an_incident_with_a_cone(watch: Watch) -> None:
    assert (await watch.see("L1", L1)).status_code == 200
    (incident,) = await watch.incidents()
    assert (incident["place_id"], incident["town_code"], incident["level"]) == ("", TOWN, 1)
    assert (incident["lon"], incident["lat"]) == (None, None)
    path = f"/api/v1/incidents/{incident['number']}/pictures"
    (seen,) = (await watch.site.client("city_duty").get(path)).json()["sightings"]
    assert (seen["how"], seen["camera"], seen["seen"]) == ("cone", "新浦电信塔", "smoke")
    assert len(seen["cone"]) > 4
    assert seen["cone"][0] == [L1.lon, L1.lat]


async def test_two_lookouts_name_the_place_and_agree(watch: Watch) -> None:
    await watch.see("L1", L1)
    await watch.see("L2", L2)
    incident = (await watch.rows("SELECT * FROM incidents.incident WHERE place_id = 'P1'"))[0]
    assert incident["level"] == 2
    sightings = await watch.rows("SELECT * FROM sights.sighting ORDER BY at DESC")
    assert (sightings[0]["how"], sightings[0]["with_camera"]) == ("triangle", "L1")
    assert sightings[0]["place_id"] == "P1"
    assert sightings[0]["error_m"] < 200


async def test_a_lookout_cannot_bear_itself_out(watch: Watch) -> None:
    for bearing in (40.0, 60.0, 80.0):
        await watch.push("lookout", samples.a_detection(bearing_deg=bearing, time=None))
    (incident,) = await watch.incidents()
    assert incident["level"] == 1
    assert len(await watch.rows("SELECT id FROM alarms.alarm")) == 3
    path = f"/api/v1/incidents/{incident['number']}/pictures"
    seen = (await watch.site.client("city_duty").get(path)).json()["sightings"]
    assert len(seen) == 3


async def test_a_lookout_and_a_sensor_of_the_place_confirm(watch: Watch) -> None:
    async with watch.site.owner.transaction() as tx:
        after_s = (WallClock().now_utc() - NOON).total_seconds()
        await signals.append(tx, [sensed(a_point(1), after_s)])
    await watch.rows("UPDATE premises.camera SET height_m = 300 WHERE id = 'L1' RETURNING id")
    await watch.see("L1", L1, tilt_deg=5.71)  # 300 m above a fire 3 km away
    (incident,) = await watch.incidents()
    assert (incident["place_id"], incident["level"]) == ("P1", 3)
    (sighting,) = await watch.rows("SELECT how FROM sights.sighting")
    assert sighting["how"] == "ground"


async def test_a_point_in_the_fields_is_an_incident_at_its_coordinates(watch: Watch) -> None:
    await watch.rows("UPDATE premises.camera SET height_m = 100 WHERE id = 'L1' RETURNING id")
    field = {"camera": "L1", "bearing_deg": 270.0, "tilt_deg": 6.0, "time": None}
    await watch.push("lookout", samples.a_detection(**field))
    (incident,) = await watch.incidents()
    assert incident["place_id"] == ""
    west = moved(L1, -951, 0)
    assert incident["lon"] == pytest.approx(west.lon, abs=1e-4)
    assert incident["lat"] == pytest.approx(west.lat, abs=1e-4)
    told = await watch.rows("SELECT role FROM notices.party WHERE shortfall IS NULL")
    assert {row["role"] for row in told} <= {"operator_desk", "city_duty"}


async def test_an_onvif_camera_inside_a_place_means_that_place(watch: Watch) -> None:
    assert (await watch.push("onvif", samples.a_notify(producer="C1"))).status_code == 200
    (incident,) = await watch.incidents()
    assert incident["place_id"] == "P2"
    over = samples.a_notify(producer="C1", operation="Deleted")
    await watch.push("onvif", over)
    (alarm,) = await watch.rows("SELECT state FROM alarms.alarm")
    assert alarm["state"] == "returned"


async def test_the_picture_of_a_detection_joins_its_incident(watch: Watch) -> None:
    await watch.see("L1", L1, image=base64.b64encode(a_png()).decode())
    http = OutboundHttp()
    settings = Settings(data_dir=watch.folder)
    rules = policy.load(settings.policy_dir)
    await Cameras(watch.site.owner, http, WallClock(), settings, rules).work_once()
    await http.close()
    (incident,) = await watch.incidents()
    path = f"/api/v1/incidents/{incident['number']}/pictures"
    (picture,) = (await watch.site.client("city_duty").get(path)).json()["items"]
    assert (picture["origin"], picture["camera"]) == ("lookout", "新浦电信塔")


async def test_the_same_push_again_is_the_same_entry(watch: Watch) -> None:
    body = samples.a_detection()
    for _ in range(3):
        await watch.push("lookout", body)
    assert len(await watch.rows("SELECT seq FROM signals.fire_log")) == 1


async def test_a_camera_that_nobody_knows_is_kept_whole_for_a_person(watch: Watch) -> None:
    body = samples.a_detection(camera="stranger")
    assert (await watch.push("lookout", body)).status_code == 200
    assert await watch.incidents() == []
    (kept,) = await watch.rows("SELECT * FROM gateways.quarantine")
    assert (kept["reason"], kept["raw"], kept["door"]) == ("unknown_camera", body, "lookout")


@pytest.mark.parametrize(
    ("door", "body", "reason"),
    [
        ("lookout", b"{broken", "not_json"),
        ("onvif", samples.BOMB, "not_xml"),
        ("onvif", samples.OUTSIDE, "not_xml"),
        ("onvif", b"<a/>", "no_notification"),
        ("lookout", b'{"camera": "L1", "class": "cat"}', "no_fire_class"),
    ],
)
async def test_what_cannot_be_read_goes_before_a_person_and_is_answered(
    watch: Watch, door: str, body: bytes, reason: str
) -> None:
    assert (await watch.push(door, body)).status_code == 200
    (kept,) = await watch.rows("SELECT reason, raw FROM gateways.quarantine")
    assert (kept["reason"], kept["raw"]) == (reason, body)


async def test_a_wrong_secret_finds_nothing(watch: Watch) -> None:
    for door in ("lookout", "onvif"):
        assert (await watch.push(door, samples.a_detection(), "guess")).status_code == 404
    assert await watch.incidents() == []


class Phone(asyncio.DatagramProtocol):
    """A camera's UDP socket: what it heard, in order."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, _addr: Any) -> None:
        self.heard.put_nowait(data)


@pytest.fixture
async def camera(watch: Watch) -> AsyncIterator[Any]:
    port = await watch.sip.open("127.0.0.1", 0)
    transport, phone = await asyncio.get_running_loop().create_datagram_endpoint(
        Phone, remote_addr=("127.0.0.1", port)
    )

    async def ask(data: bytes) -> str:
        transport.sendto(data)
        return await hear()

    async def hear() -> str:
        return (await asyncio.wait_for(phone.heard.get(), 10)).decode()

    ask.hear = hear  # type: ignore[attr-defined]
    yield ask
    transport.close()
    await watch.sip.close()


async def test_a_national_standard_alarm_gets_its_two_answers_and_becomes_an_incident(
    watch: Watch, camera: Any
) -> None:
    sent = samples.a_request("MESSAGE", samples.an_alarm())
    assert (await camera(sent)).startswith("SIP/2.0 200 OK")
    told = await camera.hear()
    assert told.startswith(f"MESSAGE sip:{GB_ID}@127.0.0.1:")
    assert "<Result>OK</Result>" in told
    assert (await camera(sent)).startswith("SIP/2.0 200 OK"), "sent again it is answered again"
    await camera.hear()
    assert len(await watch.rows("SELECT seq FROM signals.fire_log")) == 1
    while await watch.judge.judge_once():
        pass
    (incident,) = await watch.incidents()
    assert incident["place_name"] == "lookout:L1"


async def test_other_alarms_and_keepalives_are_answered_and_are_no_fire(
    watch: Watch, camera: Any
) -> None:
    alive = samples.an_alarm().replace(b"<CmdType>Alarm", b"<CmdType>Keepalive")
    assert "200 OK" in await camera(samples.a_request("MESSAGE", alive))
    moved_ = samples.an_alarm(description="移动侦测")
    assert "200 OK" in await camera(samples.a_request("MESSAGE", moved_))
    assert "<Result>OK</Result>" in await camera.hear()
    assert await watch.rows("SELECT seq FROM signals.fire_log") == []


async def test_a_register_is_asked_for_the_password_and_a_stranger_is_turned_away(
    watch: Watch, camera: Any
) -> None:
    asked = await camera(samples.a_request("REGISTER"))
    assert asked.startswith("SIP/2.0 401 Unauthorized")
    assert "WWW-Authenticate: Digest" in asked
    stranger = samples.a_request("MESSAGE", samples.an_alarm(), "34020000001320000009")
    assert (await camera(stranger)).startswith("SIP/2.0 403")
    await watch.sip.close()
    (kept,) = await watch.rows("SELECT reason, raw FROM gateways.quarantine")
    assert (kept["reason"], kept["raw"]) == ("unknown_camera", stranger)


async def test_bytes_that_are_no_sip_are_kept_and_the_door_stays_open(
    watch: Watch, camera: Any
) -> None:
    hostile = [b"hello", b"\xff" * 900, samples.a_request("MESSAGE", samples.BOMB)]
    for data in hostile:
        assert data
    transport_ask = camera
    alive = samples.an_alarm().replace(b"<CmdType>Alarm", b"<CmdType>Keepalive")
    loop = asyncio.get_running_loop()
    for data in hostile:
        sender, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol,
            remote_addr=watch.sip._transport.get_extra_info("sockname"),  # type: ignore[union-attr]
        )
        sender.sendto(data)
        sender.close()
    assert "200 OK" in await transport_ask(samples.a_request("MESSAGE", alive))
    await watch.sip.close()
    kept = await watch.rows("SELECT reason FROM gateways.quarantine ORDER BY reason")
    assert sorted(row["reason"] for row in kept) == ["not_sip", "not_sip", "not_xml"]


async def test_replaying_lookouts_fires_gives_the_same(watch: Watch, database: Database) -> None:
    """Judged one by one or in one batch, from the log alone."""
    await watch.see("L1", L1)
    await watch.see("L2", L2)
    field = {"camera": "L1", "bearing_deg": 270.0, "tilt_deg": 6.0, "time": None}
    await watch.push("lookout", samples.a_detection(**field))
    first = await digest(database)
    async with database.transaction() as tx:
        for table in ("alarms.alarm", "incidents.incident", "incidents.evidence",
            "incidents.timeline", "notices.notice", "notices.party", "alarms.runaway"):  # fmt: skip
            await tx.execute(f"DELETE FROM {table}")  # noqa: S608 - the names above
        await tx.execute("DELETE FROM incidents.counter")
        await tx.execute("DELETE FROM alarms.judged")
        await tx.execute("INSERT INTO signals.inbox (seq) SELECT seq FROM signals.fire_log")
    while await watch.judge.judge_once():
        pass
    assert await digest(database) == first
    assert {row["place_id"]: row["level"] for row in await watch.incidents()} == {"": 1, "P1": 2}


async def digest(database: Database) -> list[list[tuple[object, ...]]]:
    async with database.transaction() as tx:
        return await notices.digest_rows(tx)
