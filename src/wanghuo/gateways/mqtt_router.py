"""Who listens to what, and the last retained state of each topic. In this process only.

Subscriptions are a view for operators: they see their own devices, at QoS 0, live. Retained states
are kept as long as this process lives; what lasts is in the signals' store.
"""

from typing import Protocol

from wanghuo.protocols.mqtt_packet import Wanted
from wanghuo.protocols.mqtt_topic import matches

RETAINED_MAX = 400_000  # one per device of a city, with room


class Listener(Protocol):
    """A connection that subscribed."""

    operator: str
    wanted: dict[str, Wanted]

    def deliver(self, topic: str, payload: bytes, *, retain: bool) -> None:
        """Send one message at QoS 0, or drop it if the peer reads too slowly."""
        ...


class Router:
    """Retained states and the operators' listeners."""

    def __init__(self) -> None:
        self._retained: dict[str, dict[str, bytes]] = {}
        self._retained_total = 0
        self._listeners: dict[str, set[Listener]] = {}

    def listen(self, listener: Listener, wanted: Wanted) -> None:
        """Add or change a subscription and send what is retained under it (5.0, 3.3.1.3)."""
        known = wanted.topic_filter in listener.wanted
        listener.wanted[wanted.topic_filter] = wanted
        self._listeners.setdefault(listener.operator, set()).add(listener)
        if wanted.retain_handling == 2 or (wanted.retain_handling == 1 and known):  # noqa: PLR2004 - 3.8.3.1
            return
        for topic, payload in self._retained.get(listener.operator, {}).items():
            if matches(wanted.topic_filter, topic):
                listener.deliver(topic, payload, retain=True)

    def is_listened_to(self, operator: str) -> bool:
        """Whether anybody subscribed to topics of `operator`."""
        return operator in self._listeners

    def leave(self, listener: Listener) -> None:
        """Forget a connection."""
        listeners = self._listeners.get(listener.operator)
        if listeners is not None:
            listeners.discard(listener)
            if not listeners:
                del self._listeners[listener.operator]

    def told(
        self, operator: str, topic: str, payload: bytes, *, retain: bool, by: Listener | None
    ) -> None:
        """A message became durable: retain it if asked, and pass it on."""
        if retain:
            self._retain(operator, topic, payload)
        for listener in self._listeners.get(operator, ()):
            self._pass_on(listener, topic, payload, retain=retain, by=by)

    def _pass_on(
        self, listener: Listener, topic: str, payload: bytes, *, retain: bool, by: Listener | None
    ) -> None:
        for wanted in listener.wanted.values():
            if matches(wanted.topic_filter, topic) and not (wanted.no_local and listener is by):
                listener.deliver(topic, payload, retain=retain and wanted.keep_retain)
                return

    def _retain(self, operator: str, topic: str, payload: bytes) -> None:
        kept = self._retained.setdefault(operator, {})
        if not payload:
            self._retained_total -= kept.pop(topic, None) is not None
        elif topic in kept or self._retained_total < RETAINED_MAX:
            self._retained_total += topic not in kept
            kept[topic] = payload
