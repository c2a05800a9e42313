"""The built cockpit: its files, compressed once, and its first page for every path it draws.

Files under assets/ carry a hash of their content in their names and may be kept for ever; every
other file is asked for again and answered 304 while it has not changed.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

KEEP_FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
COMPRESS_FROM_BYTES = 1024
FILE_SIZE_KEPT_MAX_BYTES = 8 << 20  # larger files are read for each request
TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css",
    ".html": "text/html", ".json": "application/json", ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json", ".woff2": "font/woff2", ".map": "application/json",
    ".geojson": "application/geo+json", ".txt": "text/plain", ".wasm": "application/wasm",
}  # fmt: skip
COMPRESSIBLE = ("text/", "application/json", "application/manifest", "application/geo", "image/svg",
    "application/wasm")  # fmt: skip
NOT_BUILT = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>望火 Wanghuo</title></head><body>
<h1>望火 Wanghuo</h1>
<p>页面尚未构建。请在项目目录运行 <code>make cockpit</code>，然后刷新本页。接口已可使用。</p>
<p>The cockpit is not built yet. Run <code>make cockpit</code> in the project folder and reload
this page. The API is at work: <a href="/api/openapi.json">/api/openapi.json</a>.</p>
</body></html>
"""


@dataclass(frozen=True)
class _Kept:
    """One file as it is sent. packed: gzip, b"" where it does not pay."""

    stamp: tuple[int, int]
    plain: bytes
    packed: bytes
    etag: str
    media_type: str


class Cockpit:
    """Serves a folder. An ASGI application for paths that no route has taken."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._kept: dict[Path, _Kept] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer GET and HEAD; everything else, and /api/, is not here."""
        if scope["type"] != "http":
            raise HTTPException(HTTPStatus.NOT_FOUND)
        request = Request(scope)
        if scope["path"].startswith("/api/") or request.method not in {"GET", "HEAD"}:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        await self.answer(request)(scope, receive, send)

    def answer(self, request: Request) -> Response:
        """The file, the cockpit's first page for a path without a file, or a word how to build."""
        found = self._file(request.url.path)
        if found is None:
            if "." in request.url.path.rpartition("/")[2]:
                raise HTTPException(HTTPStatus.NOT_FOUND)
            found = self._file("/index.html")
        if found is None:
            return Response(NOT_BUILT, HTTPStatus.SERVICE_UNAVAILABLE, {"Cache-Control": ASK_AGAIN},
                "text/html; charset=utf-8")  # fmt: skip
        keep = found.relative_to(self._folder).parts[0] == "assets"
        return _response(request, self._read(found), keep=keep)

    def file(self, request: Request, path: str) -> Response:
        """One file for whatever path was asked, or a word how to build it."""
        found = self._file(path)
        if found is None:
            return Response(NOT_BUILT, HTTPStatus.SERVICE_UNAVAILABLE, {"Cache-Control": ASK_AGAIN},
                "text/html; charset=utf-8")  # fmt: skip
        return _response(request, self._read(found), keep=False)

    def _file(self, path: str) -> Path | None:
        """The file of the folder under this path; None for a folder or anything outside."""
        if "\0" in path:
            return None
        wanted = (self._folder / path.lstrip("/")).resolve()
        inside = wanted.is_relative_to(self._folder)
        return wanted if inside and wanted.is_file() else None

    def _read(self, path: Path) -> _Kept:
        """The file as it is on disk now."""
        about = path.stat()
        stamp = (about.st_mtime_ns, about.st_size)
        kept = self._kept.get(path)
        if kept is not None and kept.stamp == stamp:
            return kept
        plain = path.read_bytes()
        media_type = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or ""
        media_type = media_type or "application/octet-stream"
        pays = media_type.startswith(COMPRESSIBLE) and len(plain) >= COMPRESS_FROM_BYTES
        packed = gzip.compress(plain, 6, mtime=0) if pays else b""
        etag = f'"{hashlib.sha256(plain).hexdigest()[:20]}"'
        made = _Kept(stamp, plain, packed, etag, media_type)
        if len(plain) <= FILE_SIZE_KEPT_MAX_BYTES:
            self._kept[path] = made
        return made


def _response(request: Request, file: _Kept, *, keep: bool) -> Response:
    """The file in the encoding that the browser takes; 304 if it has this very content."""
    headers = {
        "ETag": file.etag,
        "Cache-Control": KEEP_FOR_EVER if keep else ASK_AGAIN,
        "Vary": "Accept-Encoding",
    }
    if file.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    body = file.plain
    if file.packed and "gzip" in request.headers.get("accept-encoding", ""):
        body, headers["Content-Encoding"] = file.packed, "gzip"
    charset = "; charset=utf-8" if file.media_type.startswith("text/") else ""
    headers["Content-Type"] = file.media_type + charset
    headers["Content-Length"] = str(len(body))
    return Response(b"" if request.method == "HEAD" else body, HTTPStatus.OK, headers)
