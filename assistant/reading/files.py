"""Paths become articles, one bad file at a time never harming the rest."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from assistant.reading.articles import Unreadable, build
from assistant.reading.messages import read_mail, read_mailbox
from assistant.reading.ninjs import is_ninjs, of_ninjs
from assistant.reading.packed import (
    members,
    read_docx,
    read_table,
    unpacked,
)
from assistant.reading.pdf import read_pdf
from assistant.reading.plain import (
    checked,
    decode,
    read_json,
    read_json_lines,
    read_markdown,
    read_text,
)
from assistant.reading.warc import read_warc
from assistant.reading.web_pages import read_html
from assistant.reading.wire import read_xml
from assistant.settings import ReadingSettings
from assistant.types import Article, Skipped

_SINGLE: dict[str, Callable[[bytes], dict[str, Any]]] = {
    ".txt": lambda data: read_text(decode(data)),
    ".text": lambda data: read_text(decode(data)),
    ".md": lambda data: read_markdown(decode(data)),
    ".markdown": lambda data: read_markdown(decode(data)),
    ".html": read_html,
    ".htm": read_html,
    ".docx": read_docx,
    ".pdf": read_pdf,
    ".eml": read_mail,
}
_SEVERAL: dict[str, Callable[[bytes, ReadingSettings], Iterable[Any]]] = {
    ".json": lambda data, _: read_json(decode(data)),
    ".jsonl": lambda data, settings: (
        value for _, value in read_json_lines(io.BytesIO(data), _longest(settings))
    ),
    ".xml": lambda data, _: read_xml(data),
    ".rss": lambda data, _: read_xml(data),
    ".atom": lambda data, _: read_xml(data),
    ".csv": lambda data, settings: read_table(decode(data), settings.columns, _longest(settings)),
    ".warc": lambda data, _: read_warc(data),
    ".mbox": lambda data, _: read_mailbox(data),
}
_LINES = ".jsonl"
_MARKED_UP = (".xml", ".rss", ".atom")
_LARGEST_XML = 16_000_000  # bytes: a tree takes thirty times as much memory
_PACKED = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz")
_ONE_FILE = (".gz", ".bz2", ".xz")  # which may also be a tar
_PRINTED = ".pdf"  # has pictures and fonts, too
_FORMATS = (
    "text, Markdown, JSON, ninjs, HTML, NITF, NewsML-G2, RSS, Atom, CSV, Word, PDF, WARC, mail and"
    " archives of these are"
)
_BYTES_A_CHARACTER = 4
_LARGEST = 256 * 1024 * 1024  # it is read whole; .jsonl is read line by line


LINK = "a link; links are not followed"
ENDINGS = (*_SINGLE, *_SEVERAL, *_PACKED)
"""Of the files that are read."""


def read(path: Path, settings: ReadingSettings) -> Iterator[Article | Skipped]:
    """Every article of a file or a folder, in the order of their paths.

    Hidden files and folders are passed over. Never raises for what it finds: whatever is no
    article comes as ``Skipped``, with its path and a reason.
    """
    return articles_of(files_of(path), settings)


def articles_of(
    found: Iterable[Path | Article | Skipped], settings: ReadingSettings
) -> Iterator[Article | Skipped]:
    """What was found, with the articles of the files in their place."""
    for one in found:
        yield from read_file(one, settings) if isinstance(one, Path) else [one]


def read_file(file: Path, settings: ReadingSettings) -> Iterator[Article | Skipped]:
    """Every article of one file; never raises for what it finds."""
    try:
        yield from _read_file(file, settings)
    except Unreadable as reason:
        yield Skipped(_shown(file), str(reason))
    except OSError as error:
        yield Skipped(_shown(file), f"cannot be read: {error.strerror or error}")
    except Exception as error:  # noqa: BLE001 a parser's own fault with one file must not stop the rest
        yield Skipped(_shown(file), f"cannot be read: {type(error).__name__}: {error}"[:300])


def read_bytes(
    data: bytes, suffix: str, shown: str, settings: ReadingSettings
) -> Iterator[Article | Skipped]:
    """Every article of a file's content.

    Args:
        data: the content.
        suffix: the ending of its name, which says what it is: ``.html``.
        shown: what it is called where something of it is no article.
        settings: the limits.

    Raises:
        Unreadable: it is none of what is read.
    """
    read_as = _unpacked if suffix in _PACKED else _of_bytes
    yield from read_as(data, suffix, shown, settings)


def estimate(path: Path) -> int:
    """About how many articles a file or folder holds, for a progress bar: lines are counted."""
    return sum(_lines(file) for file in files_of(path) if isinstance(file, Path))


def _lines(file: Path) -> int:
    if file.suffix.lower() != ".jsonl" or not file.is_file():
        return 1
    try:
        with file.open("rb") as lines:
            return sum(1 for line in lines if line.strip())
    except OSError:
        return 1


def files_of(path: Path) -> Iterator[Path | Skipped]:
    """The files of a folder and those below, but for hidden ones; or the file itself."""
    if not os.path.isdir(path):  # noqa: PTH112 Path.is_dir raises where a name is too long
        yield path if os.path.lexists(path) else Skipped(_shown(path), "no such file or folder")
        return
    faults: list[Skipped] = []
    for folder, folders, names in os.walk(path, onerror=lambda e: faults.append(_fault(e))):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in folders:
            if os.path.islink(here / name):  # noqa: PTH114 Path.is_symlink raises where it may not look
                yield Skipped(_shown(here / name), LINK)
        for name in sorted(names, key=lambda name: Path(name).with_suffix("").name):
            if name.startswith("."):
                continue
            # What stands beside other files need not be whose folder it is: it may lead to a key.
            linked = os.path.islink(here / name)  # noqa: PTH114
            yield Skipped(_shown(here / name), LINK) if linked else here / name
    yield from faults


def _fault(error: OSError) -> Skipped:
    return Skipped(_shown(Path(str(error.filename))), f"cannot be read: {error.strerror}")


def _read_file(path: Path, settings: ReadingSettings) -> Iterator[Article | Skipped]:
    suffix = _ending(path)
    if suffix not in ENDINGS:
        raise Unreadable(f"format {suffix or 'without an ending'} is not read ({_FORMATS})")
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable("not a regular file")
    if suffix == _LINES:
        with path.open("rb") as lines:  # line by line: such a file may hold a whole archive
            objects = read_json_lines(lines, _longest(settings))
            yield from _built(objects, _shown(path), settings)
        return
    if suffix not in _SINGLE and status.st_size > _LARGEST:
        raise Unreadable(f"{status.st_size / 1e6:,.0f} MB is too much; write .jsonl")
    most = _longest(settings)
    if suffix in _SINGLE and status.st_size > (_LARGEST if suffix == _PRINTED else most):
        raise _too_long(status.st_size, settings.max_characters)
    data = path.read_bytes()
    if suffix in _ONE_FILE and (inner := _ending(path.with_suffix(""))) in (*_SINGLE, *_SEVERAL):
        data, suffix = unpacked(data), inner
    read_as = _unpacked if suffix in _PACKED else _of_bytes
    yield from read_as(data, suffix, _shown(path), settings)


def _longest(settings: ReadingSettings) -> int:
    """Bytes that an article may have, with its fields."""
    return settings.max_characters * _BYTES_A_CHARACTER


def _ending(path: Path) -> str:
    """The ending of a name that says what is in it; WARC files unpack themselves."""
    ending = path.suffix.lower()
    packed = ending == ".gz" and path.with_suffix("").suffix.lower() == ".warc"
    return ".warc" if packed else ending


def _too_long(size: int, most: int) -> Unreadable:
    return Unreadable(
        f"{size / 1e6:,.0f} MB is more than an article of {most:,} characters"
        " (setting reading.max_characters)"
    )


def _of_bytes(
    data: bytes, suffix: str, shown: str, settings: ReadingSettings
) -> Iterator[Article | Skipped]:
    """The articles of a file's content; ``shown`` is what it is called."""
    most = settings.max_characters
    if suffix in _SINGLE:
        if suffix != _PRINTED and len(data) > most * _BYTES_A_CHARACTER:
            raise _too_long(len(data), most)
        yield build(_SINGLE[suffix](data), most)
    elif suffix in _SEVERAL:
        if suffix in _MARKED_UP and len(data) > _LARGEST_XML:
            raise Unreadable(f"{len(data) / 1e6:,.0f} MB of XML is too much")
        yield from _built(enumerate(_SEVERAL[suffix](data, settings), 1), shown, settings)
    else:
        raise Unreadable(f"format {suffix or 'without an ending'} is not read ({_FORMATS})")


def _unpacked(
    data: bytes, _suffix: str, shown: str, settings: ReadingSettings
) -> Iterator[Article | Skipped]:
    """The articles of the files of a zip or tar; what is no article is named."""
    empty = True
    for name, content in members(data):
        empty = False
        called = f"{shown}:{_shown(Path(name))}"
        try:
            if isinstance(content, Unreadable):
                raise content
            yield from _of_bytes(content, _ending(Path(name)), called, settings)
        except Unreadable as reason:
            yield Skipped(called, str(reason))
        except Exception as error:  # noqa: BLE001 as for a file by itself
            yield Skipped(called, f"cannot be read: {type(error).__name__}: {error}"[:300])
    if empty:
        raise Unreadable("empty: it holds no file")


def _built(
    objects: Iterable[tuple[int, Any]], shown: str, settings: ReadingSettings
) -> Iterator[Article | Skipped]:
    """The articles of numbered objects."""
    empty = True
    for number, value in objects:
        empty = False
        try:
            fields = of_ninjs(value) if is_ninjs(value) else checked(value)
            yield build(fields, settings.max_characters)
        except Unreadable as reason:
            yield Skipped(f"{shown}:{number}", str(reason))
        except Exception as error:  # noqa: BLE001 as for a file by itself
            yield Skipped(f"{shown}:{number}", f"cannot be read: {type(error).__name__}"[:300])
    if empty:
        raise Unreadable("empty: it holds no article")


def _shown(path: Path) -> str:
    """The path as text that can be printed, whatever its name holds."""
    text = os.fsencode(path).decode("utf-8", "replace")
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
