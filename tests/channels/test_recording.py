"""Recordings of calls: both sides, announced, heard under permission and audit, let go in time."""

import hashlib
import io
import wave
from array import array
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from tests.channels.phones import Habit, Phones
from tests.channels.test_spoken import with_params
from tests.channels.test_voice import Desk
from tests.channels.test_webhook import a_notice
from tests.web.makers import HERE, THERE, Site, open_site
from wanghuo.channels import routes as channels_routes
from wanghuo.channels import sound, spoken
from wanghuo.channels.feed import Clearing
from wanghuo.channels.recorder import LAG_S, Recorder
from wanghuo.channels.sip import Line
from wanghuo.channels.speech import Speech
from wanghuo.channels.voice import Voice
from wanghuo.clock import HandClock, WallClock
from wanghuo.compose.voice import keep_recording
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.errors import Invalid
from wanghuo.settings import Settings, VoiceSettings, load

RECORDED = VoiceSettings(recording=True)


def sides(wav: bytes) -> tuple["array[int]", "array[int]"]:
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 2, 2)
        both = array("h", file.readframes(file.getnframes()))
    return both[0::2], both[1::2]


def test_both_sides_are_laid_along_the_clock() -> None:
    made = Recorder(100.0)
    made.said(b"\x01\x00" * 8000)
    made.tick(100.5 + LAG_S)
    made.hushed()
    made.heard(b"\x02\x00" * 4000)
    made.tick(101.0 + LAG_S)
    left, right = sides(made.wav())
    assert made.seconds() == 1.0
    assert list(left) == [1] * 4000 + [0] * 4000
    assert list(right) == [0] * 4000 + [2] * 4000


def test_a_recorded_call_says_so_and_stays_short() -> None:
    plain = spoken.phrases(a_notice(), "zh")
    fire, recorded, keys = spoken.phrases(a_notice(), "zh", recorded=True)
    assert recorded == "本通话录音。"
    assert (fire[:8], keys) == (plain[0][:8], plain[1])
    assert len(spoken.phrases(a_notice(), "en", recorded=True)) == 3


@pytest.mark.parametrize("role", ["unit", "micro_station", "town_duty", "cad_119"])
async def test_the_longest_recorded_call_is_within_twenty_seconds(
    speech: Speech, role: str
) -> None:
    long = with_params(
        a_notice(drill=True, repeat_of_unknown=True, purpose="escalation", role=role),
        town="慈溪市新浦镇", place="慈溪宏达塑料制品有限公司第二生产车间北楼", gap_s=120,
        what="incident.second_point",
    )  # fmt: skip
    pcm = await speech.pcm(spoken.phrases(long, "zh", recorded=True))
    assert sound.duration_s(pcm) <= spoken.SPEECH_MAX_S


@pytest.mark.parametrize("months", [0, 5])
def test_nobody_keeps_recordings_for_less_than_half_a_year(tmp_path: Path, months: int) -> None:
    file = tmp_path / "wanghuo.toml"
    file.write_text(f"[voice]\nrecording_months = {months}\n", encoding="utf-8")
    with pytest.raises(Invalid, match="recording_months"):
        load(file)


@pytest.fixture
async def site(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Site]:
    routers = [channels_routes.router]
    async with open_site(database, web_database, nats_stream, tmp_path, routers=routers) as made:
        yield made


async def test_a_call_is_kept_and_heard_only_by_who_may(
    site: Site,
    database: Database,
    trunk: VoiceSettings,
    line: Line,
    speech: Speech,
    phones: Phones,
    tmp_path: Path,
) -> None:
    phones.habits["13800000001"] = Habit(press="1", after=100)
    settings = Settings(data_dir=tmp_path, voice=RECORDED)
    keep = keep_recording(settings, database, WallClock())
    recorded = msgspec.structs.replace(trunk, recording=True)
    voice = Voice(recorded, line, speech, WallClock(), Desk(), keep)
    assert (await voice.send(a_notice(town_code=HERE))).outcome == "key_1"
    await voice.settled()
    answer = await site.client("city_duty").get("/api/v1/recordings/N1")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
    left, _ = sides(answer.content)
    assert max(map(abs, left)) > 3000, "what we said is to be heard"
    assert 2.0 < len(left) / 8000 < 30.0
    async with database.transaction() as tx:
        row = await tx.fetchrow(
            "SELECT path, sha256, keep_until - at AS kept FROM channels.recording"
        )
        audited = await tx.fetch("SELECT subject FROM access.audit WHERE act = 'recording.listen'")
    assert row is not None
    assert row["sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert row["kept"] >= timedelta(days=183)
    assert [one["subject"] for one in audited] == ["N1"]
    file = tmp_path / "recordings" / row["path"]
    assert file.stat().st_mode & 0o077 == 0
    assert (await site.client("operator").get("/api/v1/recordings/N1")).status_code == 403
    assert (await site.client("town_office").get("/api/v1/recordings/N1")).status_code == 200


async def test_another_towns_call_and_a_missing_one_are_not_there(
    site: Site, database: Database, tmp_path: Path
) -> None:
    keep = keep_recording(Settings(data_dir=tmp_path), database, WallClock())
    await keep(a_notice(id="N9", town_code=THERE), b"RIFF", 0.1)
    for notice_id in ("N9", "N404"):
        answer = await site.client("town_office").get(f"/api/v1/recordings/{notice_id}")
        assert answer.status_code == 404
    assert (await site.client("city_duty").get("/api/v1/recordings/N9")).status_code == 200


async def test_a_recording_is_let_go_after_its_time_and_that_is_kept(
    database: Database, tmp_path: Path
) -> None:
    clock = HandClock(WallClock().now_utc())
    keep = keep_recording(Settings(data_dir=tmp_path), database, clock)
    await keep(a_notice(), b"RIFF", 0.1)
    (file,) = (tmp_path / "recordings").rglob("*.wav")
    clearing = Clearing(database, tmp_path / "recordings", clock)
    assert await clearing.clear_once() == 0
    await clock.turn(186 * 86_400)
    assert await clearing.clear_once() == 1
    assert not file.exists()
    async with database.transaction() as tx:
        assert await tx.fetchval("SELECT deleted_at FROM channels.recording") is not None
    assert await clearing.clear_once() == 0
