"""Word documents, tables, and archives of any files: what one file may hold many of."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

import brotli

from assistant.reading.articles import Unreadable
from assistant.reading.embargo import embargo_in

_MOST_FILES = 20_000
_MOST_BYTES = 1_000_000_000  # unpacked, of all files together
_LARGEST = 64_000_000  # bytes of one of them
_MOST_TIMES = 200  # as large as it was packed: text shrinks to a tenth, a bomb to a thousandth
_SMALL = 1_000_000  # bytes that any file may have, however well it was packed

_LINK = 0xA  # the kind of a file in a zip made on Unix
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TRUTH = {"true": True, "false": False}

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
        own, body = document.core_properties, document.element.body
        paragraphs = [(_style(one), _paragraph(one)) for one in body.iter(f"{_WORD}p")]
    except Exception as error:  # noqa: BLE001 - python-docx raises whatever zip and lxml do
        raise Unreadable(f"no Word document: {type(error).__name__}") from None
    told = [(style, text) for style, text in paragraphs if text]
    headed = bool(told) and told[0][0] in ("Title", "Heading1")
    text = "\n\n".join(text for _, text in (told[1:] if headed else told))
    return {
        "title": told[0][1] if headed else own.title,
        "byline": own.author,
        "published": own.created.date() if own.created else None,
        "text": text,
        "embargo": embargo_in(text for _, text in told),
    }


def _style(paragraph: Any) -> str:
    """The name of a paragraph's style."""
    return next((str(one.get(f"{_WORD}val")) for one in paragraph.iter(f"{_WORD}pStyle")), "")


def _paragraph(paragraph: Any) -> str:
    """Its text in one line, with what was inserted and without what was struck out."""
    parts = {f"{_WORD}t": None, f"{_WORD}tab": " ", f"{_WORD}br": " "}
    told = (parts[one.tag] or one.text or "" for one in paragraph.iter(*parts))
    return " ".join("".join(told).split())


def read_table(
    text: str, columns: Mapping[str, str], longest: int
) -> Iterator[Fields | Unreadable]:
    """The rows of a table as CSV, its first line the names of the fields (docs/articles.md).

    Args:
        text: the table.
        columns: the fields that columns of other names are.
        longest: characters of a line and of a cell.

    Raises:
        Unreadable: it has no column of texts, or is longer than articles are.
    """
    head = text[:longest].partition("\n")[0]
    delimiter = max(",;\t|", key=head.count)
    csv.field_size_limit(longest)
    rows = csv.DictReader(_lines(text, longest), delimiter=delimiter)
    known = {name.strip().lower(): field.strip().lower() for name, field in columns.items()}
    names = [known.get(one, one) for one in (n.strip().lower() for n in rows.fieldnames or ())]
    if twice := {name for name in known.values() if names.count(name) > 1}:
        raise Unreadable(f"several columns are called {min(twice)} (setting reading.columns)")
    if "text" not in names:
        raise Unreadable("no column is called text")
    rows.fieldnames = names
    for row in rows:
        if row.pop(None, None):
            yield Unreadable("more cells than columns: put texts with separators into quotes")
            continue
        told = {name: value for name, value in row.items() if name and value is not None}
        yield {name: _TRUTH.get(value.strip().lower(), value) if name == "fictional" else value
               for name, value in told.items()}  # fmt: skip


def _lines(text: str, longest: int) -> Iterator[str]:
    """The lines of a text with their ends, one by one: a text may be large."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        if end - start > longest:
            raise Unreadable(f"a line of more than {longest:,} characters")
        yield text[start:end]
        start = end


def members(data: bytes) -> Iterator[tuple[str, bytes | Unreadable]]:
    """The files of a zip or tar, each with its name, or why it is not read.

    Hidden files are passed over, links and what would lie outside are named. Nothing is written.

    Raises:
        Unreadable: it is neither, or grows beyond what files of text do.
    """
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        yield from _unpacked(data)
        return
    room = _Room(len(data))
    try:
        with tarfile.open(fileobj=_Bounded(data, room.most), mode="r|") as packed:
            for one in packed:
                if one.isdir() or _is_hidden(one.name):
                    continue
                if one.size > room.most:  # to pass it over would take for ever
                    raise Unreadable("it unpacks to more than files of text do")
                if not one.isreg() or _is_outside(one.name):
                    yield one.name, Unreadable("a link, or it would lie outside")
                elif one.size > _LARGEST:
                    yield one.name, Unreadable("larger than files of text are")
                else:
                    room.take(one.size)
                    opened = packed.extractfile(one)
                    yield one.name, opened.read() if opened else b""
    except (tarfile.TarError, EOFError, OSError, lzma.LZMAError, zlib.error):
        raise Unreadable("neither zip nor tar, or damaged") from None


def unpacking(data: bytes) -> io.RawIOBase:
    """What a gzip, bzip2 or xz file holds, or the file itself, to be read.

    Reading raises ``Unreadable`` where it grows beyond what files of text do.
    """
    return _Bounded(data, _Room(len(data)).most)


def unpacked(data: bytes) -> bytes:
    """What a gzip, bzip2 or xz file of one file holds.

    Raises:
        Unreadable: it is none, is damaged, or grows beyond what files of text do.
    """
    try:
        return _Bounded(data, min(_LARGEST, _Room(len(data)).most)).read()
    except (EOFError, OSError, lzma.LZMAError, zlib.error):
        raise Unreadable("packed, and damaged") from None


def unpacked_body(data: bytes, encoding: str, most: int) -> bytes:
    """The body of an answer by HTTP, packed as its header says (RFC 9110), once.

    Raises:
        Unreadable: it is packed otherwise, is damaged, or unpacks to more than so many bytes.
    """
    kind = encoding.strip().lower()
    if kind in ("gzip", "x-gzip") and not data.startswith(b"\x1f\x8b"):
        kind = ""  # it was unpacked by whoever kept it
    try:
        if kind in ("", "identity", "none", "utf-8", "binary"):
            found = data
        elif kind in ("gzip", "x-gzip", "deflate"):
            found = _inflated(data, kind, most)
        elif kind == "br":
            found = brotli.Decompressor().process(data, output_buffer_limit=most + 1)
        else:
            raise Unreadable(f"packed as {kind[:20]}, which is not read")
    except (zlib.error, brotli.error) as error:
        raise Unreadable("packed, and damaged") from error
    if len(found) > most:
        raise Unreadable(f"more than {most / 1e6:g} MB")
    return found


def _inflated(data: bytes, kind: str, most: int) -> bytes:
    """What gzip, of one or several parts, or deflate holds: one byte more than ``most`` at most."""
    raw = kind == "deflate" and data[:1] != b"\x78"  # as some servers mean it
    found = b""
    while data and len(found) <= most:
        unpacking = zlib.decompressobj(-15 if raw else 47)
        found += unpacking.decompress(data, most + 1 - len(found))
        if not unpacking.eof and len(found) <= most:
            raise Unreadable("packed, and cut")
        data = unpacking.unused_data
    return found


class _Bounded(io.RawIOBase):
    """What a gzip, bzip2 or xz file holds, or the file itself, up to so many bytes."""

    def __init__(self, data: bytes, most: int) -> None:
        kinds: dict[bytes, Any] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7z": lzma.open}
        opens = next((kind for magic, kind in kinds.items() if data.startswith(magic)), None)
        self._file = opens(io.BytesIO(data)) if opens else io.BytesIO(data)
        self._left = most

    def read(self, size: int = -1) -> bytes:
        """The next bytes.

        Raises:
            Unreadable: they are too many.
        """
        part: bytes = self._file.read(self._left + 1 if size < 0 else size)
        self._left -= len(part)
        if self._left < 0:
            raise Unreadable("it unpacks to more than files of text do")
        return part


def _unpacked(data: bytes) -> Iterator[tuple[str, bytes | Unreadable]]:
    room = _Room(len(data))
    try:
        packed = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise Unreadable(f"a zip that cannot be read: {error}") from None
    with packed:
        for one in packed.infolist():
            if one.file_size <= _LARGEST:
                room.take(one.file_size)
            if not one.is_dir() and not _is_hidden(one.filename):
                yield one.filename, _member(packed, one)


def _member(packed: zipfile.ZipFile, one: zipfile.ZipInfo) -> bytes | Unreadable:
    """A file of a zip, or why it is not read."""
    if _is_outside(one.filename) or one.external_attr >> 28 == _LINK:
        return Unreadable("a link, or it would lie outside")
    if one.flag_bits & 1:
        return Unreadable("encrypted")
    if one.file_size > _LARGEST:
        return Unreadable("larger than files of text are")
    try:
        with packed.open(one) as opened:  # whatever size it claims
            return opened.read(one.file_size + 1)
    except Exception as error:  # noqa: BLE001 - zipfile raises whatever the packers do
        return Unreadable(f"damaged: {type(error).__name__}")


class _Room:
    """What may be unpacked of so many bytes."""

    def __init__(self, packed: int) -> None:
        self.most = self._left = min(_MOST_BYTES, max(_SMALL, packed * _MOST_TIMES))
        self._files = 0

    def take(self, size: int) -> None:
        """So many bytes more.

        Raises:
            Unreadable: they are too many, or this is one file too many.
        """
        self._left -= size
        self._files += 1
        if self._left < 0 or self._files > _MOST_FILES:
            raise Unreadable("it unpacks to more than files of text do")


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") and part != ".." for part in PurePosixPath(name).parts)


def _is_outside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    drive = re.match(r"[A-Za-z]:[\\/]", name)
    return path.is_absolute() or ".." in path.parts or not path.parts or bool(drive)
