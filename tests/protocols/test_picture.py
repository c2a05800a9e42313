"""A picture is told by its bytes, and is kept without a word of where and by whom it was taken."""

import pytest
from tests.sights.makers import a_jpeg, a_png, a_webp, exif, segment, tiff

from wanghuo.protocols import picture
from wanghuo.protocols.picture import PictureError

HERE = tiff(121.25, 30.3)
TOLD = b"made by somebody"


@pytest.mark.parametrize(
    ("data", "kind", "size"),
    [
        (a_jpeg(), "image/jpeg", (8, 8)),
        (a_png(5, 7), "image/png", (5, 7)),
        (a_webp(), "image/webp", (16, 9)),
    ],
)
def test_the_three_kinds_are_known_with_their_size(
    data: bytes, kind: str, size: tuple[int, int]
) -> None:
    seen = picture.read(data)
    assert (seen.media_type, (seen.width, seen.height)) == (kind, size)
    assert seen.taken_from is None


@pytest.mark.parametrize(
    "data",
    [
        a_jpeg(exif(121.25, 30.3), segment(0xFE, TOLD), segment(0xE1, b"http://ns.adobe/" + TOLD)),
        a_png(2, 2, (b"tEXt", TOLD), (b"eXIf", HERE)) + TOLD,
        a_webp((b"EXIF", HERE), (b"XMP ", TOLD)),
        a_jpeg(exif(121.25, 30.3)) + TOLD,
    ],
)
def test_place_and_maker_are_read_and_are_gone_afterwards(data: bytes) -> None:
    seen = picture.read(data)
    assert seen.taken_from is not None
    assert (round(seen.taken_from.lon, 4), round(seen.taken_from.lat, 4)) == (121.25, 30.3)
    kept = picture.bare(data)
    assert TOLD not in kept
    assert b"Exif" not in kept
    after = picture.read(kept)
    assert after.taken_from is None
    assert (after.width, after.height) == (seen.width, seen.height)


def test_south_and_west_are_negative() -> None:
    seen = picture.read(a_jpeg(exif(-58.4, -34.6)))
    assert seen.taken_from is not None
    assert (round(seen.taken_from.lon, 3), round(seen.taken_from.lat, 3)) == (-58.4, -34.6)


def test_a_jpeg_keeps_which_way_up_it_is_and_nothing_else() -> None:
    kept = picture.bare(a_jpeg(exif(121.25, 30.3, turned=6)))
    assert picture.read(kept).taken_from is None
    again = picture.bare(kept)
    assert again == kept
    assert kept.count(b"Exif\0\0") == 1
    assert len(kept) < len(a_jpeg()) + 50


def test_a_picture_without_anything_to_hide_is_unchanged() -> None:
    assert picture.bare(a_png()) == a_png()
    assert picture.bare(a_jpeg()) == a_jpeg()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"%PDF-1.7",
        b"\xff\xd8\xff",
        a_jpeg()[:30],
        a_png()[:30],
        a_webp()[:20],
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0\x00\x00",
        a_png(0, 5),
    ],
)
def test_what_no_browser_shows_is_refused(data: bytes) -> None:
    with pytest.raises(PictureError) as refused:
        picture.bare(data)
    assert refused.value.reason == "not_a_picture"


def test_a_picture_that_would_fill_the_memory_of_a_browser_is_refused() -> None:
    small = a_png(2, 2)
    huge = small.replace(b"\0\0\0\2\0\0\0\2", b"\0\0\xff\xff\0\0\xff\xff")
    with pytest.raises(PictureError) as refused:
        picture.read(huge)
    assert refused.value.reason == "too_many_pixels"
