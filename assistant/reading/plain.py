"""Plain text, Markdown with front matter, and JSON."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Iterator
from email.message import Message
from functools import partial
from typing import Any, BinaryIO

import yaml

from assistant.reading.articles import Unreadable

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# Those of the web (encoding.spec.whatwg.org); Python knows others, which are no encodings of text.
_CHARSETS = re.compile(
    r"utf-?8|us-ascii|latin-?1|iso-?8859-\d+|windows-\d+|cp\d+|koi8-[ru]|gb\w+|big5\w*"
    r"|shift[_-]?jis|euc-\w+|iso-2022-jp|macintosh"
)
# What the web means by a name (encoding.spec.whatwg.org): quotation marks are among the difference.
_AS_MEANT = dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "latin-1", "us-ascii"), "cp1252")
_WIDE_BOMS = tuple(bom for bom, encoding in _BOMS if encoding != "utf-8")
_HEADING = re.compile(r"^#{1,6} +(?=\S)", re.MULTILINE)
_BOLD = re.compile(r"(?<![\w*])\*\*(?=[^\s*])([^*\n]{1,2000})(?<=\S)\*\*(?![\w*])")
_LINK = re.compile(r"\[([^\[\]\n]{1,2000})\]\(https?://[^\s()]{1,2000}\)")
_LARGEST_WIDE = 64_000_000  # bytes
_DATE_LINE = re.compile(r"\s*date:?\s+(\d{4}-\d{2}-\d{2})(?=\s|$)[^\S\n]*", re.IGNORECASE)
_FRONT_MATTER = re.compile(r"---[^\S\n]*\n(.*?)^---[^\S\n]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


def decode(data: bytes) -> str:
    """The text of a file: UTF-8, or what its byte order mark says.

    Raises:
        Unreadable: it is neither; the reason says what it looks like. It is not guessed at,
            since a wrong guess would put characters into quotes that nobody wrote.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                return data[len(bom) :].decode(encoding)
            except UnicodeDecodeError as error:
                raise Unreadable(f"broken {encoding.upper()} at byte {error.start}") from None
    if data and data.count(0) > len(data) / 4:
        raise Unreadable("looks like UTF-16 without a byte order mark; save it as UTF-8")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        byte = data[error.start]
        guess = "; it looks like Windows-1252, save it as UTF-8" if _is_cp1252(data) else ""
        raise Unreadable(f"not UTF-8 (byte 0x{byte:02x} at {error.start}){guess}") from None


def as_stated(content: bytes, content_type: str) -> tuple[str, bytes]:
    """A media type, and a text of it as UTF-8 where its server names another encoding.

    What is UTF-8 stays so, whatever its server says of it: no other text is that by chance.

    Args:
        content: what the server sent.
        content_type: the header of that name, or "".
    """
    stated = Message()
    stated["content-type"] = content_type
    kind = stated.get_content_type() if content_type else ""
    charset = stated.get_content_charset("")
    marked = content.startswith(tuple(bom for bom, _ in _BOMS))
    if (
        marked
        or not _CHARSETS.fullmatch(charset)
        or not (kind.startswith("text/") or "xml" in kind)
    ):
        return kind, content
    if not content.isascii():
        with contextlib.suppress(UnicodeDecodeError):
            content.decode()
            return kind, _BOMS[0][0] + content
    with contextlib.suppress(LookupError, ValueError):  # the page may say better
        return kind, _BOMS[0][0] + content.decode(_AS_MEANT.get(charset, charset)).encode()
    return kind, content


def _is_cp1252(data: bytes) -> bool:
    """Mostly ASCII, and every other byte a character of Windows-1252."""
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return sum(byte < 0x80 for byte in data) > 0.7 * len(data)


def read_text(text: str) -> dict[str, Any]:
    """Fields of a plain text; its first line may begin with ``date YYYY-MM-DD``."""
    match = _DATE_LINE.match(text)
    if match is None:
        return {"text": text}
    return {"published": match[1], "text": text[match.end() :]}


def read_markdown(text: str) -> dict[str, Any]:
    """Fields of a Markdown file: its front matter, and the rest as ``text``.

    Raises:
        Unreadable: there is no front matter, or it is not YAML of names and values.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")
    match = _FRONT_MATTER.match(text)
    if match is None:
        raise Unreadable("no front matter: a Markdown article begins with --- and its title")
    try:
        fields = yaml.safe_load(match[1])
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Unreadable(f"front matter is not YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(fields, dict):
        raise Unreadable("front matter has no names and values")
    return {**fields, "text": _without_marks(text[match.end() :])}


def _without_marks(text: str) -> str:
    """A Markdown text without the marks of headings, of bold type and of links.

    No others: "5*3*2", "1986. A great year" and "[Smith]: Yes" would lose what they say.
    """
    return _LINK.sub(r"\1", _BOLD.sub(r"\1", _HEADING.sub("", text)))


def read_json(text: str) -> list[Any]:
    """The objects of a JSON file: a list of them, or one.

    Raises:
        Unreadable: it is not JSON.
    """
    value = _parse(text)
    return value if isinstance(value, list) else [value]


def read_json_lines(file: BinaryIO, longest: int) -> Iterator[tuple[int, Any]]:
    """Line number and object, or Unreadable, of each line that is not blank.

    The file is read line by line, but for UTF-16 and UTF-32, whose bytes have no lines.

    Args:
        file: open to be read.
        longest: bytes of a line; what is longer is no article, and is not kept in memory.
    """
    wide = file.read(len(_WIDE_BOMS[0])).startswith(_WIDE_BOMS)
    file.seek(0)
    if wide:
        data = file.read(_LARGEST_WIDE + 1)
        if len(data) > _LARGEST_WIDE:
            raise Unreadable("so much UTF-16 or UTF-32 is not read; save it as UTF-8")
        file = io.BytesIO(decode(data).encode())
    for number, line in enumerate(iter(partial(file.readline, longest + 1), b""), 1):
        if len(line) > longest:
            while line and not line.endswith(b"\n"):
                line = file.readline(longest)
            yield number, Unreadable(f"a line of more than {longest / 1e6:,.0f} MB")
            continue
        if not line.strip():
            continue
        try:
            yield number, _parse(decode(line))
        except Unreadable as reason:
            yield number, reason


def checked(value: Any) -> dict[str, Any]:
    """The fields of an object of a JSON file.

    Raises:
        Unreadable: it is no object, or has neither id nor title.
    """
    if isinstance(value, Unreadable):
        raise value
    if not isinstance(value, dict):
        raise Unreadable(f"not an object but {type(value).__name__}")
    if all(value.get(name) in (None, "") for name in ("id", "title", "headline")):
        raise Unreadable("neither id nor title")
    return value


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not JSON: {error}") from None
