"""The place, people and device of the synthetic fire that travels the whole chain every minute.

They exist in every city, generated or loaded. The place has test = true and the device belongs to
the operator `test`, so that no count and no list holds them.
"""

from datetime import date
from typing import Final, NamedTuple

from wanghuo.premises.city_devices import DeviceRow, SenderRow
from wanghuo.premises.model import (
    TEST_CONTACT_ID,
    TEST_DEVICE_ID,
    TEST_OPERATOR_ID,
    TEST_ORIGIN,
    TEST_PLACE_ID,
    TEST_SENDER,
    TEST_UNIT_ID,
    Contact,
    ContactRole,
    OwnerKind,
    Place,
    Town,
    Unit,
)

TEST_PHONE: Final = "16400000000"


class Synthetic(NamedTuple):
    """The records; devices/store takes the last two."""

    unit: Unit
    place: Place
    contact: Contact
    sender: SenderRow
    device: DeviceRow


def records(town: Town) -> Synthetic:
    """Everything the synthetic fire needs, in this town."""
    name = "合成火自检点"
    unit = Unit(TEST_UNIT_ID, name, "", town.code)
    place = Place(
        TEST_PLACE_ID, TEST_UNIT_ID, name, "industrial", "系统自检，无实际地点", town.code, "", "",
        town.lon, town.lat, test=True,
    )  # fmt: skip
    contact = Contact(
        TEST_CONTACT_ID, OwnerKind.UNIT, TEST_UNIT_ID, town.code, "合成火自检接收人",
        ContactRole.RESPONSIBLE, TEST_PHONE, verified=True, sequence=1,
    )  # fmt: skip
    sender = SenderRow(TEST_SENDER, TEST_PLACE_ID, town.code, TEST_OPERATOR_ID, "standard")
    device = DeviceRow(
        TEST_DEVICE_ID, TEST_ORIGIN, TEST_SENDER, TEST_PLACE_ID, town.code, "smoke",
        TEST_OPERATOR_ID, "自检", "standard", date(2023, 4, 6), out_of_service=False,
    )  # fmt: skip
    return Synthetic(unit, place, contact, sender, device)
