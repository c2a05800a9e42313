"""The first credentials of a deployment, as the text of DIR/credentials.toml."""

import hashlib
import json
from collections.abc import Mapping

import msgspec

Scalar = str | int
Table = Mapping[str, Scalar | list[str] | list[dict[str, Scalar]]]


class Credentials(msgspec.Struct, frozen=True):
    """Secrets in clear: they exist here, in the file, and nowhere else.

    tokens: role → API token. operator_keys: operator's name → (id, key).
    """

    login: str
    password: str
    tokens: dict[str, str]
    operator_keys: dict[str, tuple[str, str]]


def digest_of(secret: str) -> bytes:
    """What is kept of a token or key. Secrets are random and long, so one SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).digest()


def file_text(made: Credentials, examples: Mapping[str, Table]) -> str:
    """The file's text. examples: name → its table, e.g. gb26875 → {place_id, source, points, …}."""
    lines = [
        "# Credentials made at the first start. Keep this file secret; it is not read again.",
        "# 首次启动时生成的凭据。请妥善保管；系统不会再次读取本文件。",
        "",
        "[admin]",
        f"login = {_quoted(made.login)}",
        f"password = {_quoted(made.password)}",
        "",
        "# API tokens, one per role: Authorization: Bearer TOKEN",
        "[tokens]",
        *(f"{_quoted_key(role)} = {_quoted(token)}" for role, token in made.tokens.items()),
    ]
    for name, (operator_id, key) in made.operator_keys.items():
        lines += ["", f"[operators.{_quoted_key(name)}]", f"id = {_quoted(operator_id)}"]
        lines += [f"key = {_quoted(key)}"]
    for name, table in examples.items():
        lines += ["", f"[examples.{_quoted_key(name)}]"]
        lines += [f"{_quoted_key(key)} = {_value(value)}" for key, value in table.items()]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are a subset of TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _quoted_key(key: str) -> str:
    """A bare key where TOML allows one."""
    bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if bare else _quoted(key)


def _value(value: Scalar | list[str] | list[dict[str, Scalar]]) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_item(part) for part in value) + "]"
    return _quoted(value) if isinstance(value, str) else str(value)


def _item(part: str | dict[str, Scalar]) -> str:
    """A string, or an inline table."""
    if isinstance(part, str):
        return _quoted(part)
    return "{ " + ", ".join(f"{_quoted_key(k)} = {_value(v)}" for k, v in part.items()) + " }"
