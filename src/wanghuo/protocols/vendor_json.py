"""JSON objects of Chinese sensor vendors (万林 Wanlin, 力安 Li'an): what their points said.

Source. Code tables and samples named in tests/golden/SOURCES_payloads.md.
What decides is the content: 防拆 (tamper) under an alarm code is a fault, an alarm code under a
heartbeat type is an alarm. Gas over its limit is FIRE of a gas sensor, as in GB/T 26875.3.

Invariant (fuzzed). Any object gives a Report or PushError, and never another error.
"""

from collections.abc import Callable
from typing import Any, Final

from wanghuo.facts.signal import SensorKind, SignalKind
from wanghuo.protocols import carriers_passthrough
from wanghuo.protocols.carriers_report import (
    Report,
    Said,
    device_of,
    moment_of,
    number_of,
    part_of,
    reading,
    text_of,
)

K = SignalKind
Codes = dict[str, tuple[SignalKind, str]]

ELECTRIC: Final[Codes] = {
    "1361": (K.NOTABLE, "过流报警"),
    "3361": (K.CLEARED, "过流恢复"),
    "1360": (K.FAULT, "断电报警"),
    "3360": (K.FAULT_CLEARED, "断电恢复"),
    "1364": (K.NOTABLE, "温度过高"),
    "3364": (K.CLEARED, "温度过高恢复"),
    "1363": (K.FAULT, "温度过低"),
    "3363": (K.FAULT_CLEARED, "温度过低恢复"),
    "1366": (K.OFFLINE, "离线"),
    "3366": (K.ONLINE, "恢复在线"),
    "3921": (K.OPERATION, "消音"),
    "3922": (K.CLEARED, "消警"),
    "1941": (K.STATE, "PGM打开"),
    "3941": (K.STATE, "PGM关闭"),
}
NB_SMOKE: Final[Codes] = {
    "1": (K.FIRE, "发生火灾"),
    "01": (K.FIRE, "报警"),
    "2": (K.NOTABLE, "温度过高"),
    "3": (K.FAULT, "设备被拆"),
    "4": (K.FAULT, "低电"),
    "02": (K.FAULT, "低电"),
    "5": (K.OPERATION, "测试"),
    "f": (K.CLEARED, "报警恢复"),
    "11": (K.CLEARED, "恢复"),
    "10": (K.HEARTBEAT, "自检"),
}
NB306_SMOKE: Final[Codes] = {
    "0": (K.HEARTBEAT, "心跳"),
    "1": (K.FIRE, "发生火警"),
    "2": (K.NOTABLE, "温度过高"),
    "3": (K.FAULT, "设备被拆"),
    "4": (K.FAULT, "低电压"),
    "5": (K.OPERATION, "自检"),
}
LIAN_SMOKE: Final[Codes] = {
    "1": (K.FIRE, "报警"),
    "2": (K.OPERATION, "静音"),
    "3": (K.STATE, "保留"),
    "4": (K.FAULT, "低压"),
    "5": (K.FAULT, "故障"),
    "6": (K.FAULT, "数据异常"),
    "7": (K.CLEARED, "正常"),
    "8": (K.OPERATION, "单次静音指令"),
    "9": (K.OPERATION, "连续静音指令"),
    "10": (K.FAULT, "拆卸报警"),
    "11": (K.FAULT_CLEARED, "拆卸恢复"),
    "12": (K.ONLINE, "在线"),
    "13": (K.FAULT, "异常"),
    "14": (K.OPERATION, "模拟报警"),
}
HOST: Final[Codes] = {  # gas detectors with a valve, alarm hosts
    "0009": (K.HEARTBEAT, "心跳"),
    "0002": (K.ONLINE, "登录"),
    "0003": (K.FIRE, "报警"),
    "0006": (K.FAULT, "故障"),
    "0007": (K.RESET, "复位"),
    "0008": (K.OPERATION, "机械手控制"),
}
CLIMATE: Final[Codes] = {"0012": (K.READING, ""), "0010": (K.OPERATION, "消音")}

_HEARTBEAT_TYPE: Final = "0301"
_CHANNELS: Final = (1, 2, 3, 4)
_LOW_BATTERY_V: Final = 1.0
_DATA_MAX: Final = 32
_ZONE_SENSORS: Final = (
    ("烟", SensorKind.SMOKE),
    ("温", SensorKind.HEAT),
    ("燃气", SensorKind.GAS),
    ("手动", SensorKind.CALL_POINT),
    ("手报", SensorKind.CALL_POINT),
    ("SOS", SensorKind.CALL_POINT),
)


def read(body: dict[str, Any]) -> Report:
    """What a vendor's own push says. Raises PushError when it names no device."""
    for fits, decode in _SHAPES:
        if fits(body):
            return decode(body)
    device = device_of(*(body.get(key) for key in _DEVICE_KEYS))
    at = moment_of(body.get("eventdate") or body.get("time") or body.get("timestamp"))
    return Report(device, at, [Said(K.UNKNOWN)])


def properties(said: dict[str, Any]) -> list[Said]:
    """What the properties of a thing model say, under whatever carrier they came; may be empty."""
    if "Alarm_Status" in said:
        return _lian_smoke(said)
    if "devState" in said:
        return _nb306(said)
    if "gas_sensor_state" in said:
        return _lian_gas(said)
    for key in ("ReceivePiezoMeter", "Data", "APPdata"):
        passed = said.get(key)
        if isinstance(passed, str):
            return carriers_passthrough.read_text(passed)
    return _plain(said)


def _coded(codes: Codes, code: str, sensor: SensorKind, point: str = "", text: str = "") -> Said:
    """A coded event. An unknown code stays UNKNOWN, so that a person sees it."""
    kind, words = codes.get(code, (K.UNKNOWN, f"? {code}"))
    status = int(code) if code.isascii() and code.isdigit() and len(code) < 6 else -1  # noqa: PLR2004 - fits a status word
    return Said(kind, sensor, point=point[:64], status=status, text=text or words)


def _electric(body: dict[str, Any]) -> Report:
    """Four currents, four temperatures, and perhaps an event, whatever `type` says."""
    code = text_of(body.get("event"))
    loop = text_of(body.get("event_loop"))
    said = []
    if code:
        said.append(_coded(ELECTRIC, code, SensorKind.ELECTRIC, loop))
    elif text_of(body.get("type")) == _HEARTBEAT_TYPE:
        said.append(Said(K.HEARTBEAT, SensorKind.ELECTRIC))
    else:
        said.append(Said(K.UNKNOWN, SensorKind.ELECTRIC))
    for name, unit in (("current", "A"), ("temperature", "℃")):
        for channel in _CHANNELS:
            point = f"{name}{channel}"
            said += reading(name, body.get(point), unit, SensorKind.ELECTRIC, point=point)
    return Report(device_of(body.get("chipcode")), moment_of(body.get("eventdate")), said)


def _host(body: dict[str, Any]) -> Report:
    """An alarm host with wireless zones, or a gas detector with a valve."""
    code, words = text_of(body.get("event")), text_of(body.get("content"))
    zoned = "loop" in body or "address" in body
    point = f"{text_of(body.get('loop'))}.{text_of(body.get('address'))}" if zoned else ""
    sensor = _zone_sensor(words) if zoned else SensorKind.GAS
    said = _coded(HOST, code, sensor, point, words)
    if said.kind is K.FIRE and "防拆" in words:
        said = Said(K.FAULT, sensor, point=point, status=said.status, text=words)
    return Report(device_of(body.get("dcode")), moment_of(body.get("eventdate")), [said])


def _zone_sensor(words: str) -> SensorKind:
    return next((kind for word, kind in _ZONE_SENSORS if word in words), SensorKind.OTHER)


def _wrapped(body: dict[str, Any]) -> Report:
    """{"deviceCode", "deviceType", "time", "content", "detail": {"event", …}}."""
    detail = part_of(body, "detail")
    code, kind_of = text_of(detail.get("event")), text_of(body.get("deviceType"))
    words = text_of(body.get("content"))
    said: list[Said]
    if kind_of == "311":
        said = [
            _coded(NB_SMOKE, code, SensorKind.SMOKE, text=words),
            *_health(detail.get("temperature"), detail.get("bat_capacity"), SensorKind.SMOKE),
        ]
    elif kind_of == "361":
        said = [_coded(HOST, code, SensorKind.GAS, text=words)]
    else:
        said = [Said(K.UNKNOWN, text=words)]
    return Report(device_of(body.get("deviceCode")), moment_of(body.get("time")), said)


def _climate(body: dict[str, Any]) -> Report:
    code = text_of(body.get("event"))
    readings = reading("humidity", body.get("humidity"), "%RH", SensorKind.OTHER, point="humidity")
    readings += reading("temperature", body.get("temperature"), "℃", SensorKind.OTHER)
    event = _coded(CLIMATE, code, SensorKind.OTHER, text=text_of(body.get("content")))
    said = readings if event.kind is K.READING and readings else [event, *readings]
    if event.kind is K.READING and not readings:
        said = [Said(K.HEARTBEAT, status=event.status)]
    return Report(device_of(body.get("mac")), moment_of(body.get("eventdate")), said)


def _lian_electric(body: dict[str, Any]) -> Report:
    """{"type", "time", "data": [{"deviceId", "pointId", "value", "alarmType"}]}; one device."""
    rows = [row for row in body["data"][:_DATA_MAX] if isinstance(row, dict)]
    said = []
    device = device_of(*(row.get("deviceId") for row in rows))
    for row in rows:
        clean = {key.strip(): value for key, value in row.items()}
        point, alarm = text_of(clean.get("pointId"))[:64], text_of(clean.get("alarmType"))
        said.append(
            Said(
                K.NOTABLE if alarm not in {"", "0"} else K.READING,
                SensorKind.ELECTRIC,
                point=point,
                quantity="value",
                value=number_of(clean.get("value")) or 0.0,
                text=f"alarmType {alarm}" if alarm else "",
            )
        )
    return Report(device, moment_of(body.get("time")), said)


def _lian_gas_push(body: dict[str, Any]) -> Report:
    device = device_of(body.get("IMEI"), body.get("deviceCode"), body.get("deviceId"))
    said = _lian_gas(part_of(body, "payload"))
    words = text_of(body.get("content"))
    told = "报警" in words or text_of(body.get("event")) == "1" or text_of(body.get("state")) == "1"
    if told and said[0].kind is not K.FIRE:
        said = [Said(K.FIRE, SensorKind.GAS, text=words), *said[1:]]
    return Report(device, moment_of(body.get("eventdate") or body.get("timestamp")), said)


def _lian_gas(said: dict[str, Any]) -> list[Said]:
    state, error = text_of(said.get("gas_sensor_state")), text_of(said.get("error_code"))
    made = []
    if state not in {"", "0"}:
        made.append(_status(K.FIRE, SensorKind.GAS, state, "燃气报警"))
    elif error not in {"", "0"}:
        made.append(_status(K.FAULT, SensorKind.GAS, error, f"故障 {error}"))
    else:
        made.append(_status(K.HEARTBEAT, SensorKind.GAS, state, ""))
    volts = number_of(said.get("battery_voltage"))
    if volts is not None and volts < _LOW_BATTERY_V:
        made.append(Said(K.FAULT, SensorKind.GAS, point="battery", text="低压"))
    gas = SensorKind.GAS
    made += reading("gas", said.get("gas_value"), "%LEL", gas, point="gas")
    return made + reading("battery", said.get("battery_value"), "%", gas, point="battery")


def _lian_smoke(said: dict[str, Any]) -> list[Said]:
    event = _coded(LIAN_SMOKE, text_of(said.get("Alarm_Status")), SensorKind.SMOKE)
    return [event, *_health(said.get("TData"), said.get("Battery_Level"), SensorKind.SMOKE)]


def _nb306(said: dict[str, Any]) -> list[Said]:
    event = _coded(NB306_SMOKE, text_of(said.get("devState")), SensorKind.SMOKE)
    tenths = number_of(said.get("temperature"))
    celsius = tenths / 10 if tenths is not None else None
    smoke = SensorKind.SMOKE
    scope = reading("smoke", said.get("smokescope"), "", smoke, point="smoke")
    return [event, *_health(celsius, said.get("electricQuantity"), smoke), *scope]


def _plain(said: dict[str, Any]) -> list[Said]:
    """Properties under names that most thing models share."""
    made = []
    for key, sensor in _PLAIN_ALARMS.items():
        state = said.get(key)
        if state is not None and not isinstance(state, dict | list):
            on = state is True or text_of(state) not in {"", "0", "normal"}
            made.append(Said(K.FIRE if on else K.HEARTBEAT, sensor, text=key))
    return made + _health(said.get("temperature"), said.get("battery"), SensorKind.OTHER)


def _health(celsius: object, battery: object, sensor: SensorKind) -> list[Said]:
    return [
        *reading("temperature", celsius, "℃", sensor, point="temperature"),
        *reading("battery", battery, "%", sensor, point="battery"),
    ]


def _status(kind: SignalKind, sensor: SensorKind, code: str, text: str) -> Said:
    status = int(code) if code.isascii() and code.isdigit() and len(code) < 6 else -1  # noqa: PLR2004 - fits a status word
    return Said(kind, sensor, status=status, text=text)


def _fits_lian_electric(body: dict[str, Any]) -> bool:
    return isinstance(body.get("data"), list) and "type" in body


def _fits_lian_gas(body: dict[str, Any]) -> bool:
    return "gas_sensor_state" in part_of(body, "payload")


_DEVICE_KEYS: Final = ("IMEI", "imei", "deviceCode", "deviceId", "dcode", "chipcode", "mac", "id")
_PLAIN_ALARMS: Final = {
    "smoke_state": SensorKind.SMOKE,
    "smoke_alarm": SensorKind.SMOKE,
    "SmokeSensorState": SensorKind.SMOKE,
    "3407_0_6046": SensorKind.SMOKE,
    "fire_alarm": SensorKind.OTHER,
    "gas_alarm": SensorKind.GAS,
    "heat_alarm": SensorKind.HEAT,
}
_SHAPES: Final[
    tuple[tuple[Callable[[dict[str, Any]], bool], Callable[[dict[str, Any]], Report]], ...]
] = (
    (lambda body: "chipcode" in body, _electric),
    (lambda body: "dcode" in body, _host),
    (lambda body: "deviceCode" in body and "detail" in body, _wrapped),
    (lambda body: "mac" in body and "humidity" in body, _climate),
    (_fits_lian_electric, _lian_electric),
    (_fits_lian_gas, _lian_gas_push),
)
