"""Word documents, mail, tables, and archives of any files: what one file may hold many of."""

from __future__ import annotations

import csv
import email
import email.policy
import io
import tarfile
import zipfile
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import PurePosixPath
from typing import Any

from assistant.reading.articles import Unreadable
from assistant.reading.wire import text_of_html

_MOST_FILES = 20_000
_MOST_BYTES = 1_000_000_000  # unpacked, of all files together
_LARGEST = 64_000_000  # bytes of one of them
_MOST_TIMES = 200  # as large as it was packed: text shrinks to a tenth, a bomb to a thousandth
_SMALL = 1_000_000  # bytes that any file may have, however well it was packed

Fields = dict[str, Any]


def read_docx(data: bytes) -> Fields:
    """The fields of a Word document: its properties, and its paragraphs as text.

    Raises:
        Unreadable: it is none.
    """
    import docx

    for _ in _unpacked(data):  # a document is a zip, and may be a bomb
        pass
    try:
        document = docx.Document(io.BytesIO(data))
    except Exception as error:  # noqa: BLE001 - python-docx raises whatever zip and lxml do
        raise Unreadable(f"no Word document: {type(error).__name__}") from None
    own = document.core_properties
    paragraphs = [one.text.strip() for one in document.paragraphs if one.text.strip()]
    styled = ((p.text, p.style.name) for p in document.paragraphs if p.style is not None)
    heading = next((text for text, style in styled if style in ("Title", "Heading 1")), "")
    if heading and paragraphs[:1] == [heading.strip()]:
        paragraphs = paragraphs[1:]
    return {
        "title": heading or own.title,
        "byline": own.author,
        "published": own.created.date() if own.created else None,
        "text": "\n\n".join(paragraphs),
    }


def read_mail(data: bytes) -> Fields:
    """The fields of a message (RFC 5322), as press releases come: its text, else its HTML's."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    body = message.get_body(("plain", "html"))
    if body is None or not message["from"]:
        raise Unreadable("no message with a text")
    content = str(body.get_content())
    sent = message["date"]
    try:
        day = parsedate_to_datetime(str(sent)).date() if sent else None
    except ValueError:
        day = None
    sender = message["from"].addresses[0] if message["from"].addresses else None
    return {
        "id": str(message["message-id"] or "").strip("<> ") or None,
        "title": str(message["subject"] or ""),
        "outlet": (sender.display_name or sender.domain) if sender else None,
        "published": day,
        "text": text_of_html(content) if body.get_content_type() == "text/html" else content,
    }


def read_table(text: str) -> Iterator[Fields]:
    """The rows of a table as CSV, its first line the names of the fields (docs/articles.md).

    Raises:
        Unreadable: it has no column of texts.
    """
    try:
        dialect: Any = csv.Sniffer().sniff(text[:10_000], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    rows = csv.DictReader(io.StringIO(text, newline=""), dialect=dialect)
    names = [name.strip().lower() for name in rows.fieldnames or ()]
    if "text" not in names:
        raise Unreadable("no column is called text")
    rows.fieldnames = names
    for row in rows:
        yield {name: value for name, value in row.items() if name and isinstance(value, str)}


def members(data: bytes) -> Iterator[tuple[str, bytes | Unreadable]]:
    """The files of a zip or tar, each with its name, or why it is not read.

    Hidden files are passed over, links and what would lie outside are named. Nothing is written.

    Raises:
        Unreadable: it is neither, or grows beyond what files of text do.
    """
    if zipfile.is_zipfile(io.BytesIO(data)):
        yield from _unpacked(data)
        return
    try:
        packed = tarfile.open(fileobj=io.BytesIO(data))  # noqa: SIM115 - closed below
    except (tarfile.TarError, EOFError, OSError) as error:
        raise Unreadable(f"neither zip nor tar: {error}") from None
    with packed:
        room = _Room(len(data))
        for one in packed:
            if one.isdir() or _is_hidden(one.name):
                continue
            if not one.isreg() or _is_outside(one.name):
                yield one.name, Unreadable("a link, or it would lie outside")
                continue
            room.take(one.size)
            opened = packed.extractfile(one)
            yield one.name, opened.read() if opened else b""


def _unpacked(data: bytes) -> Iterator[tuple[str, bytes | Unreadable]]:
    room = _Room(len(data))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for one in packed.infolist():
                if one.is_dir() or _is_hidden(one.filename):
                    continue
                if _is_outside(one.filename) or one.external_attr >> 28 == 0xA:
                    yield one.filename, Unreadable("a link, or it would lie outside")
                elif one.flag_bits & 1:
                    yield one.filename, Unreadable("encrypted")
                else:
                    room.take(one.file_size)
                    with packed.open(one) as opened:  # whatever size it claims
                        yield one.filename, opened.read(one.file_size + 1)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise Unreadable(f"a zip that cannot be read: {error}") from None


class _Room:
    """What may be unpacked of so many bytes."""

    def __init__(self, packed: int) -> None:
        self._most = min(_MOST_BYTES, max(_SMALL, packed * _MOST_TIMES))
        self._files = 0

    def take(self, size: int) -> None:
        """So many bytes more.

        Raises:
            Unreadable: they are too many, or this is one file too many.
        """
        self._most -= size
        self._files += 1
        if self._most < 0 or size > _LARGEST or self._files > _MOST_FILES:
            raise Unreadable("it unpacks to more than files of text do")


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") and part != ".." for part in PurePosixPath(name).parts)


def _is_outside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in path.parts[0]
