"""A report set as PDF by Typst with the font that the product ships: text and pictures in.

Rule 1. Nothing of the machine is read, neither fonts nor files, but a folder made for this report.
Rule 2. Nothing that was written or taken keeps a report back: what cannot be archival is a plain
        PDF, and a picture that cannot be set is left out; its caption and digest stay.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal

import msgspec
import noto_cjk_sans_otc
import typst

Row = dict[str, Any]
Pictures = Mapping[str, tuple[str, bytes]]  # by SHA-256: the ending of a file name, and the bytes
MEDIA_TYPE: Final = "application/pdf"
Standard = Literal["a-2u", "1.7"]
ARCHIVAL: Final[Standard] = "a-2u"  # PDF/A: fonts inside, text that can be searched
PLAIN: Final[Standard] = "1.7"
MAIN: Final = "main.typ"
CASE: Final = "case.json"  # as case_paper.typ names it


def printed(document: Row, pictures: Pictures, at: datetime) -> bytes:
    """The PDF. at: when it is made. Takes up to half a second."""
    tries: list[tuple[Pictures, Standard]] = [
        (pictures, ARCHIVAL),
        (pictures, PLAIN),
        ({}, ARCHIVAL),
    ]
    for shown, standard in tries:
        try:
            return _set(document, shown, at, standard)
        except typst.TypstError:
            continue
    return _set(document, {}, at, PLAIN)


def _set(document: Row, pictures: Pictures, at: datetime, standard: Standard) -> bytes:
    names = {digest: f"{digest}.{ending}" for digest, (ending, _) in pictures.items()}
    shown = document["pictures"]
    items = [{**one, "file": names.get(one["sha256"], "")} for one in shown["items"]]
    case = {**document, "pictures": {**shown, "items": items}}
    parts = {names[digest]: data for digest, (_, data) in pictures.items()}
    with TemporaryDirectory(prefix="wanghuo-report-") as folder:
        for name, data in {MAIN: _look(), CASE: msgspec.json.encode(case), **parts}.items():
            Path(folder, name).write_bytes(data)
        made = typst.compile(
            Path(folder, MAIN),
            root=Path(folder),
            font_paths=[Path(noto_cjk_sans_otc.__file__).parent],
            ignore_system_fonts=True,
            pdf_standards=standard,
            timestamp=at.replace(microsecond=0),
        )
    assert isinstance(made, bytes)
    return made


@cache
def _look() -> bytes:
    return files("wanghuo.incidents").joinpath("case_paper.typ").read_bytes()
