"""What is said about a wrong cell: four sentences a code, filled in with the cell's own words."""

from typing import Final, NamedTuple


class Words(NamedTuple):
    """What is wrong and what would be right, in Chinese and English."""

    zh: str
    en: str
    remedy_zh: str
    remedy_en: str


WORDS: Final[dict[str, Words]] = {
    "empty": Words("不能为空", "it is empty", "请填写", "fill it in"),
    "too_long": Words("太长", "it is too long", "最多 {most} 字", "use at most {most} characters"),
    "control": Words("含控制字符", "it holds control characters", "请删去", "remove them"),
    "choice": Words(
        "“{text}”不在可选值内", "{text!r} is not one of the choices",
        "可选：{options}", "use one of: {options}",
    ),
    "whole": Words(
        "“{text}”应为 {low} 到 {high} 的整数",
        "{text!r} is not a whole number from {low} to {high}",
        "请填整数，如 12", "write a whole number such as 12",
    ),
    "number": Words(
        "“{text}”应为 {low:g} 到 {high:g} 的数",
        "{text!r} is not a number from {low:g} to {high:g}",
        "请填十进制数，如 121.364190；经度不要与纬度对调",
        "write a decimal number such as 121.364190; do not swap longitude and latitude",
    ),
    "far": Words(
        "该点离镇街“{town}”有 {away_km:.0f} 千米", "this point is {away_km:.0f} km from {town}",
        "核对经纬度、是否对调、坐标系", "check longitude, latitude, their order and the datum",
    ),
    "flag": Words("“{text}”不是“是”或“否”", "{text!r} is neither yes nor no",
                  "填“是”或“否”", "write yes or no"),
    "day": Words("“{text}”不是日期", "{text!r} is not a date",
                 "如 2023-04-06", "write it like 2023-04-06"),
    "datum": Words("“{text}”不是坐标系", "{text!r} is not a datum",
                   "可选：{options}", "use one of: {options}"),
    "town": Words("没有镇街“{text}”", "there is no town {text!r}",
                  "填代码、全称或两位字母，如 新浦镇", "write its code, full name or two letters"),
    "village": Words("该镇街没有村社“{text}”", "this town has no village {text!r}",
                     "填 12 位代码或全称，或留空",
                     "write its code or full name, or leave it empty"),
    "hours": Words("“{text}”不是班次时间", "{text!r} are no hours",
                   "如 1-5 08:00-18:00；多段用分号隔开",
                   "write them like 1-5 08:00-18:00, parted by semicolons"),
    "station": Words("没有救援站“{text}”", "there is no station {text!r}",
                     "先导入救援站，或更正编号", "import the station first, or correct the id"),
    "contact": Words("“{text}”不是救援站 {station} 的联系人",
                     "{text!r} is no contact of station {station}",
                     "填该站联系人的编号，或留空",
                     "write the id of one of its contacts, or leave it empty"),
    "before": Words("早于生效日 {first}", "it is before the first day, {first}",
                    "截止日不早于生效日", "the last day is not before the first"),
    "id": Words("“{text}”不能作编号", "{text!r} cannot be an id",
                "只用字母、数字和 _ . : -，最多 64 个字符",
                "use letters, digits and _ . : - only, at most 64"),
    "twice": Words("与第 {before} 行重复", "it is the same as in row {before}",
                   "每个编号只写一行", "give each id one row"),
    "place": Words("没有场所“{text}”", "there is no place {text!r}",
                   "先导入场所，或更正编号", "import the place first, or correct the id"),
    "operator": Words("没有运营公司“{text}”", "there is no operator {text!r}",
                      "可选：{options}", "use one of: {options}"),
    "sender": Words(
        "“{text}”不是发送方", "{text!r} is not a sender",
        "如 gb26875:790300000000、access:公司/设备、ctwing:IMEI",
        "write gb26875:790300000000, access:OPERATOR/DEVICE or ctwing:IMEI",
    ),
    "point": Words(
        "“{text}”不是部件地址", "{text!r} is not a point",
        "系统类型.系统地址.部件类型.部件地址（8 位十六进制），如 1.1.40.0a000200",
        "write system type, system address, component type and 8 hex digits: 1.1.40.0a000200",
    ),
    "registered": Words("该点位已登记为 {other}", "this point is device {other} already",
                        "改用该编号，或更正发送方和部件",
                        "use that id, or correct sender and point"),
    "owner": Words("没有“{text}”", "there is no {kind} {text!r}",
                   "先导入该对象，或更正编号", "import it first, or correct the id"),
    "phone": Words("“{text}”不是电话号码", "{text!r} is not a telephone number",
                   "只写数字，如 13900000000", "write digits only, such as 13900000000"),
    "snapshot_url": Words(
        "不是取图地址，或含登录信息", "this is no address of a snapshot, or it holds a login",
        "如 http://10.8.0.12/snapshot.jpg；登录信息写在 cameras.toml，此处填其名称",
        "write it like http://10.8.0.12/snapshot.jpg; put the login into cameras.toml under a name",
    ),
    "gb_id": Words("“{text}”不是国标编码", "{text!r} is not an id of GB/T 28181",
                   "20 位数字", "write its 20 digits"),
    "email": Words("“{text}”不是邮箱", "{text!r} is not an e-mail address",
                   "如 name@example.org", "write it like name@example.org"),
    "chat_id": Words("“{text}”不是群成员的编号", "{text!r} is not an id of a chat's member",
                     "填该软件里的成员编号或手机号", "write the member's id or telephone number"),
    "short": Words("应为两位大写字母", "it is not two capital letters", "如 XP", "write e.g. XP"),
}  # fmt: skip
