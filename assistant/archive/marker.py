"""What the index looked like when it was last written, so that a change is noticed."""

from __future__ import annotations

import contextlib
import json
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant.resources import make_private

_PART = 1 << 20
_HEADER = struct.Struct("<iQQQQ")  # version, offset, room, vectors, bytes of one
_LENGTH = 4  # bytes that say how long a vector is


class Marker:
    """The file ``index.marker`` of an archive's folder: none while something is written."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "index.marker"

    def agrees(self, footprint: str) -> bool:
        """Whether an index looks as it did when this was written."""
        try:
            written = self._file.read_text(encoding="utf-8") if self._file.is_file() else ""
        except (OSError, UnicodeDecodeError):
            return False
        return written == footprint

    def write(self, footprint: str) -> None:
        """Keep what an index looks like, so that the next open need not look inside."""
        if not self._file.is_file():
            self.delete()
        make_private(self._file)
        self._file.write_text(footprint, encoding="utf-8")

    def delete(self) -> None:
        """Something is about to be written."""
        if self._file.is_dir() and not self._file.is_symlink():
            self._file.rename(self._file.with_name(f"{self._file.name}.other"))
        self._file.unlink(missing_ok=True)


class Footprints:
    """What an index's files look like: names, sizes, times and checksums.

    Of SQLite's own files, which change with every write, there are no checksums: a flipped byte of
    theirs ends no process. What was read once is not read again until its size or time changes.
    """

    def __init__(self) -> None:
        self._sums: dict[str, tuple[int, int, int]] = {}  # size, time and checksum, by name

    def of(self, index: Path) -> str:
        """The footprint of a folder."""
        facts = []
        for file in sorted(index.rglob("*")):
            with contextlib.suppress(FileNotFoundError):  # a journal of another reader
                status = file.stat()
                if file.is_file() and not file.name.endswith("-journal"):
                    seen = (status.st_size, status.st_mtime_ns)
                    known = self._sums.get(str(file), (-1, -1, 0))
                    if known[:2] != seen:
                        known = (*seen, 0 if ".sqlite3" in file.name else _checksum(file))
                        self._sums[str(file)] = known
                    facts.append((file.name, *known))
        return json.dumps([index.name, facts])


def scrub(index: Path) -> None:
    """Overwrite what Chroma's graph (hnswlib) writes of memory that it never set.

    It makes files for more vectors than there are, and what stands behind these is whatever the
    process had there before: words of articles, or a key.
    """
    for header in filter(Path.is_file, index.rglob("header.bin")):
        facts = header.read_bytes()[: _HEADER.size]
        if len(facts) < _HEADER.size:
            continue
        _, _, _, count, size = _HEADER.unpack(facts)
        for name, width in (("data_level0.bin", size), ("length.bin", _LENGTH)):
            with contextlib.suppress(OSError):
                _zero(header.with_name(name), count * width)


def _zero(file: Path, start: int) -> None:
    """Overwrite a file from a place on, in parts, where anything stands there."""
    with file.open("r+b") as opened:
        opened.seek(start)
        while part := opened.read(_PART):
            if any(part):
                opened.seek(-len(part), os.SEEK_CUR)
                opened.write(bytes(len(part)))


def _checksum(file: Path) -> int:
    """The CRC-32 of a file."""
    found = 0
    with file.open("rb") as opened:
        while part := opened.read(_PART):
            found = zlib.crc32(part, found)
    return found


def files_stamp(path: Path) -> tuple[Any, ...]:
    """What changes when somebody writes to a catalog: its file, and which are beside it."""

    def facts(name: str, of: Callable[[os.stat_result], Any]) -> Any:
        try:
            return of(path.with_name(name).stat())
        except OSError:
            return None

    return (
        facts(path.name, lambda one: (one.st_ino, one.st_size, one.st_mtime_ns)),
        *(facts(f"{path.name}-{end}", lambda one: one.st_ino) for end in ("wal", "shm")),
    )
