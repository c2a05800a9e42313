"""On what terms a client is let in: its id, its will, and what a 5.0 client may count on."""

from wanghuo.identity import new_secret
from wanghuo.protocols import mqtt_packet, mqtt_topic
from wanghuo.protocols import mqtt_properties as properties
from wanghuo.protocols.mqtt_packet import LEVEL_3, LEVEL_5, Connect
from wanghuo.protocols.mqtt_properties import MqttError, Reason, Value
from wanghuo.protocols.mqtt_topic import Address

PACKET_SIZE_MAX_BYTES = 64 * 1024
WINDOW = 1024  # Receive Maximum: unacknowledged QoS 1 and 2 messages
KEEP_ALIVE_MAX_S = 3600
KEEP_ALIVE_FACTOR = 1.5

Will = tuple[Address, bytes, bool]  # where, what, retained


def client_id_of(asked: Connect) -> str:
    """The id that the client gave, or one for it. Raises MqttError."""
    given = asked.client_id
    if len(given) > mqtt_packet.CLIENT_ID_SIZE_MAX_CHARS or (
        not given and asked.level == LEVEL_3 and not asked.clean
    ):
        raise MqttError(Reason.BAD_CLIENT_ID, "bad_client_id")
    return given or f"auto-{new_secret(9)}"


def will_of(asked: Connect, operator: str) -> Will | None:
    """The will, if it goes where `operator` may publish. Raises MqttError."""
    if asked.will is None:
        return None
    address = mqtt_topic.address_of(asked.will.topic, operator)
    if address is None:
        raise MqttError(Reason.NOT_AUTHORIZED, "will_not_allowed")
    return address, asked.will.payload, asked.will.retain


def keep_alive_of(asked: Connect) -> int:
    """Seconds; 0 for none. A 5.0 client is told ours when it asks for none or for too long."""
    wanted_s = asked.keep_alive_s
    if asked.level == LEVEL_5 and not 0 < wanted_s <= KEEP_ALIVE_MAX_S:
        return KEEP_ALIVE_MAX_S
    return wanted_s


def terms_of(asked: Connect, client_id: str) -> dict[int, Value]:
    """The properties of the CONNACK."""
    said: dict[int, Value] = {
        properties.SESSION_EXPIRY: 0,
        properties.RECEIVE_MAXIMUM: WINDOW,
        properties.PACKET_SIZE_MAX: PACKET_SIZE_MAX_BYTES,
        properties.SUBSCRIPTION_IDS_AVAILABLE: 0,
        properties.SHARED_AVAILABLE: 0,
    }
    if keep_alive_of(asked) != asked.keep_alive_s:
        said[properties.SERVER_KEEP_ALIVE] = keep_alive_of(asked)
    if not asked.client_id:
        said[properties.ASSIGNED_CLIENT_ID] = client_id
    return said
