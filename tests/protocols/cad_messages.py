"""Messages between this house and 119, with every field defaulted."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from wanghuo.protocols import cad_119
from wanghuo.protocols.cad_119 import Callback, Coded, Notification, Report, Words

AT = datetime(2026, 6, 1, 4, 0, 5, tzinfo=UTC)
NUMBER = "20260601-XP-0001"


def a_report(**changed: object) -> Report:
    made = Report(
        level=3,
        confirmed=True,
        certainty=Coded("confirmed", "已确认起火", "confirmed"),
        category=Coded("industrial", "工业企业", "industry"),
        place=cad_119.site(
            (121.25, 30.3),
            id="P1",
            name="宏达塑料",
            address="1 Lane",
            town="新浦镇",
            town_code="330282105",
        ),
        sensed=Words("有人确认起火", "A person confirmed fire"),
        text=Words("新浦镇宏达塑料", "Hongda, Xinpu"),
        callback=Callback("057463000000", "http://here/api/v1/cad119/messages"),
        opened_at=AT,
        people=62,
    )
    return msgspec.structs.replace(made, **changed)


def a_notification(**changed: object) -> Notification:
    made = Notification(
        schema=cad_119.SCHEMA,
        id="n1",
        sequence=2,
        incident=NUMBER,
        notice_id="n1",
        sent_at=AT,
        report=a_report(),
    )
    return msgspec.structs.replace(made, **changed)


def a_reply(kind: str = "accepted", sequence: int = 1, **more: Any) -> bytes:
    """What 119 says, as bytes. None as a value leaves the field out."""
    said = {
        "kind": kind,
        "schema": cad_119.SCHEMA,
        "id": f"m{sequence}",
        "sequence": sequence,
        "incident": NUMBER,
        "sent_at": "2026-06-01T12:00:09+08:00",
        **more,
    }
    return msgspec.json.encode({k: v for k, v in said.items() if v is not None})
