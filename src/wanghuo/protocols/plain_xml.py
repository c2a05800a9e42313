"""XML without its dangers: elements, attributes and text, and nothing else.

A document type is refused at its first byte, so there are no entities; size, depth and number of
elements are bounded. GB 2312 and GBK, which expat does not know, are decoded here.
Invariant (fuzzed). Any bytes give a Node or XmlError, and never another error.
"""

import re
from collections.abc import Iterator
from typing import Final
from xml.parsers import expat  # no entities can be declared: a document type is refused

SIZE_MAX_BYTES: Final = 512 * 1024
DEPTH_MAX: Final = 40
ELEMENTS_MAX: Final = 5000
_DECLARED: Final = re.compile(
    rb"\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.-]{1,20})[\"'][^>]{0,100}\?>"
)
_PROLOGUE: Final = re.compile(r"\A\s*<\?xml[^>]{0,300}\?>")
_CHINESE: Final = frozenset({"gb2312", "gbk", "gb18030"})


class XmlError(ValueError):
    """Bytes that are no XML that we read."""


class Node:
    """An element. name and attributes without their prefixes."""

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.children: list[Node] = []
        self.text = ""

    def all(self, name: str) -> Iterator["Node"]:
        """Every element of this name below, in the order of the document."""
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.all(name)

    def first(self, name: str) -> "Node | None":
        """The first element of this name below."""
        return next(self.all(name), None)

    def word(self, name: str) -> str:
        """The stripped text of the first element of this name below, or ""."""
        found = self.first(name)
        return found.text.strip() if found is not None else ""


class _Builder:
    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > ELEMENTS_MAX or len(self._open) >= DEPTH_MAX:
            raise XmlError("too deep or too many elements")
        node = Node(_local(name), {_local(key): value for key, value in attributes.items()})
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def end(self, _name: str) -> None:
        self._open.pop()

    def text(self, data: str) -> None:
        if self._open:
            self._open[-1].text += data


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _refused(*_args: object) -> None:
    raise XmlError("a document type is not read")


def parse(data: bytes) -> Node:
    """The root of a document. Raises XmlError."""
    if len(data) > SIZE_MAX_BYTES:
        raise XmlError("too large")
    builder = _Builder()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = _refused
    parser.EntityDeclHandler = _refused
    try:
        parser.Parse(_text(data).encode("utf-8"), True)  # noqa: FBT003 - expat's own: the last part
    except (expat.ExpatError, UnicodeError, LookupError) as error:
        raise XmlError(str(error)) from error
    if builder.root is None:
        raise XmlError("no element")
    return builder.root


def _text(data: bytes) -> str:
    """The document as text without its declaration."""
    declared = _DECLARED.match(data)
    encoding = declared.group(1).decode("ascii").lower() if declared else "utf-8-sig"
    chinese = encoding in _CHINESE
    if not chinese and encoding not in {"utf-8", "utf8", "us-ascii", "ascii", "utf-8-sig"}:
        raise XmlError(f"the encoding {encoding} is not read")
    text = data.decode("gb18030" if chinese else "utf-8-sig", "replace")
    return _PROLOGUE.sub("", text).lstrip()
