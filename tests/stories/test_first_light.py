"""A fire sensed over a real socket is judged, told to the right people and seen; from outside."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.stories.house import RunningHouse
from tests.stories.wire import Transmitter

pytestmark = pytest.mark.story

CONFIRM = 3


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    made = RunningHouse(tmp_path_factory.mktemp("house") / "data").start()
    yield made
    if made.process is not None and made.process.poll() is None:
        made.interrupt()


def eventually(look: Callable[[], Any], within_s: float = 5.0) -> Any:
    """What `look` finds as soon as it finds something."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        found = look()
        if found:
            return found
    raise AssertionError(f"nothing within {within_s} s")


def transmitter_of(house: RunningHouse) -> tuple[Transmitter, dict[str, Any]]:
    example = house.credentials()["examples"]["gb26875"]
    return Transmitter(house.gb26875_port, bytes.fromhex(example["source"])), example


def _wire(point: dict[str, Any]) -> str:
    return f"{point['component_type']:02x}{point['component_address']}"


def open_incident(client: httpx.Client, place_id: str) -> Any:
    found = client.get("/api/v1/incidents", params={"place_id": place_id, "open": True}).json()
    return found["items"][0] if found["items"] else None


def test_the_whole_city_is_there(house: RunningHouse) -> None:
    """Done-when 1: the API counts 52,000 places and 296,400 devices."""
    with house.client() as client:
        summary = client.get("/api/v1/summary").json()
    assert (summary["places"], summary["devices"]) == (52_000, 296_400)
    assert summary["stations"] == 5 + 18 + 17 + 331 + 386 + 1_552


def test_one_smoke_is_confirmed_and_told_then_a_second_raises_it(house: RunningHouse) -> None:
    """Done-when 4: F1 tells unit and micro station; a second point tells the brigade."""
    device, example = transmitter_of(house)
    first, second = (_wire(point) for point in example["points"][:2])
    place_id = example["place_id"]
    with house.client() as client:
        answer = device.send_fire(example["system_type"], example["system_address"], first)
        assert answer[26] == CONFIRM
        row = eventually(lambda: open_incident(client, place_id))
        assert row["level"] == 1
        told = client.get(f"/api/v1/incidents/{row['number']}").json()
        roles = {n["party_role"] for n in told["notices"]}
        assert {"unit", "micro_station"} <= roles
        assert "cad_119" not in roles

        device.send_fire(example["system_type"], example["system_address"], second)
        eventually(lambda: (open_incident(client, place_id) or {}).get("level") == 2)
        told = client.get(f"/api/v1/incidents/{row['number']}").json()
        assert "brigade" in {n["party_role"] for n in told["notices"]}

        raised = client.post(
            f"/api/v1/incidents/{row['number']}/confirm", json={"reason": "flames seen"}
        )
        assert raised.status_code == httpx.codes.OK
        told = client.get(f"/api/v1/incidents/{row['number']}").json()
        assert told["level"] >= 3
        assert "cad_119" in {n["party_role"] for n in told["notices"]}
    device.close()


def test_kill_nine_of_everything_goes_on_and_an_interrupt_leaves_no_process(
    house: RunningHouse,
) -> None:
    """Done-when 1: no manual step after a crash; the second start is quick; nothing stays."""
    with house.client() as client:
        before = client.get("/api/v1/incidents", params={"open": True}).json()["items"]
    house.kill_everything()
    house.start()
    assert house.ready_after_s <= 30
    with house.client() as client:
        after = client.get("/api/v1/incidents", params={"open": True}).json()["items"]
    assert {i["number"] for i in before} <= {i["number"] for i in after}
    assert house.interrupt() == 0
    assert house.pids() == []
