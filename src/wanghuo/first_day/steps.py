"""What a city still lacks before it can be told of its first fire, step by step. Pure.

Rule 1. A step's state is what the database holds, never what somebody clicked: whoever comes back
        later, or fills a table by the command line, finds the same answer.
Rule 2. `todo` stops the chain, `gaps` is told and stops nobody, `done` lacks nothing.
Rule 3. What is missing is named, the first few by name and the rest as a count.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec

NAMED_MAX: Final = 5


class State(StrEnum):
    """How far a step is."""

    TODO = "todo"
    GAPS = "gaps"
    DONE = "done"


class Words(msgspec.Struct, frozen=True):
    """A sentence in both languages."""

    zh: str
    en: str


class Lacking(msgspec.Struct, frozen=True):
    """Things that lack something: how many, and the first of them by name."""

    count: int = 0
    names: Sequence[str] = ()

    def __bool__(self) -> bool:
        return self.count > 0

    def words(self, zh: str, en: str) -> Words:
        """`zh` and `en` with the names behind them."""
        more_zh = f" 等 {self.count} 个" if self.count > len(self.names) else ""
        more_en = f" and {self.count - len(self.names)} more" if more_zh else ""
        return Words(
            f"{zh}：{'、'.join(self.names)}{more_zh}", f"{en}: {', '.join(self.names)}{more_en}"
        )


class Fire(msgspec.Struct, frozen=True):
    """The last test fire. told: notices that left; untold: who was not told, each with why."""

    number: str
    place_id: str
    place_name: str
    level: int
    opened_at: datetime
    told: int
    untold: Sequence[Words]
    seen_at: datetime | None
    closed_at: datetime | None


class Found(msgspec.Struct, frozen=True):
    """What the database holds, without the synthetic fire's own."""

    towns: int = 0
    villages: int = 0
    has_outline: bool = False
    stations: int = 0
    places: int = 0
    contacts: int = 0
    city_contacts: int = 0
    duty_people: int = 0
    admins_with_factor: int = 0
    operators: int = 0
    operators_with_key: int = 0
    devices: int = 0
    devices_seen: int = 0
    towns_without_station: Lacking = Lacking()
    units_without_phone: Lacking = Lacking()
    stations_without_phone: Lacking = Lacking()
    places_without_device: Lacking = Lacking()
    fire: Fire | None = None


class Step(msgspec.Struct, frozen=True):
    """One step: its key, its state, what is there, what is missing."""

    key: str
    state: State
    there: Words
    missing: Sequence[Words] = ()


def steps(found: Found) -> list[Step]:
    """All steps in the order in which a city does them."""
    return [
        _towns(found),
        _stations(found),
        _places(found),
        _contacts(found),
        _people(found),
        _operators(found),
        _devices(found),
        _fire(found.fire),
    ]


def is_ready(made: Sequence[Step]) -> bool:
    """Whether nothing stops the chain any more."""
    return all(step.state is not State.TODO for step in made)


def _step(key: str, there: Words, needed: Words | None, *gaps: Words | None) -> Step:
    """needed: what stops the chain, if anything does; gaps: what is only told."""
    told = [gap for gap in gaps if gap is not None]
    if needed is not None:
        return Step(key, State.TODO, there, [needed])
    return Step(key, State.GAPS if told else State.DONE, there, told)


def _towns(found: Found) -> Step:
    there = Words(
        f"{found.towns} 个镇街，{found.villages} 个村社",
        f"{found.towns} towns, {found.villages} villages",
    )
    none = Words(
        "还没有镇街：导入 CSV、xlsx 或 GeoJSON 表",
        "no town yet: import a CSV, xlsx or GeoJSON table",
    )
    border = Words(
        "还没有市界：地图照常可用，只是不画边界；上传 GeoJSON 面即可",
        "no border yet: the map works without it; upload its area as GeoJSON",
    )
    return _step(
        "towns", there, None if found.towns else none, None if found.has_outline else border
    )


def _stations(found: Found) -> Step:
    there = Words(f"{found.stations} 个救援站", f"{found.stations} stations")
    none = Words("还没有救援站：起火时无人可派", "no station yet: nobody can be sent to a fire")
    bare = found.towns_without_station
    gap = bare.words("这些镇街没有救援站", "towns without a station") if bare else None
    return _step("stations", there, None if found.stations else none, gap)


def _places(found: Found) -> Step:
    there = Words(f"{found.places:,} 处场所", f"{found.places:,} places")
    none = Words("还没有场所：设备无处可挂", "no place yet: a device has nowhere to hang")
    return _step("places", there, None if found.places else none)


def _contacts(found: Found) -> Step:
    there = Words(
        f"{found.contacts:,} 个联系人有号码", f"{found.contacts:,} contacts with a number"
    )
    none = Words(
        "还没有带号码的联系人：起火时打不通任何人", "no contact with a number: nobody can be rung"
    )
    city = Words(
        "没有市值班的号码：归属填“全市”", "no number of the city's duty: its owner is the city"
    )
    units, crews = found.units_without_phone, found.stations_without_phone
    return _step(
        "contacts",
        there,
        None if found.contacts else none,
        units.words("这些单位没有可打的号码", "units without a number") if units else None,
        crews.words("这些救援站没有可打的号码", "stations without a number") if crews else None,
        None if found.city_contacts else city,
    )


def _people(found: Found) -> Step:
    there = Words(
        f"{found.duty_people} 名值守人员可登录", f"{found.duty_people} duty officers can sign in"
    )
    none = Words(
        "还没有能登录的市级或镇街值守人员：警情没有人看",
        "no city or town duty officer can sign in: nobody watches the desk",
    )
    factor = Words(
        "管理员都没有开启两步验证：在“我的账号”开启",
        "no administrator has a second factor: switch it on under the own account",
    )
    return _step(
        "people",
        there,
        None if found.duty_people else none,
        None if found.admins_with_factor else factor,
    )


def _operators(found: Found) -> Step:
    there = Words(
        f"{found.operators} 家运营公司，{found.operators_with_key} 家有密钥",
        f"{found.operators} operators, {found.operators_with_key} with a key",
    )
    none = Words("还没有运营公司：新增一家并签发密钥", "no operator yet: add one and give it a key")
    keyless = Words(
        "还没有签发过密钥：运营公司的平台接不进来",
        "no key was given yet: no operator's platform can connect",
    )
    needed = none if not found.operators else None if found.operators_with_key else keyless
    return _step("operators", there, needed)


def _devices(found: Found) -> Step:
    there = Words(
        f"登记 {found.devices:,} 台，{found.devices_seen:,} 台报过",
        f"{found.devices:,} registered, {found.devices_seen:,} heard",
    )
    none = Words("还没有登记设备", "no device is registered yet")
    silent = Words(
        "登记的设备都没有报过：下一步的试火会带来第一声",
        "none of them was ever heard: the test fire brings the first word",
    )
    bare = found.places_without_device
    return _step(
        "devices",
        there,
        None if found.devices else none,
        None if found.devices_seen else silent,
        bare.words("这些场所没有设备", "places without a device") if bare else None,
    )


def _fire(fire: Fire | None) -> Step:
    if fire is None:
        none = Words("还没有试过火：整条链路没有走通过", "no test fire yet: the chain is unproven")
        return _step("fire", Words("没有试火记录", "no test fire on record"), none)
    there = Words(
        f"{fire.place_name}：{fire.told} 条通知已发出",
        f"{fire.place_name}: {fire.told} notices left",
    )
    unseen = Words("值守席还没有确认看到", "the desk has not acknowledged it yet")
    still_open = Words("试火还没有结束", "the test fire is not ended yet")
    return _step(
        "fire",
        there,
        None if fire.told else Words("还没有一条通知发出", "no notice has left yet"),
        *fire.untold,
        None if fire.seen_at else unseen,
        None if fire.closed_at else still_open,
    )


def document(found: Found) -> dict[str, Any]:
    """The answer of the door: {ready, steps, fire}."""
    made = steps(found)
    return {
        "ready": is_ready(made),
        "steps": [msgspec.to_builtins(step) for step in made],
        "fire": msgspec.to_builtins(found.fire) if found.fire else None,
    }
