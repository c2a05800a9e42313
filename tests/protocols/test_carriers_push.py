"""Envelopes and proofs of the carriers' pushes."""

import base64
import hashlib
import json
from datetime import UTC, datetime

import pytest

from wanghuo.protocols import carriers_ctwing, carriers_iotda, carriers_onenet, carriers_signature
from wanghuo.protocols.carriers_report import PushError, delivery_of, moment_of, signals_of

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TOKEN = "abcdefgh"


def onenet_body(
    message: str, *, quoted: bool, token: str = TOKEN, nonce: str = "C1z3?giR"
) -> bytes:
    digest = hashlib.md5((token + nonce + message).encode(), usedforsecurity=False).digest()
    signature = base64.b64encode(digest).decode()
    held = json.dumps(message) if quoted else message
    return f'{{"msg":{held},"nonce":"{nonce}","msg_signature":"{signature}"}}'.encode()


def test_the_published_sorted_hash_is_reproduced() -> None:
    right = "c259ed29ec13ba7c649fe0893007401a36e70453"
    assert carriers_signature.sorted_hash("aaa", "1604458421", "IkOaKMDalrAzUTxC", "sha1") == right


def test_onenet_signs_the_raw_text_of_an_object_with_its_own_spacing() -> None:
    message = (
        '{"type": 1,  "dev_id":2016617,"ds_id":"3407_0_6046", "at":1466133706841,"value":true}'
    )
    push = carriers_onenet.decode(onenet_body(message, quoted=False), TOKEN)
    signal = signals_of(push, "onenet", NOW)[0]
    assert (signal.kind, signal.sensor, signal.sender) == ("fire", "smoke", "onenet:2016617")
    assert push.raw == message.encode()


def test_the_new_onenet_signs_the_text_inside_the_string() -> None:
    message = json.dumps({"deviceName": "d1", "data": {"params": {"smoke_state": {"value": 1}}}})
    push = carriers_onenet.decode(onenet_body(message, quoted=True), TOKEN)
    assert signals_of(push, "onenet", NOW)[0].kind == "fire"


def test_a_changed_message_has_a_bad_signature() -> None:
    body = onenet_body('{"type":1,"dev_id":1,"value":0}', quoted=False)
    with pytest.raises(PushError) as caught:
        carriers_onenet.decode(body.replace(b'"value":0', b'"value":1'), TOKEN)
    assert caught.value.reason == "bad_signature"


def test_onenet_tells_many_messages_in_one_push() -> None:
    message = '[{"type":2,"dev_id":1,"status":0},{"type":7,"dev_id":2,"cmd_id":"c"}]'
    push = carriers_onenet.decode(onenet_body(message, quoted=False), TOKEN)
    signals = signals_of(push, "onenet", NOW)
    assert [s.kind for s in signals] == ["offline", "operation"]
    assert signals[0].digest != signals[1].digest


def test_the_address_check_accepts_a_blank_for_a_plus() -> None:
    nonces = (f"n{i}" for i in range(1000))
    nonce = next(n for n in nonces if "+" in carriers_signature.onenet(TOKEN, n, "hello"))
    signature = carriers_signature.onenet(TOKEN, nonce, "hello")
    assert carriers_onenet.checked(TOKEN, nonce, "hello", signature.replace("+", " "))
    assert not carriers_onenet.checked(TOKEN, nonce, "other", signature)


def test_iotda_properties_become_signals_at_their_own_time() -> None:
    body = json.dumps(
        {
            "resource": "device.property",
            "event": "report",
            "event_time": "20261122T075900Z",
            "notify_data": {
                "header": {"device_id": "p_1", "node_id": "860000000000001"},
                "body": {
                    "services": [
                        {"service_id": "s", "properties": {"Alarm_Status": 1, "TData": 61}}
                    ]
                },
            },
        }
    ).encode()
    fire, heat = signals_of(carriers_iotda.decode(body), "iotda", NOW)
    assert (fire.kind, fire.sender) == ("fire", "iotda:860000000000001")
    assert fire.happened_at == datetime(2026, 11, 22, 7, 59, tzinfo=UTC)
    assert heat.value == 61


def test_ctwing_tells_that_a_device_went_away() -> None:
    body = b'{"messageType":"deviceOnlineOfflineReport","eventType":0,"deviceId":"d","timestamp":1}'
    assert signals_of(carriers_ctwing.decode(body), "ctwing", NOW)[0].kind == "offline"


def test_the_same_push_again_is_the_same_delivery() -> None:
    body = b'{"messageType":"dataReport","IMEI":"8","timestamp":1606982320277,"payload":{}}'
    first, again = (signals_of(carriers_ctwing.decode(body), "ctwing", NOW)[0] for _ in range(2))
    assert (first.digest, delivery_of(first)) == (again.digest, delivery_of(again))


@pytest.mark.parametrize("said", ["", "x", "-1e300", "9" * 40, None, {}, True])
def test_an_unusable_time_is_no_time(said: object) -> None:
    assert moment_of(said) is None


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"msg":3,"nonce":"a"}', b"{" * 5000])
def test_garbage_is_named_garbage(body: bytes) -> None:
    for codec in (carriers_ctwing, carriers_iotda, carriers_onenet):
        with pytest.raises(PushError):
            codec.decode(body)
