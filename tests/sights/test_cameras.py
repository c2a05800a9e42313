"""Pictures of cameras over real sockets: only from allowed networks; no failure stops anything."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.notices.city import Desk, settle
from tests.notices.makers import TOWN, a_point, sensed
from tests.sights.makers import a_jpeg, a_png
from wanghuo.engines.outbound_http import OutboundHttp
from wanghuo.engines.postgres import Database
from wanghuo.gateways.cameras import Cameras
from wanghuo.settings import CamerasSettings, Settings
from wanghuo.sights import policy, reach, store

LOOPBACK = "127.0.0.0/8"
Heads = list[str]
PATIENCE_S, SHORT_S = 20.0, 0.3  # only a camera that says nothing is waited for in vain


def told(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


@asynccontextmanager
async def a_camera(say: Callable[[str], bytes]) -> AsyncIterator[str]:
    """A camera on loopback. say: the raw answer to a request's head; b"" says nothing."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            answer = say(head)
            writer.write(answer)
            await (writer.drain() if answer else reader.read())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/snap.jpg"
    server.close()


class House:
    """One fire at P1 and the cameras of a test."""

    def __init__(self, database: Database, folder: Path, networks: str = LOOPBACK) -> None:
        self.database = database
        self.folder = folder
        self.desk = Desk(database)
        self.http = OutboundHttp(timeout_s=PATIENCE_S)
        asked = CamerasSettings(networks=networks, timeout_s=PATIENCE_S)
        settings = Settings(data_dir=folder, cameras=asked)
        rules = policy.load(settings.policy_dir)
        self.cameras = Cameras(database, self.http, self.desk.clock, settings, rules)

    async def camera(self, url: str, **more: Any) -> None:
        row = {"id": "C1", "place_id": "P1", "lon": 121.25, "lat": 30.3, "login": ""} | more
        async with self.database.transaction() as tx:
            await tx.execute(
                "INSERT INTO premises.camera (id, name, kind, town_code, place_id, lon, lat,"
                " snapshot_url, login) VALUES ($1, '车间球机', 'ptz', $2, $3, $4, $5, $6, $7)",
                row["id"], TOWN, row["place_id"], row["lon"], row["lat"], url, row["login"],
            )  # fmt: skip

    def patient(self, timeout_s: float) -> None:
        """From now on wait so long for a camera."""
        asked = self.cameras._asked
        self.cameras._asked = msgspec.structs.replace(asked, timeout_s=timeout_s)

    async def troubles(self) -> list[str]:
        rows = await self.desk.rows("SELECT trouble FROM sights.look ORDER BY camera_id, level")
        return [row["trouble"] for row in rows]

    async def pictures(self) -> list[Any]:
        return await self.desk.rows("SELECT * FROM sights.picture ORDER BY received_at, id")


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    await settle(database)
    made = House(database, tmp_path)
    await made.desk.hear(sensed(a_point(1), 0))
    yield made
    await made.http.close()


async def test_the_camera_of_the_place_is_asked_at_each_level_and_kept_as_it_came(
    house: House,
) -> None:
    heads: Heads = []

    def say(head: str) -> bytes:
        heads.append(head)
        return told(a_jpeg())

    async with a_camera(say) as url:
        await house.camera(url)
        assert await house.cameras.work_once() == 1
        assert await house.cameras.work_once() == 0
        await house.desk.clock.turn(30)
        await house.desk.hear(sensed(a_point(2), 30))
        assert await house.cameras.work_once() == 1
    assert len(heads) == 2
    assert "Authorization" not in heads[0]
    first, _ = await house.pictures()
    assert (first["origin"], first["camera_id"], first["width"]) == ("camera", "C1", 8)
    file = house.folder / "pictures" / first["sha256"][:2] / f"{first['sha256']}.jpg"
    assert file.read_bytes() == a_jpeg()
    facts = await house.desk.rows("SELECT body FROM engines.outbox WHERE topic = 'sight'")
    assert len(facts) == 2


async def test_near_cameras_are_asked_and_far_ones_are_not(house: House) -> None:
    async with a_camera(lambda _: told(a_png())) as url:
        await house.camera(url, id="near", place_id="", lon=121.2515)
        await house.camera(url, id="far", place_id="", lon=121.30)
        await house.camera("", id="blind", place_id="P1")
        assert await house.cameras.work_once() == 1
    assert [row["camera_id"] for row in await house.pictures()] == ["near"]


WAYS_TO_FAIL = {
    "refused": told(b"broken", "500 Internal Server Error"),
    "no_answer": b"",
    "not_a_picture": told(b"<html>login</html>"),
    "too_large": told(a_jpeg() + b"\0" * (5 << 20)),
}


@pytest.mark.parametrize("reason", WAYS_TO_FAIL)
async def test_every_way_to_fail_is_kept_in_words_and_tried_again(
    house: House, reason: str
) -> None:
    answers = {"now": WAYS_TO_FAIL[reason]}
    async with a_camera(lambda _: answers["now"]) as url:
        await house.camera(url)
        house.patient(SHORT_S if reason == "no_answer" else PATIENCE_S)
        assert await house.cameras.work_once() == 1
        house.patient(PATIENCE_S)
        assert await house.troubles() == [reason]
        assert await house.cameras.work_once() == 0, "not at once"
        await house.desk.clock.turn(21)
        answers["now"] = told(a_png())
        assert await house.cameras.work_once() == 1
    assert await house.troubles() == [""]
    assert len(await house.pictures()) == 1


async def test_a_redirect_leads_nowhere(house: House) -> None:
    elsewhere = told(b"", "302 Found", "Location: http://127.0.0.1:1/secret")
    async with a_camera(lambda _: elsewhere) as url:
        await house.camera(url)
        await house.cameras.work_once()
    assert await house.troubles() == ["refused"]


async def test_a_host_outside_of_the_networks_is_never_asked(
    database: Database, tmp_path: Path
) -> None:
    await settle(database)
    heads: Heads = []

    def say(head: str) -> bytes:
        heads.append(head)
        return told(a_png())

    house = House(database, tmp_path, networks="10.8.0.0/16")
    await house.desk.hear(sensed(a_point(1), 0))
    async with a_camera(say) as url:
        await house.camera(url)
        await house.camera(url.replace("127.0.0.1", "localhost"), id="C2")
        await house.cameras.work_once()
    await house.http.close()
    assert heads == []
    assert await house.troubles() == ["not_allowed", "not_allowed"]


async def test_without_networks_no_camera_is_asked(database: Database, tmp_path: Path) -> None:
    await settle(database)
    house = House(database, tmp_path, networks="")
    await house.desk.hear(sensed(a_point(1), 0))
    await house.camera("http://127.0.0.1:1/x")
    assert await house.cameras.work_once() == 0
    await house.http.close()
    assert await house.troubles() == []


async def test_a_login_is_told_only_when_asked_and_stands_nowhere_else(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    heads: Heads = []

    def say(head: str) -> bytes:
        heads.append(head)
        if "Authorization" in head:
            return told(a_png())
        return told(b"", "401 Unauthorized", 'WWW-Authenticate: Basic realm="c"')

    (house.folder / "cameras.toml").write_text('[tower]\nuser = "u"\npassword = "very secret"\n')
    async with a_camera(say) as url:
        await house.camera(url, login="tower")
        await house.camera(url, id="C2", login="unknown")
        await house.cameras.work_once()
    assert await house.troubles() == ["", "no_login"]
    assert ["Authorization" in head for head in heads] == [False, True]
    assert base64.b64encode(b"u:very secret").decode() in heads[1]
    shown = capsys.readouterr()
    assert "very secret" not in shown.out + shown.err


async def test_a_digest_login_never_shows_the_password(house: House) -> None:
    heads: Heads = []

    def say(head: str) -> bytes:
        heads.append(head)
        if "Authorization" in head:
            return told(a_png())
        asked = 'WWW-Authenticate: Digest realm="c", nonce="abc", qop="auth", algorithm=MD5'
        return told(b"", "401 Unauthorized", asked)

    (house.folder / "cameras.toml").write_text('[tower]\nuser = "u"\npassword = "very secret"\n')
    async with a_camera(say) as url:
        await house.camera(url, login="tower")
        await house.cameras.work_once()
    assert await house.troubles() == [""]
    assert any("Authorization: Digest" in head for head in heads)
    assert not any("secret" in head for head in heads)


async def test_pictures_go_when_their_time_is_over_with_their_files(house: House) -> None:
    async with a_camera(lambda _: told(a_png())) as url:
        await house.camera(url)
        await house.cameras.work_once()
    files = list((house.folder / "pictures").rglob("*.png"))
    await house.cameras.expire()
    assert (len(await house.pictures()), len(files)) == (1, 1)
    async with house.database.transaction() as tx:
        await tx.execute(
            "UPDATE sights.picture SET received_at = received_at - interval '181 days'"
        )
    await house.cameras.expire()
    assert await house.pictures() == []
    assert not files[0].exists()


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://10.8.0.12/a.jpg", ("10.8.0.12", 80)),
        ("https://cam.example:8443/a", ("cam.example", 8443)),
        ("http://[fd00::1]/a", ("fd00::1", 80)),
        ("ftp://10.8.0.12/a", None),
        ("http://user:word@10.8.0.12/a", None),
        ("http:///a", None),
        ("http://10.8.0.12:99999/a", None),
        ("file:///etc/passwd", None),
        ("", None),
    ],
)
def test_only_plain_web_addresses_are_targets(url: str, host: tuple[str, int] | None) -> None:
    assert reach.target(url) == host


def test_every_address_of_a_name_must_lie_inside() -> None:
    assert reach.allowed(["10.8.1.1"], "10.8.0.0/16") == "10.8.1.1"
    assert reach.allowed(["10.8.1.1", "169.254.169.254"], "10.8.0.0/16") == ""
    assert reach.allowed(["::ffff:10.8.1.1"], "10.8.0.0/16") == ""
    assert reach.allowed([], "10.8.0.0/16") == ""
    assert reach.allowed(["10.8.1.1"], "") == ""


@given(st.ip_addresses(), st.ip_addresses(v=4, network="10.8.0.0/16"))
def test_no_address_outside_is_ever_allowed(any_one: Any, inside: Any) -> None:
    got = reach.allowed([str(inside), str(any_one)], "10.8.0.0/16")
    assert bool(got) == (any_one.version == 4 and str(any_one).startswith("10.8."))


def test_settings_refuse_what_is_no_network() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"networks": "everywhere"}, CamerasSettings)
    assert store.FOLDER == "pictures"
