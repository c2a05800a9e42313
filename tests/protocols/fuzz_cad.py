"""Fuzz targets: what 119's machine sends."""

from tests.fuzz_codecs import Target
from tests.protocols.cad_messages import a_notification, a_reply

from wanghuo.protocols import cad_119
from wanghuo.protocols.cad_119 import MessageError

SAMPLES = [
    cad_119.written(a_notification()),
    a_reply("accepted", case="119-7"),
    a_reply("rejected", 2, reason="bad_address", note="没有这条路"),
    a_reply("dispatched", 3, units=["周巷中队"]),
    a_reply("on_scene", 4),
    a_reply("closed", 5, result="扑灭"),
    a_reply("update", 6, note="从南门进"),
]
TARGETS = [Target("cad_119", SAMPLES, cad_119.read, (MessageError,))]
