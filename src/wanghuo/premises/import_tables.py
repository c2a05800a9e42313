"""The tables that a city can bring: their columns with Chinese headers and an example.

A star means required. Either name of a column is accepted as its header, in any order.
"""

from typing import Final

from wanghuo.errors import Missing
from wanghuo.premises import import_rows as rows
from wanghuo.premises.importing import Table, columns

_WHERE = """
    lon* | 经度 | 121.364190
    lat* | 纬度 | 30.243670
    datum | 坐标系 | WGS-84
"""
_TOWN = """
    town* | 镇街 | 新浦镇
    village | 村社 |
"""

TOWNS: Final = Table("towns", columns("""
    code* | 代码 | 330282112
    name* | 名称 | 新浦镇
    short* | 两位字母 | XP
""" + _WHERE), rows.town)  # fmt: skip

VILLAGES: Final = Table("villages", columns("""
    code* | 代码 | 330282112201
    town* | 镇街 | 新浦镇
    name* | 名称 | 新浦村
    kind | 类型 | 村
""" + _WHERE), rows.village)  # fmt: skip

OPERATORS: Final = Table("operators", columns("""
    id* | 编号 | cx01
    name* | 名称 | 某智慧消防公司
    town | 镇街 | 新浦镇
"""), rows.operator)  # fmt: skip

PLACES: Final = Table("places", columns("""
    id* | 编号 | XP-00001
    name* | 名称 | 宏达塑料制品厂
    category* | 类别 | 工业企业
    address | 地址 | 新浦大道 1 号
""" + _TOWN + _WHERE + """
    building | 楼栋 |
    people | 人数 | 35
    sleeping | 有人住宿 | 否
    hazards | 危险源 | 塑料粒子
    profile | 报警策略 |
    unit_id | 单位编号 | U-XP-00001
    unit_name | 单位名称 | 宏达塑料制品厂
    credit_code | 统一社会信用代码 |
"""), rows.place)  # fmt: skip

DEVICES: Final = Table("devices", columns("""
    id* | 编号 | XP-00001-01
    place_id* | 场所编号 | XP-00001
    kind* | 类型 | 智慧烟感
    sender* | 发送方 | gb26875:790300000000
    point | 部件 | 1.1.40.0a000200
    operator* | 运营公司 | cx01
    location | 位置 | 车间东侧
    profile | 协议档案 | standard
    installed_on | 安装日期 | 2023-04-06
    out_of_service | 停用 | 否
"""), rows.device)  # fmt: skip

CONTACTS: Final = Table("contacts", columns("""
    id* | 编号 | C-U-XP-00001-1
    owner_kind* | 归属 | 单位
    owner_id | 归属编号 | U-XP-00001
    name* | 姓名 | 张三
    role* | 角色 | 责任人
    phone | 电话 | 13900000000
    verified | 已核实 | 是
    sequence | 呼叫次序 | 1
    duty | 值班时间 | 1-5 08:00-18:00
    email | 邮箱 | zhang@example.org
    wecom | 企业微信 | zhangsan
    dingtalk | 钉钉 | 13900000000
    feishu | 飞书 | ou_7d8a6e6d
"""), rows.contact)  # fmt: skip

STATIONS: Final = Table("stations", columns("""
    id* | 编号 | S-XP-1
    level* | 级别 | 微型站
    keeper* | 建站方 | 村社
    name* | 名称 | 新浦村微型消防站
""" + _TOWN + _WHERE + """
    crew | 人数 | 6
    on_duty | 在岗 | 是
"""), rows.station)  # fmt: skip

WATER: Final = Table("water", columns("""
    id* | 编号 | W-1
    kind* | 类型 | 消火栓
    name | 名称 | 新浦大道 3 号消火栓
    town* | 镇街 | 新浦镇
""" + _WHERE + """
    flow_l_per_s | 流量 L/s | 15
"""), rows.water)  # fmt: skip

ENTRANCES: Final = Table("entrances", columns("""
    id* | 编号 | E-XP-00001-1
    place_id* | 场所编号 | XP-00001
    name* | 名称 | 东大门
""" + _WHERE + """
    width_m | 净宽 m | 4.5
    note | 备注 | 消防车可进
"""), rows.entrance)  # fmt: skip

CAMERAS: Final = Table("cameras", columns("""
    id* | 编号 | CAM-XP-1
    name* | 名称 | 新浦电信塔
    kind | 类型 | 高空瞭望
    town* | 镇街 | 新浦镇
    place_id | 场所编号 |
""" + _WHERE + """
    height_m | 离地高 m | 45
    bearing_deg | 朝向 ° | 90
    tilt_deg | 俯角 ° | 3
    fov_deg | 视场角 ° | 30
    snapshot_url | 取图地址 | http://10.8.0.12/snapshot.jpg
    login | 登录名称 | tower
    gb_id | 国标编码 | 33028211201320000001
"""), rows.camera)  # fmt: skip

ROSTERS: Final = Table("rosters", columns("""
    id* | 编号 | R-XP-1-1
    station_id* | 救援站编号 | S-XP-1
    contact_id | 联系人编号 | C-S-XP-1-1
    name* | 姓名 | 张三
    hours* | 班次 | 1-5 08:00-18:00; 6,7 18:00-08:00
    valid_from | 生效日 | 2026-01-01
    valid_until | 截止日 | 2026-12-31
"""), rows.roster)  # fmt: skip

# In the order in which a whole city is loaded: what is referred to comes first.
TABLES: Final = {
    table.kind: table
    for table in (
        TOWNS,
        VILLAGES,
        OPERATORS,
        PLACES,
        DEVICES,
        STATIONS,
        CONTACTS,
        WATER,
        ROSTERS,
        ENTRANCES,
        CAMERAS,
    )
}


def table_of(kind: str) -> Table:
    """The table of a kind. Raises Missing."""
    if kind not in TABLES:
        raise Missing(f"there is no table {kind}; there are " + ", ".join(TABLES))
    return TABLES[kind]
