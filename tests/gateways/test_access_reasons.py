"""Every code under which these doors keep bytes has words and a remedy."""

import re
from pathlib import Path

from wanghuo.gateways.access_reasons import ACCESS_REASONS

SOURCE = Path(__file__).parents[2] / "src" / "wanghuo"
ROOMS = [
    *sorted((SOURCE / "protocols").glob("carriers_*.py")),
    *sorted((SOURCE / "protocols").glob("mqtt_*.py")),
    SOURCE / "protocols" / "vendor_json.py",
]
CODES = re.compile(r'(?:PushError\(|malformed\(|MqttError\(Reason\.\w+, )"(\w+)"')
KEPT_NOWHERE = {"bad_client_id"}  # answered in the CONNACK alone


def test_every_code_has_words_in_both_languages() -> None:
    told = {code for room in ROOMS for code in CODES.findall(room.read_text(encoding="utf-8"))}
    assert len(told) > 15
    assert told - set(ACCESS_REASONS) - KEPT_NOWHERE == set()
    for reason in ACCESS_REASONS.values():
        assert all((reason.zh, reason.en, reason.remedy_zh, reason.remedy_en))
