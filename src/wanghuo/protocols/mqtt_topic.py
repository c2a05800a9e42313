"""Topic names and filters, and whose they are: `access/v1/{operator}/{device}/{signal|state}`.

Source. OASIS MQTT 5.0, section 4.7.
"""

from typing import Final, NamedTuple

from wanghuo.protocols.mqtt_properties import MqttError, Reason

ROOT: Final = ("access", "v1")
LEAVES: Final = frozenset({"signal", "state"})
SHARED: Final = "$share/"
_LEVELS: Final = 5


class Address(NamedTuple):
    """A topic that an operator may publish to."""

    topic: str
    device: str
    leaf: str


def name_of(topic: bytes) -> str:
    """The topic name in these bytes. Raises MqttError for what can be no name."""
    try:
        name = topic.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        raise MqttError(Reason.MALFORMED, "bad_utf8") from error
    if "\0" in name:
        raise MqttError(Reason.MALFORMED, "bad_utf8")
    if not name or "+" in name or "#" in name:
        raise MqttError(Reason.BAD_TOPIC, "bad_topic")
    return name


def address_of(name: str, operator: str) -> Address | None:
    """Where a publish of `operator` goes; None if this topic is not the operator's."""
    levels = name.split("/")
    own = (*ROOT, operator)
    if len(levels) != _LEVELS or tuple(levels[:3]) != own or levels[4] not in LEAVES:
        return None
    return Address(name, levels[3], levels[4]) if levels[3] else None


def is_filter(topic_filter: str) -> bool:
    """Whether wildcards stand where they may: `+` alone in its level, `#` alone in the last."""
    levels = topic_filter.split("/")
    last = len(levels) - 1
    for nth, level in enumerate(levels):
        if "#" in level and (level != "#" or nth != last):
            return False
        if "+" in level and level != "+":
            return False
    return bool(topic_filter)


def belongs_to(topic_filter: str, operator: str) -> bool:
    """Whether a filter can only ever match topics of `operator`."""
    return tuple(topic_filter.split("/")[:3]) == (*ROOT, operator)


def matches(topic_filter: str, name: str) -> bool:
    """Whether a topic name falls under a filter (4.7.1)."""
    wanted, levels = topic_filter.split("/"), name.split("/")
    for nth, level in enumerate(wanted):
        if level == "#":
            return True
        if nth >= len(levels) or level not in {"+", levels[nth]}:
            return False
    return len(wanted) == len(levels)
