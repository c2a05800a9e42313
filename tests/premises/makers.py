"""A small city of two towns for tests of imports and routes, as files and as what is known."""

from collections.abc import Mapping

from wanghuo.premises import categories
from wanghuo.premises.categories import Category
from wanghuo.premises.importing import Known
from wanghuo.premises.model import Town
from wanghuo.settings import Settings

XINPU = Town("330282112", "新浦镇", "XP", 121.36419, 30.24367)
SHENGSHAN = Town("330282113", "胜山镇", "SS", 121.32254, 30.2329)

FILES: Mapping[str, str] = {
    "towns": """代码,名称,两位字母,经度,纬度
330282112,新浦镇,XP,121.36419,30.24367
330282113,胜山镇,SS,121.32254,30.2329
""",
    "villages": """code,town,name,lon,lat
330282112201,XP,新浦村,121.364,30.243
""",
    "operators": """id,name,town
cx01,新浦智慧消防,新浦镇
""",
    "places": """编号*,名称*,类别*,地址,镇街*,村社,经度*,纬度*,坐标系,人数,有人住宿,单位编号
XP-1,宏达塑料厂,工业企业,新浦大道1号,新浦镇,新浦村,121.36419,30.24367,WGS-84,35,否,
XP-2,陈家出租房,rental,新浦大道3号,XP,,121.3650,30.2440,,12,,
SS-1,好又多超市,沿街商铺,,330282113,,121.3225,30.2329,GCJ-02,4,是,U-SHOP
""",
    "devices": """编号,场所编号,类型,发送方,部件,运营公司,安装日期
XP-1-00,XP-1,用户信息传输装置,gb26875:790300000000,,cx01,2023-04-06
XP-1-01,XP-1,智慧烟感,gb26875:790300000000,1.1.40.0a000200,cx01,2023/4/6
XP-2-01,XP-2,smoke,ctwing:860000000000017,,cx01,
""",
    "stations": """编号,级别,建站方,名称,镇街,村社,经度,纬度,人数,在岗
S-1,微型站,村社,新浦村微型消防站,新浦镇,新浦村,121.3641,30.2436,6,是
""",
    "contacts": """编号,归属,归属编号,姓名,角色,电话,已核实,呼叫次序,邮箱,钉钉
C-1,单位,U-XP-1,张三,责任人,164 0000 0001,是,1,zhang@example.org,16400000001
C-2,救援站,S-1,李四,值班,16400000002,否,1,,
C-3,全市,,王五,值班,16400000003,是,1,,
""",
    "water": """id,kind,name,town,lon,lat,flow_l_per_s
W-1,消火栓,新浦大道1号,XP,121.3642,30.2437,15
""",
    "entrances": """编号,场所编号,名称,经度,纬度,净宽 m,备注
E-1,XP-1,东大门,121.3643,30.2437,4.5,消防车可进
E-2,XP-1,后门,121.3640,30.2437,,
""",
    "cameras": """id,name,kind,town,place_id,lon,lat,height_m,bearing_deg,snapshot_url,login,gb_id
CAM-1,新浦电信塔,高空瞭望,新浦镇,,121.3600,30.2400,45,90,http://10.8.0.12/s.jpg,tower,33028211201320000001
CAM-2,车间球机,球机,XP,XP-1,121.3642,30.2437,,,,,
""",
    "rosters": """编号,救援站编号,联系人编号,姓名,班次,生效日,截止日
R-1,S-1,C-2,李四,一-五 08:00-18:00,2026-01-01,
R-2,S-1,,王七,18:00-8:00,,
""",
}


def the_categories() -> Mapping[str, Category]:
    return categories.load(Settings().policy_dir)


def all_known() -> Known:
    """What rows of a small city may refer to."""
    by_word = {word: c for c in the_categories().values() for word in (c.code, c.zh, c.en)}
    return Known(
        towns={word: t for t in (XINPU, SHENGSHAN) for word in (t.code, t.name, t.short)},
        villages={(XINPU.code, word): "330282112201" for word in ("新浦村", "330282112201")},
        categories=by_word,
        places={"XP-1": XINPU.code},
        owners={("unit", "U-XP-1"): XINPU.code, ("city", "city"): ""},
        operators=frozenset({"cx01"}),
        origins={"ctwing:860000000000017": "XP-2-01"},
    )
