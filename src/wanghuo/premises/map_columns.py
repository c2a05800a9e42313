"""Every place of the map in columns: 52,000 places in one answer that a browser keeps."""

import gzip
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from wanghuo.identity import derived
from wanghuo.premises.categories import Category
from wanghuo.premises.model import Town

GZIP_LEVEL: Final = 5


class Columns(msgspec.Struct):
    """The answer of /map/places.

    category, town: positions in categories and towns. sleeping: 0 or 1.
    """

    ids: list[str]
    lon: list[float]
    lat: list[float]
    category: list[int]
    town: list[int]
    sleeping: list[int]
    categories: list[dict[str, str]]
    towns: list[dict[str, str]]


class Packed(msgspec.Struct, frozen=True):
    """The answer as bytes, plain and gzip, with its ETag."""

    etag: str
    plain: bytes
    gzipped: bytes


def etag(version: str, scope: str) -> str:
    """The ETag of the map of these towns at this version."""
    return f'"{derived("map", version, scope)}"'


def pack(
    rows: Iterable[Any],
    categories: Mapping[str, Category],
    towns: Iterable[Town],
    tag: str,
) -> Packed:
    """rows: (id, lon, lat, category, town_code, sleeping)."""
    listed = list(towns)
    codes = list(categories)
    category_at = {code: at for at, code in enumerate(codes)}
    town_at = {town.code: at for at, town in enumerate(listed)}
    made = Columns([], [], [], [], [], [], [], [])
    for place_id, lon, lat, category, town_code, sleeping in rows:
        if category not in category_at:
            category_at[category] = len(codes)
            codes.append(category)
        made.ids.append(place_id)
        made.lon.append(lon)
        made.lat.append(lat)
        made.category.append(category_at[category])
        made.town.append(town_at[town_code])
        made.sleeping.append(int(sleeping))
    for code in codes:
        known = categories.get(code)
        zh, en = (known.zh, known.en) if known else (code, code)
        made.categories.append({"code": code, "zh": zh, "en": en})
    made.towns = [{"code": t.code, "name": t.name, "short": t.short} for t in listed]
    plain = msgspec.json.encode(made)
    return Packed(tag, plain, gzip.compress(plain, GZIP_LEVEL, mtime=0))
