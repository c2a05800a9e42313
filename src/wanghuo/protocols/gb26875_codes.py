"""The code tables of GB/T 26875.3-2011 with names in both languages. Pure data.

Source. Tables 4 (systems), 5 (components), 6 (analog types); figures 6, 7, 9, 13, 14 (status
bits). Where public implementations differ from the print, the print counts: 23 is the fire power
supply, analog type 5 is kPa, flag bit 5 of a facility is 确认.
"""

from dataclasses import dataclass
from typing import Final

from wanghuo.facts.signal import SensorKind

VENDOR_CODE_MIN: Final = 128  # 128 to 255 belong to the vendor in every table


@dataclass(frozen=True, slots=True)
class Name:
    """What a code is called."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Analog:
    """A quantity of table 6: value = raw x scale, in `unit`; raw is a signed 16-bit number."""

    quantity: str
    unit: str
    scale: float
    name: Name


def _names(rows: str) -> dict[int, Name]:
    """The table in `rows`: one line a code, `code zh | en`."""
    table = {}
    for row in rows.strip().splitlines():
        code, _, words = row.strip().partition(" ")
        zh, _, en = words.partition(" | ")
        table[int(code)] = Name(zh.strip(), en.strip())
    return table


SYSTEMS: Final = _names("""
    0 通用 | general
    1 火灾报警系统 | fire alarm system
    10 消防联动控制器 | fire linkage controller
    11 消火栓系统 | hydrant system
    12 自动喷水灭火系统 | sprinkler system
    13 气体灭火系统 | gas extinguishing system
    14 水喷雾灭火系统(泵启动) | water spray system (pump)
    15 水喷雾灭火系统(压力容器启动) | water spray system (pressure vessel)
    16 泡沫灭火系统 | foam system
    17 干粉灭火系统 | dry powder system
    18 防烟排烟系统 | smoke control system
    19 防火门及卷帘系统 | fire doors and shutters
    20 消防电梯 | fire lift
    21 消防应急广播 | emergency broadcast
    22 消防应急照明和疏散指示系统 | emergency lighting and exit signs
    23 消防电源 | fire power supply
    24 消防电话 | fire telephone
""")

COMPONENTS: Final = _names("""
    0 通用 | general
    1 火灾报警控制器 | fire alarm control panel
    10 可燃气体探测器 | gas detector
    11 点型可燃气体探测器 | point gas detector
    12 独立式可燃气体探测器 | stand-alone gas detector
    13 线型可燃气体探测器 | line gas detector
    16 电气火灾监控报警器 | electrical fire monitor
    17 剩余电流式电气火灾监控探测器 | residual current detector
    18 测温式电气火灾监控探测器 | cable temperature detector
    21 探测回路 | detection loop
    22 火灾显示盘 | repeater panel
    23 手动火灾报警按钮 | manual call point
    24 消火栓按钮 | hydrant button
    25 火灾探测器 | fire detector
    30 感温火灾探测器 | heat detector
    31 点型感温火灾探测器 | point heat detector
    32 点型感温火灾探测器(S型) | point heat detector (S)
    33 点型感温火灾探测器(R型) | point heat detector (R)
    34 线型感温火灾探测器 | line heat detector
    35 线型感温火灾探测器(S型) | line heat detector (S)
    36 线型感温火灾探测器(R型) | line heat detector (R)
    37 光纤感温火灾探测器 | fibre heat detector
    40 感烟火灾探测器 | smoke detector
    41 点型离子感烟火灾探测器 | ionisation smoke detector
    42 点型光电感烟火灾探测器 | optical smoke detector
    43 线型光束感烟火灾探测器 | beam smoke detector
    44 吸气式感烟火灾探测器 | aspirating smoke detector
    50 复合式火灾探测器 | combined detector
    51 复合式感烟感温火灾探测器 | combined smoke and heat detector
    52 复合式感光感温火灾探测器 | combined flame and heat detector
    53 复合式感光感烟火灾探测器 | combined flame and smoke detector
    61 紫外火焰探测器 | ultraviolet flame detector
    62 红外火焰探测器 | infrared flame detector
    69 感光火灾探测器 | flame detector
    74 气体探测器 | gas sensor
    78 图像摄像方式火灾探测器 | video fire detector
    79 感声火灾探测器 | acoustic fire detector
    81 气体灭火控制器 | gas extinguishing controller
    82 消防电气控制装置 | fire electrical controller
    83 消防控制室图形显示装置 | control room display
    84 模块 | module
    85 输入模块 | input module
    86 输出模块 | output module
    87 输入/输出模块 | input/output module
    88 中继模块 | relay module
    91 消防水泵 | fire pump
    92 消防水箱 | fire water tank
    95 喷淋泵 | sprinkler pump
    96 水流指示器 | flow indicator
    97 信号阀 | signal valve
    98 报警阀 | alarm valve
    99 压力开关 | pressure switch
    101 阀驱动装置 | valve drive
    102 防火门 | fire door
    103 防火阀 | fire damper
    104 通风空调 | ventilation
    105 泡沫液泵 | foam pump
    106 管网电磁阀 | pipe solenoid valve
    111 防烟排烟风机 | smoke fan
    113 排烟防火阀 | smoke fire damper
    114 常闭送风口 | air supply vent
    115 排烟口 | smoke outlet
    116 电控挡烟垂壁 | smoke curtain
    117 防火卷帘控制器 | shutter controller
    118 防火门监控器 | fire door monitor
    121 警报装置 | sounder
""")


def _analog(quantity: str, unit: str, scale: float, zh: str, en: str) -> Analog:
    return Analog(quantity, unit, scale, Name(zh, en))


ANALOGS: Final[dict[int, Analog]] = {
    0: _analog("unused", "", 1, "未用", "unused"),
    1: _analog("count", "件", 1, "事件计数", "event count"),
    2: _analog("height", "m", 0.01, "高度", "height"),
    3: _analog("temperature", "℃", 0.1, "温度", "temperature"),
    4: _analog("pressure", "MPa", 0.1, "压力", "pressure"),
    5: _analog("pressure", "kPa", 0.1, "压力", "pressure"),
    6: _analog("gas", "%LEL", 0.1, "气体浓度", "gas concentration"),
    7: _analog("duration", "s", 1, "时间", "duration"),
    8: _analog("voltage", "V", 0.1, "电压", "voltage"),
    9: _analog("current", "A", 0.1, "电流", "current"),
    10: _analog("flow", "L/s", 0.1, "流量", "flow"),
    11: _analog("air_volume", "m³/min", 0.1, "风量", "air volume"),
    12: _analog("wind_speed", "m/s", 1, "风速", "wind speed"),
}

S = SensorKind
SENSORS: Final[dict[int, SensorKind]] = {
    **dict.fromkeys((10, 11, 12, 13, 74), S.GAS),
    **dict.fromkeys((16, 17, 18), S.ELECTRIC),
    **dict.fromkeys((23, 24), S.CALL_POINT),
    **dict.fromkeys((30, 31, 32, 33, 34, 35, 36, 37), S.HEAT),
    **dict.fromkeys((40, 41, 42, 43, 44, 50, 51, 53), S.SMOKE),
    **dict.fromkeys((52, 61, 62, 69), S.FLAME),
    78: S.VISUAL_SMOKE,
    **dict.fromkeys((91, 92), S.WATER),
    **dict.fromkeys((95, 96, 97, 98, 99), S.SPRINKLER),
}
SYSTEM_SENSORS: Final[dict[int, SensorKind]] = {11: S.WATER, 12: S.SPRINKLER}

# Bits of the status words; figure 6, 7 and 9.
FIRE: Final = 1 << 1
FAULT: Final = 1 << 2
SHIELD: Final = 1 << 3
NORMAL: Final = 1 << 0  # information only: real fires arrive with this bit 0, "test"
SYSTEM_RESET: Final = 1 << 13
SYSTEM_FAULTS: Final = FAULT | 1 << 8 | 1 << 9 | 1 << 10  # and mains, battery, bus
COMPONENT_FAULTS: Final = FAULT | 1 << 8  # and power
DEVICE_FAULTS: Final = FAULT | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6
SYSTEM_RESERVED: Final = 3 << 14
COMPONENT_RESERVED: Final = 0x7F << 9
# Bits of the operation flags; figures 13 and 14.
OPERATION_RESET: Final = 1 << 0
OPERATION_ALARM: Final = 1 << 2
OPERATION_CLEARED: Final = 1 << 3
OPERATION_INSPECTED: Final = 1 << 5  # of a device; the same bit of a facility is 确认
OPERATION_RESERVED: Final = 1 << 7

SYSTEM_BITS: Final = _names("""
    1 火警 | fire
    2 故障 | fault
    3 屏蔽 | shielded
    4 监管 | supervisory
    5 启动 | started
    6 反馈 | feedback
    7 延时 | delayed
    8 主电故障 | mains fault
    9 备电故障 | battery fault
    10 总线故障 | bus fault
    11 手动 | manual
    12 配置改变 | configuration changed
    13 复位 | reset
""")
COMPONENT_BITS: Final = {
    **{bit: name for bit, name in SYSTEM_BITS.items() if bit < 8},  # noqa: PLR2004 - figure 7
    8: Name("电源故障", "power fault"),
}
DEVICE_BITS: Final = _names("""
    1 火警 | fire
    2 故障 | fault
    3 主电故障 | mains fault
    4 备电故障 | battery fault
    5 与监控中心通信信道故障 | channel to the centre faulty
    6 监测连接线路故障 | monitored line faulty
""")
FACILITY_OPERATIONS: Final = _names("""
    0 复位 | reset
    1 消音 | silenced
    2 手动报警 | manual alarm
    3 警情消除 | alarm cleared
    4 自检 | self-test
    5 确认 | confirmed
    6 测试 | test
""")
DEVICE_OPERATIONS: Final = {**FACILITY_OPERATIONS, 5: Name("查岗应答", "inspection answered")}


def bits_in(word: int, names: dict[int, Name]) -> tuple[Name, ...]:
    """The names of the bits set in a status or flag word, lowest first."""
    return tuple(name for bit, name in names.items() if word >> bit & 1)
