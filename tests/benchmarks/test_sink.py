"""The receiver of notices: what it takes, and which repeats it calls doubles."""

import json

import httpx
from benchmarks.sink import Sink


async def _receive(*bodies: dict[str, object]) -> Sink:
    sink = Sink()
    await sink.start()
    async with httpx.AsyncClient() as client:
        for body in bodies:
            answer = await client.post(sink.url, content=json.dumps(body))
            assert answer.status_code == 200
    await sink.stop()
    return sink


async def test_a_notice_that_comes_twice_in_silence_is_a_double() -> None:
    sink = await _receive({"notice_id": "a", "number": "1"}, {"notice_id": "a", "number": "1"})
    assert sink.doubles() == ["a"]


async def test_a_repeat_that_says_so_is_no_double() -> None:
    again = {"notice_id": "a", "number": "1", "repeat_of_unknown": True}
    sink = await _receive({"notice_id": "a", "number": "1"}, again)
    assert (sink.doubles(), sink.repeats()) == ([], 1)


async def test_what_is_no_notice_is_kept_aside() -> None:
    sink = await _receive({"hello": 1}, {"notice_id": "b", "number": "2"})
    assert len(sink.strange) == 1
    assert list(sink.first_at_s()) == ["b"]
