"""How a row of each table becomes a record."""

import re
from typing import Final, NamedTuple

from wanghuo.facts.signal import SensorKind
from wanghuo.premises import duty
from wanghuo.premises.categories import Sleeping
from wanghuo.premises.city_devices import DeviceRow, OperatorRow, SenderRow
from wanghuo.premises.duty import Shift
from wanghuo.premises.importing import Cells, Known, options
from wanghuo.premises.model import (
    ADDRESSES,
    Camera,
    Contact,
    Entrance,
    Place,
    Station,
    Town,
    Unit,
    Village,
    Water,
)

SENDER: Final = re.compile(
    r"gb26875:[0-9a-f]{12}|access:[\w.-]{1,64}/[\w.-]{1,128}|(?:ctwing|onenet|iotda|lookout):[\w.:-]{1,128}",
    re.ASCII,
)
GB_POINT: Final = re.compile(r"\d{1,3}\.\d{1,3}\.\d{1,3}\.[0-9a-f]{8}", re.ASCII)
ID: Final = re.compile(r"[\w.:-]{1,64}")
PHONE: Final = re.compile(r"\+?\d{3,20}", re.ASCII)
EMAIL: Final = re.compile(r"[^\s@]{1,64}@[\w.-]{1,180}\.\w{2,24}", re.ASCII)
CHAT_ID: Final = re.compile(r"[\w.@+-]{1,64}", re.ASCII)
SHORT: Final = re.compile(r"[A-Z]{2}")
CHATS: Final = ADDRESSES[1:]
PEOPLE_MAX, CREW_MAX, SEQUENCE_MAX = 1_000_000, 1_000, 99
FLOW_MAX_L_PER_S = 10_000.0
WIDTH_MAX_M, HEIGHT_MAX_M = 100.0, 2_000.0
SNAPSHOT_URL: Final = re.compile(r"https?://[^\s/@?#]+(?:/[^\s#]*)?", re.ASCII)
GB_ID: Final = re.compile(r"\d{20}", re.ASCII)

KINDS: Final = options("""
    smoke 智慧烟感 烟感 独立式烟感
    visual_smoke 可视化烟感
    heat 感温
    electric 智慧用电
    charging 智能充电桩 充电桩
    lookout 高空瞭望
    gas 可燃气体
    uitd 用户信息传输装置 用传
    call_point 手报 手动报警按钮
    sprinkler 水流指示 压力开关 水流指示/压力开关
    water 消防水压 液位 消防水压/液位
    flame 火焰
    other 其他
""")
LEVELS: Final = options("""
    main 主站 消防救援站
    town_workstation 镇街工作站 消防工作站
    brigade 专职队 专职消防队
    micro 微型站 微型消防站
""")
KEEPERS: Final = options("""
    government 政府
    village 村社 村
    key_unit 重点单位
    enterprise 企业 规上企业
""")
OWNERS: Final = options("""
    unit 单位
    station 救援站
    town 镇街
    city 全市
""")
ROLES: Final = options("""
    responsible 责任人 消防安全责任人
    safety_officer 安全员 消防安全管理人
    duty 值班 值班员
    leader 负责人 队长
""")
PROFILES: Final = options("""
    validated 核实
    direct 直报
""")
WATERS: Final = options("""
    hydrant 消火栓
    tank 水池 消防水池
    intake 取水口
    pond 池塘
""")
CAMERAS: Final = options("""
    fixed 固定 枪机 半球
    ptz 云台 球机
    lookout 高空瞭望 瞭望
    thermal 热成像
""")
assert set(KINDS.values()) == set(SensorKind)


class PlaceAndUnit(NamedTuple):
    """A row of places brings its unit along."""

    place: Place
    unit: Unit


class ContactAndAddresses(NamedTuple):
    """A row of contacts. addresses: in the order of ADDRESSES, "" for none."""

    contact: Contact
    addresses: tuple[str, ...]


class DeviceAndSender(NamedTuple):
    """A row of devices; sender is None unless it is a transmitter or a point behind one."""

    device: DeviceRow
    sender: SenderRow | None


def _matching(cells: Cells, name: str, shape: re.Pattern[str], code: str) -> str:
    text = cells.text(name, required=True)
    if text and not shape.fullmatch(text):
        cells.wrong(name, code, text=text)
    return text


def place(cells: Cells, known: Known) -> PlaceAndUnit:
    """A row of places."""
    place_id, name = _matching(cells, "id", ID, "id"), cells.text("name", required=True)
    words = {word.lower(): category.code for word, category in known.categories.items()}
    category = cells.choice("category", words)
    sleeps = bool(category) and known.categories[category].sleeping is Sleeping.ALWAYS
    town = cells.town(known)
    at, datum = cells.point(known, town)
    unit_id = cells.text("unit_id", f"U-{place_id}")
    made = Place(
        place_id, unit_id, name, category, cells.text("address"), town,
        cells.village(known, town), cells.text("building"), at.lon, at.lat, datum.value,
        people=cells.whole("people", 0, 0, PEOPLE_MAX),
        sleeping=cells.flag("sleeping", default=sleeps),
        hazards=cells.text("hazards"),
        profile=cells.choice("profile", PROFILES) if cells.text("profile") else "",
    )  # fmt: skip
    unit = Unit(unit_id, cells.text("unit_name", name), cells.text("credit_code"), town)
    return PlaceAndUnit(made, unit)


def device(cells: Cells, known: Known) -> DeviceAndSender:
    """A row of devices."""
    device_id, place_id = _matching(cells, "id", ID, "id"), cells.text("place_id", required=True)
    kind = cells.choice("kind", KINDS)
    sender, point = _matching(cells, "sender", SENDER, "sender"), cells.text("point")
    operator = cells.text("operator", required=True)
    if place_id and place_id not in known.places:
        cells.wrong("place_id", "place", text=place_id)
    if operator and operator not in known.operators:
        listed = ", ".join(sorted(known.operators))
        cells.wrong("operator", "operator", text=operator, options=listed)
    if point and sender.startswith("gb26875:") and not GB_POINT.fullmatch(point):
        cells.wrong("point", "point", text=point)
    origin = f"{sender}/{point}" if point else sender
    other = known.origins.setdefault(origin, device_id) if sender else device_id
    if other != device_id:
        cells.wrong("sender", "registered", other=other)
    town, profile = known.places.get(place_id, ""), cells.text("profile", "standard")
    made = DeviceRow(
        device_id, origin, sender, place_id, town, kind, operator, cells.text("location"), profile,
        cells.day("installed_on"), cells.flag("out_of_service", default=False),
    )  # fmt: skip
    holds_points = bool(point) or kind == SensorKind.UITD
    row = SenderRow(sender, place_id, town, operator, profile) if holds_points else None
    return DeviceAndSender(made, row)


def contact(cells: Cells, known: Known) -> ContactAndAddresses:
    """A row of contacts. An empty cell of an address takes it away."""
    contact_id = _matching(cells, "id", ID, "id")
    kind, owner_id = cells.choice("owner_kind", OWNERS), cells.text("owner_id", "city")
    town = known.owners.get((kind, owner_id))
    if kind and town is None:
        cells.wrong("owner_id", "owner", text=owner_id, kind=kind)
    phone = cells.text("phone").replace(" ", "").replace("-", "")
    if phone and not PHONE.fullmatch(phone):
        cells.wrong("phone", "phone", text=phone)
    email = cells.text("email")
    if email and not EMAIL.fullmatch(email):
        cells.wrong("email", "email", text=email)
    addresses = (email, *(_matching_or_empty(cells, name) for name in CHATS))
    made = Contact(
        contact_id, kind, owner_id, town or "", cells.text("name", required=True),
        cells.choice("role", ROLES), phone, cells.flag("verified", default=False),
        cells.whole("sequence", 1, 1, SEQUENCE_MAX), _hours(cells, "duty"),
    )  # fmt: skip
    return ContactAndAddresses(made, addresses)


def _hours(cells: Cells, name: str, *, required: bool = False) -> str:
    """Hours in their fixed form; what cannot be read is wrong."""
    text = cells.text(name, required=required)
    try:
        return duty.written(duty.parse(text))
    except ValueError:
        cells.wrong(name, "hours", text=text)
        return ""


def roster(cells: Cells, known: Known) -> Shift:
    """A row of rosters."""
    shift_id = _matching(cells, "id", ID, "id")
    station_id, contact_id = cells.text("station_id", required=True), cells.text("contact_id")
    town = known.owners.get(("station", station_id))
    if station_id and town is None:
        cells.wrong("station_id", "station", text=station_id)
    if contact_id and known.contacts.get(contact_id) != station_id:
        cells.wrong("contact_id", "contact", text=contact_id, station=station_id)
    first, last = cells.day("valid_from"), cells.day("valid_until")
    if first and last and last < first:
        cells.wrong("valid_until", "before", first=first)
    return Shift(
        shift_id, station_id, town or "", contact_id, cells.text("name", required=True),
        _hours(cells, "hours", required=True), first, last,
    )  # fmt: skip


def _matching_or_empty(cells: Cells, name: str) -> str:
    text = cells.text(name)
    if text and not CHAT_ID.fullmatch(text):
        cells.wrong(name, "chat_id", text=text)
    return text


def station(cells: Cells, known: Known) -> Station:
    """A row of stations."""
    station_id, town = _matching(cells, "id", ID, "id"), cells.town(known)
    at, _ = cells.point(known, town)
    return Station(
        station_id, cells.choice("level", LEVELS), cells.choice("keeper", KEEPERS),
        cells.text("name", required=True), town, cells.village(known, town), at.lon, at.lat,
        cells.whole("crew", 0, 0, CREW_MAX), cells.flag("on_duty", default=True),
    )  # fmt: skip


def town(cells: Cells, known: Known) -> Town:
    """A row of towns."""
    code, short = _matching(cells, "code", ID, "id"), _matching(cells, "short", SHORT, "short")
    at, _ = cells.point(known)
    return Town(code, cells.text("name", required=True), short, at.lon, at.lat)


def village(cells: Cells, known: Known) -> Village:
    """A row of villages."""
    code, town_code = _matching(cells, "code", ID, "id"), cells.town(known)
    at, _ = cells.point(known, town_code)
    name = cells.text("name", required=True)
    return Village(code, town_code, name, cells.text("kind", "村"), at.lon, at.lat)


def water(cells: Cells, known: Known) -> Water:
    """A row of water sources."""
    water_id, town_code = _matching(cells, "id", ID, "id"), cells.town(known)
    at, _ = cells.point(known, town_code)
    kind, name = cells.choice("kind", WATERS), cells.text("name")
    measured = bool(cells.text("flow_l_per_s"))
    flow = cells.decimal("flow_l_per_s", 0.0, FLOW_MAX_L_PER_S) if measured else None
    return Water(water_id, kind, name, town_code, at.lon, at.lat, flow)


def entrance(cells: Cells, known: Known) -> Entrance:
    """A row of entrances; the town is the place's."""
    entrance_id = _matching(cells, "id", ID, "id")
    place_id = cells.text("place_id", required=True)
    town_code = known.places.get(place_id, "")
    if place_id and place_id not in known.places:
        cells.wrong("place_id", "place", text=place_id)
    at, _ = cells.point(known, town_code)
    return Entrance(
        entrance_id, place_id, town_code, cells.text("name", required=True), at.lon, at.lat,
        cells.measured("width_m", 0.1, WIDTH_MAX_M), cells.text("note"),
    )  # fmt: skip


def camera(cells: Cells, known: Known) -> Camera:
    """A row of cameras. A snapshot's address holds no login: its name stands in its own column."""
    camera_id, town_code = _matching(cells, "id", ID, "id"), cells.town(known)
    at, _ = cells.point(known, town_code)
    place_id, url = cells.text("place_id"), cells.text("snapshot_url")
    gb_id = cells.text("gb_id")
    if place_id and place_id not in known.places:
        cells.wrong("place_id", "place", text=place_id)
    if url and not SNAPSHOT_URL.fullmatch(url):
        cells.wrong("snapshot_url", "snapshot_url")
    if gb_id and not GB_ID.fullmatch(gb_id):
        cells.wrong("gb_id", "gb_id", text=gb_id)
    return Camera(
        camera_id, cells.text("name", required=True), cells.choice("kind", CAMERAS, "fixed"),
        town_code, place_id, at.lon, at.lat,
        cells.measured("height_m", 0.0, HEIGHT_MAX_M), cells.measured("bearing_deg", 0.0, 360.0),
        cells.measured("tilt_deg", -90.0, 90.0), cells.measured("fov_deg", 0.1, 360.0),
        url, cells.text("login"), gb_id,
    )  # fmt: skip


def operator(cells: Cells, known: Known) -> OperatorRow:
    """A row of operators; keys are never imported."""
    operator_id = _matching(cells, "id", ID, "id")
    town_code = cells.town(known) if cells.text("town") else ""
    return OperatorRow(operator_id, cells.text("name", required=True), town_code)
