"""The sample of a call: short, never clipped, loud enough, and the words beside it."""

import io
import math
import wave
from array import array
from pathlib import Path

import msgspec
import pytest

from wanghuo.channels.loudness import Loudness, fit_for_a_telephone, measured
from wanghuo.channels.recorder import written
from wanghuo.channels.spoken import SPEECH_MAX_S
from wanghuo.compose.say import say
from wanghuo.settings import Settings

SAMPLE = Path(__file__).parents[2] / "docs" / "sounds" / "f3-call.wav"


def tone(amplitude: int, seconds: float = 1.0) -> bytes:
    count = round(8000 * seconds)
    return array(
        "h", (round(amplitude * math.sin(2 * math.pi * 400 * n / 8000)) for n in range(count))
    ).tobytes()


def test_loudness_is_measured_in_decibels_below_full_scale() -> None:
    loud = measured(tone(16_384) + bytes(16_000))
    assert (loud.seconds, loud.clipped) == (2.0, 0)
    assert loud.peak_db == pytest.approx(-6.0, abs=0.1)
    assert loud.level_db == pytest.approx(-9.0, abs=0.1)
    assert loud.spoken_share == 0.5
    assert measured(array("h", [32_767] * 800).tobytes()).clipped == 800
    assert measured(b"").seconds == 0.0


@pytest.mark.parametrize(
    ("changed", "good"),
    [
        ({}, True),
        ({"seconds": 20.5}, False),
        ({"clipped": 1}, False),
        ({"level_db": -31.0}, False),
    ],
)
def test_what_nobody_could_understand_is_not_fit(changed: dict[str, float], good: object) -> None:
    fine = Loudness(14.0, -1.0, -19.0, 0, 0.9)
    assert fit_for_a_telephone(fine._replace(**changed), SPEECH_MAX_S) is good  # type: ignore[arg-type]


async def test_the_command_writes_a_fit_file_and_its_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "call.wav"
    assert await say(Settings(), path, "brigade", as_json=True) == 0
    told = msgspec.json.decode(capsys.readouterr().out.splitlines()[-1])
    assert told["good"]
    assert told["text"][0].startswith("火警，已确认起火。")
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels()) == (8000, 1)


def test_the_sample_of_the_documentation_is_fit_too() -> None:
    with wave.open(io.BytesIO(SAMPLE.read_bytes())) as file:
        pcm = file.readframes(file.getnframes())
    assert fit_for_a_telephone(measured(pcm), SPEECH_MAX_S)
    assert SAMPLE.stat().st_size < 300_000
    assert written(array("h", pcm)) == SAMPLE.read_bytes()
