"""Why bytes are kept for a person, and how often the same is said. Pure.

A bad packet is kept each time. What is true of a transmitter as such (nobody registered it, its
address is used twice, it speaks an unknown type) is noted once an hour.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

NOTE_PERIOD_S: Final = 3600.0
NOTES_MAX: Final = 50_000


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason code in words, and what a person can do."""

    zh: str
    en: str
    remedy_zh: str
    remedy_en: str


_RESEND = (
    "等待设备重发；持续出现则检查链路和设备",
    "the device sends it again; if not, check the link",
)
REASONS: Final[dict[str, Reason]] = {
    "no_start_mark": Reason("没有启动符的数据", "bytes without a start mark", *_RESEND),
    "body_too_long": Reason("数据单元超过 1024 字节", "body over 1,024 bytes", *_RESEND),
    "no_end_mark": Reason("结束符错误", "wrong end mark", *_RESEND),
    "bad_checksum": Reason("校验和错误", "wrong checksum", *_RESEND),
    "incomplete": Reason("数据包 10 秒内未收完", "packet not finished within 10 s", *_RESEND),
    "unknown_command": Reason(
        "命令字节未定义", "unknown command byte", "为该设备选择厂商协议", "give it a vendor profile"
    ),
    "wrong_direction": Reason(
        "设备发来了中心才能发的命令",
        "a command that only the centre may send",
        "检查是否为平台对接误接入",
        "is this a platform instead of a device?",
    ),
    "unknown_type": Reason(
        "类型标志未定义", "unknown type flag", "为该设备选择厂商协议", "give it a vendor profile"
    ),
    "odd_body": Reason(
        "数据单元部分无法解析",
        "a body that could not be read whole",
        "为该设备选择厂商协议",
        "give it a vendor profile",
    ),
    "unknown_sender": Reason(
        "用户信息传输装置未登记",
        "transmitter not in the register",
        "登记该装置及其点位",
        "register it with its points",
    ),
    "peer_mismatch": Reason(
        "源地址来自未绑定的网络地址",
        "a bound source address from another peer",
        "核实是否换卡或被冒用",
        "has its SIM changed, or is it a stranger?",
    ),
    "duplicate_address": Reason(
        "同一源地址有两个连接在发送",
        "one source address, two live peers",
        "为其中一台改地址，或绑定网络地址",
        "give one a new address, or bind each to its peer",
    ),
    "unknown_camera": Reason(
        "摄像机或瞭望未登记",
        "a camera that is not in the register",
        "导入该摄像机（cameras），或核对国标编码",
        "import it (cameras), or correct its id",
    ),
    "not_xml": Reason("不是可读的 XML", "no XML that is read", *_RESEND),
    "not_sip": Reason("不是 SIP 请求", "no SIP request", *_RESEND),
    "no_notification": Reason(
        "不是 ONVIF 通知", "no ONVIF notification", "检查订阅地址", "check the subscription"
    ),
    "no_fire_class": Reason(
        "不是火、烟或高温",
        "neither fire, smoke nor heat",
        "检查算法输出",
        "check the model's output",
    ),
    "bad_receipt": Reason(
        "服务商回执无法解析",
        "a provider's receipt that cannot be read",
        "核对服务商的回执格式",
        "compare it with the provider's documentation",
    ),
    "unknown_receipt": Reason(
        "回执对应的通知不是本系统发出的",
        "a receipt of something this house did not send",
        "核实服务商账户是否与其他系统共用",
        "is the provider's account shared with another system?",
    ),
    "routine_part_unstored": Reason(
        "火警包中的其他内容未能入库",
        "the routine part of a fire packet was not stored",
        "恢复后人工补录",
        "enter it by hand once the stream is back",
    ),
}


class Notes:
    """What was noted within the last hour."""

    def __init__(self) -> None:
        self._until_s: OrderedDict[tuple[str, str], float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._until_s)

    def due(self, reason: str, subject: str, now_s: float) -> bool:
        """Whether `reason` should be noted of `subject` now; True at most once an hour."""
        key = (reason, subject)
        if self._until_s.get(key, float("-inf")) > now_s:
            return False
        self._until_s.pop(key, None)
        self._until_s[key] = now_s + NOTE_PERIOD_S
        if len(self._until_s) > NOTES_MAX:
            self._until_s.popitem(last=False)
        return True
