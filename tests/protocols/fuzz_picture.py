"""Fuzz targets: pictures of people and cameras."""

from tests.fuzz_codecs import Target
from tests.sights.makers import a_jpeg, a_png, a_webp, exif, tiff

from wanghuo.protocols import picture
from wanghuo.protocols.picture import PictureError

SAMPLES = [
    a_jpeg(),
    a_jpeg(exif(121.25, 30.3, turned=6)),
    a_png(3, 2, (b"tEXt", b"Comment\0here"), (b"eXIf", tiff(121.25, 30.3))),
    a_webp((b"EXIF", tiff(121.25, 30.3)), (b"XMP ", b"<x/>")),
]


def _read_and_bare(data: bytes) -> None:
    seen = picture.read(data)
    again = picture.read(picture.bare(data))
    assert again.taken_from is None
    assert again.media_type == seen.media_type


TARGETS = [Target("picture", SAMPLES, _read_and_bare, (PictureError,))]
