"""What a label on a device says to a telephone: the device's own page, as a QR code. Pure."""

from typing import Final
from urllib.parse import quote

import segno

LABELS_MAX: Final = 500  # on one sheet
BORDER_MODULES: Final = 4  # the quiet zone that ISO/IEC 18004 asks for


def page_of(address: str, device_id: str) -> str:
    """Where the device's page opens. address: this house as telephones reach it."""
    return f"{address}/#/devices/{quote(device_id, safe='')}"


def picture(text: str) -> str:
    """A QR code of the text as a data URI of SVG; a quarter of it may be scratched away."""
    made: str = segno.make(text, error="q", micro=False).svg_data_uri(
        scale=4, border=BORDER_MODULES
    )
    return made
