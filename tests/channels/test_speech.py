"""Speech by the real synthesizer: heard, in time, made once, and brought back when it dies."""

import asyncio
import math
import sys
from array import array

import pytest

from tests.channels.test_spoken import with_params
from tests.channels.test_webhook import a_notice
from wanghuo.channels import sound, spoken
from wanghuo.channels.speech import Speech
from wanghuo.channels.spoken import Language
from wanghuo.errors import Unavailable


def loudness(pcm: bytes) -> float:
    samples = array("h", pcm)
    return math.sqrt(sum(map(int.__mul__, samples, samples)) / max(1, len(samples)))


def tone(hz: float, rate_hz: int, span_s: float = 0.2) -> "array[int]":
    count = round(rate_hz * span_s)
    return array(
        "h", (round(10_000 * math.sin(2 * math.pi * hz * n / rate_hz)) for n in range(count))
    )


async def test_a_fire_is_spoken_in_mandarin_at_the_telephones_rate(speech: Speech) -> None:
    pcm = await speech.pcm(spoken.phrases(a_notice(), "zh"))
    assert 8 < sound.duration_s(pcm) < spoken.SPEECH_MAX_S
    assert loudness(pcm) > 1000
    assert pcm == await speech.pcm(spoken.phrases(a_notice(), "zh"))


@pytest.mark.parametrize("role", ["unit", "micro_station", "town_duty", "cad_119"])
async def test_the_longest_call_is_told_in_twenty_seconds(speech: Speech, role: str) -> None:
    long = with_params(
        a_notice(drill=True, repeat_of_unknown=True, purpose="escalation", role=role),
        town="慈溪市新浦镇", place="慈溪宏达塑料制品有限公司第二生产车间北楼", gap_s=120,
        what="incident.second_point",
    )  # fmt: skip
    pcm = await speech.pcm(spoken.phrases(long, "zh"))
    assert sound.duration_s(pcm) <= spoken.SPEECH_MAX_S


async def test_english_is_spoken_on_request() -> None:
    speech = Speech("en")
    try:
        pcm = await speech.pcm(spoken.phrases(a_notice(), "en"))
        assert 5 < sound.duration_s(pcm) <= spoken.SPEECH_MAX_S
        assert loudness(pcm) > 1000
    finally:
        await speech.close()


async def test_many_who_want_the_same_words_wait_for_one_making() -> None:
    speech = Speech("zh")
    try:
        made = await asyncio.gather(*(speech.pcm(["火警。"]) for _ in range(20)))
        assert len(set(made)) == 1
        assert made[0] is not None
        one = asyncio.create_task(speech.pcm(["新浦镇。"]))
        other = asyncio.create_task(speech.pcm(["新浦镇。"]))
        await asyncio.sleep(0)
        one.cancel()
        assert sound.duration_s(await other) > 0.3, "one call that ends takes no words from another"
    finally:
        await speech.close()


async def test_a_worker_that_dies_is_started_again() -> None:
    speech = Speech("zh")
    try:
        await speech.pcm(["火警。"])
        worker = speech._worker
        assert worker is not None
        worker.kill()
        await worker.wait()
        assert sound.duration_s(await speech.pcm(["已收到。"])) > 0.3
    finally:
        await speech.close()


@pytest.mark.parametrize(
    "command",
    [("/no/such/program",), (sys.executable, "-c", "pass"), (sys.executable, "-c", "1/0")],
)
async def test_a_worker_that_cannot_work_is_unavailable(command: tuple[str, ...]) -> None:
    speech = Speech("zh", command)
    try:
        with pytest.raises(Unavailable):
            await speech.pcm(["火警。"])
    finally:
        await speech.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_all_calls_share_is_known_beforehand(language: Language) -> None:
    shared = spoken.shared_phrases(language)
    for role in ("unit", "micro_station", "town_duty", "cad_119"):
        assert spoken.phrases(a_notice(role=role), language)[1] in shared
    assert spoken.taken(language) in shared


def test_resampling_keeps_what_a_telephone_carries_and_drops_the_rest() -> None:
    kept = sound.at_telephone_rate(tone(1000, 22050), 22050)
    assert sound.duration_s(kept) == pytest.approx(0.2, abs=0.001)
    assert loudness(kept) == pytest.approx(10_000 / math.sqrt(2), rel=0.03)
    folded = sound.at_telephone_rate(tone(6500, 22050), 22050)
    assert loudness(folded) < 300, "no alias where it would fold to"
    assert sound.at_telephone_rate(tone(440, 8000), 8000) == tone(440, 8000).tobytes()
    assert loudness(sound.alarm_tone()) > 1000
