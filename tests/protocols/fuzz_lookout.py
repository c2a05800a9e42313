"""Fuzz targets: cameras and lookouts."""

from tests.fuzz_codecs import Target
from tests.protocols import lookout_samples as samples

from wanghuo.protocols import gb28181, lookout, onvif, plain_xml
from wanghuo.protocols.carriers_report import PushError
from wanghuo.protocols.gb28181 import SipError
from wanghuo.protocols.plain_xml import XmlError

XML = [samples.a_notify(), samples.an_alarm(), samples.an_alarm(encoding="UTF-8"), samples.BOMB]
SIP = [
    samples.a_request("MESSAGE", samples.an_alarm()),
    samples.a_request("REGISTER", b"", samples.GB_ID, "c", "Expires: 3600"),
    samples.a_request("MESSAGE", samples.an_alarm(encoding="UTF-8")),
]


def _sip(data: bytes) -> None:
    request = gb28181.read(data)
    if request is None:
        return
    gb28181.proved(request, "secret", frozenset({"n"}))
    peer = ("10.8.0.12", 5060)
    assert gb28181.answered(request, "200 OK", "t", peer).endswith(b"\r\n\r\n")
    if gb28181.command(request) == "Alarm":
        told = gb28181.alarm(request)
        made = gb28181.confirmation(told, request, samples.OWN_ID, peer, "u" * 24)
        assert made.count(b"<SN>") == 1


TARGETS = [
    Target("plain_xml", XML, plain_xml.parse, (XmlError,)),
    Target("onvif", [samples.a_notify()], lambda data: onvif.decode(data, ""), (PushError,)),
    Target("lookout_json", [samples.a_detection()], lookout.read_json, (PushError,)),
    Target("gb28181", SIP, _sip, (SipError,)),
]
