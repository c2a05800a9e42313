"""Why the doors of operators and carriers keep bytes for a person, in words. Pure."""

from typing import Final

from wanghuo.gateways.quarantine import Reason

_ASK_OPERATOR = ("请运营商按接入标准改正后重发", "ask the operator to correct it and send it again")
_ASK_CARRIER = (
    "核对平台推送配置和设备型号",
    "check the carrier's push settings and the device model",
)
_NOT_MQTT = Reason(
    "MQTT 报文不合协议",
    "a packet that breaks the MQTT protocol",
    "检查客户端软件",
    "check the client's software",
)
ACCESS_REASONS: Final[dict[str, Reason]] = {
    "bad_record": Reason("记录无法使用", "a record that cannot be used", *_ASK_OPERATOR),
    "topic": Reason("主题不属于该运营商", "a topic that is not this operator's", *_ASK_OPERATOR),
    "not_json": Reason("推送内容不是 JSON", "a push that is no JSON", *_ASK_CARRIER),
    "not_an_object": Reason("推送内容不是对象", "a push that is no JSON object", *_ASK_CARRIER),
    "no_device": Reason("推送未指明设备", "a push that names no device", *_ASK_CARRIER),
    "too_many": Reason("一次推送的消息过多", "too many messages in one push", *_ASK_CARRIER),
    "bad_signature": Reason(
        "推送签名不符",
        "a push whose signature is wrong",
        "核对令牌；不符则可能是冒用",
        "compare the token; if it is right, somebody else is pushing",
    ),
    **dict.fromkeys(
        (
            "malformed",
            "bad_flags",
            "bad_qos",
            "bad_utf8",
            "bad_topic",
            "bad_topic_alias",
            "bad_options",
            "bad_version",
            "bytes_left",
            "long_length",
            "no_connect",
            "no_filter",
            "not_mqtt",
            "packet_id_zero",
            "property_not_allowed",
            "property_twice",
            "property_value",
            "receive_maximum",
            "subscription_id",
            "too_large",
            "too_many_filters",
        ),
        _NOT_MQTT,
    ),
}
