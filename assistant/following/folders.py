"""A folder that is followed, file by file."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

from assistant.archive import Archive, Seen
from assistant.archive.ingest import Became
from assistant.errors import ArchiveError
from assistant.reading import ENDINGS, files_of, read_file
from assistant.settings import ReadingSettings
from assistant.types import Article, Skipped, SyncReport

_QUIET = 2.0  # seconds for which a file must not have changed to be read
_PATIENCE = 6.0  # seconds for which files that are being written are waited for
_STEP = 0.25
_BATCH = 200  # files whose state is kept at once


@dataclass
class _Reading:
    """A file that is being read: which of its articles are not stored yet."""

    path: str
    stamp: str
    open: int = 0
    whole: bool = False
    articles: list[str] = field(default_factory=list)
    faults: list[Skipped] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        return self.whole and not self.open

    @property
    def seen(self) -> Seen:
        return Seen(self.stamp, tuple(dict.fromkeys(self.articles)), tuple(self.faults))


class FolderSync:
    """One look at a folder."""

    def __init__(self, archive: Archive, folder: Path, settings: ReadingSettings) -> None:
        self._archive = archive
        self._settings = settings
        self._place = str(folder)
        self._known = archive.places.seen(self._place)
        self._present, self._strangers = _look(folder)
        self._of: dict[str, list[_Reading]] = {}  # readings by the ids that are on their way
        self._read: dict[str, Seen] = {}
        self._kept = 0  # of those that were read
        self._waiting: list[str] = []
        self._readings: list[_Reading] = []  # that were whole before all of it was stored

    def run(self, delete: bool) -> SyncReport:
        """Read what is new or has changed; with ``delete`` remove what is in no file any more.

        Raises:
            ArchiveError: every file is gone; nothing is removed.
        """
        if self._known and not self._present:
            raise ArchiveError(
                f"All {len(self._known)} files of {self._place} are gone; their articles are kept.",
                "Is it mounted? articles remove removes them.",
            )
        changed = [path for path in self._present if self._is_changed(path)]
        settled = self._settled(changed)
        items = (item for path in settled for item in self._items(path))
        report = self._archive.add(items, outcome=self._stored)
        for reading in self._readings:  # of what the archive refused, nothing was told
            reading.open = 0
            self._close(reading)
        self._keep()
        gone = self._gone()
        vanished = self._vanished(gone)
        removed = self._archive.remove(vanished) if delete and vanished else 0
        self._archive.places.saw(self._place, {}, gone)
        unread = sorted(set(self._present).difference(changed))
        old = [fault for path in unread for fault in self._known[path].faults]
        return SyncReport(
            replace(report, skipped=(*report.skipped, *self._strangers, *old)),
            len(unread),
            () if delete else tuple(vanished),
            removed,
            tuple(str(_path(one)) for one in self._waiting),
        )

    def _is_changed(self, path: str) -> bool:
        known = self._known.get(path)
        return known is None or known.stamp != _stamp(self._present[path])

    def _settled(self, paths: list[str]) -> list[str]:
        """Those of some files that nobody is writing, after a while of waiting for the others."""

        def is_young(path: str) -> bool:
            return _age(self._present[path]) < _QUIET

        until = time.monotonic() + _PATIENCE
        while (young := list(filter(is_young, paths))) and time.monotonic() < until:
            time.sleep(_STEP)
        self._waiting += young
        return [path for path in paths if path not in set(young)]

    def _items(self, path: str) -> Iterator[Article | Skipped]:
        """What a file holds, unless somebody writes it meanwhile."""
        file = self._present[path]
        reading = _Reading(path, _stamp(file))
        held = read_file(file, self._settings)
        # Lines are read one by one, each whole or not at all: such a file may be an archive.
        items = held if file.suffix.lower() == ".jsonl" else list(held)
        if _age(file) < _QUIET or (isinstance(items, list) and _stamp(file) != reading.stamp):
            self._waiting.append(path)
            return
        for item in items:
            if isinstance(item, Skipped):
                reading.faults.append(item)
            else:
                reading.open += 1
                self._of.setdefault(item.id, []).append(reading)
            yield item
        if reading.faults and path in self._known:  # what it held may still be in it
            reading.articles += self._known[path].articles
        reading.whole = True
        if reading.open:
            self._readings.append(reading)
        self._close(reading)

    def _stored(self, given: str, kept: str, _became: Became) -> None:
        """An article is stored for good."""
        waiting = self._of.get(given)
        if waiting:
            reading = waiting.pop(0)
            reading.open -= 1
            reading.articles.append(kept)
            self._close(reading)

    def _close(self, reading: _Reading) -> None:
        if reading.is_done:
            self._read[reading.path] = reading.seen
            if len(self._read) - self._kept >= _BATCH:
                self._keep()

    def _keep(self) -> None:
        fresh = dict(list(self._read.items())[self._kept :])
        self._archive.places.saw(self._place, fresh)
        self._kept = len(self._read)

    def _gone(self) -> list[str]:
        """Files that are there no more; of what cannot be seen into nobody knows that."""
        folder = Path(self._place)
        gone = sorted(set(self._known).difference(self._present))
        return [path for path in gone if _can_be_seen(folder, folder / _path(path))]

    def _vanished(self, gone: list[str]) -> list[str]:
        """Ids of articles that files held, now or at an earlier look, and none does any more."""
        before = self._archive.places.report(self._place).vanished
        lost = dict.fromkeys([*before, *_articles(self._known.values())])
        now = {path: seen for path, seen in (self._known | self._read).items() if path not in gone}
        held = {*_articles(now.values()), *self._archive.places.elsewhere(self._place)}
        return [one for one in lost if one not in held and self._archive.holds(one)]


def _look(folder: Path) -> tuple[dict[str, Path], list[Skipped]]:
    """The files of a folder that may be read, by their path in it, and what cannot be seen into."""
    present, strangers = {}, []
    for file in files_of(folder):
        if isinstance(file, Skipped):
            strangers.append(file)
        elif file.suffix.lower() in ENDINGS:
            present[_key(file.relative_to(folder))] = file
    return present, strangers


def _key(path: Path) -> str:
    """A path as text that can be stored, whatever bytes are in it."""
    return quote_from_bytes(os.fsencode(path), safe="/ ")


def _path(key: str) -> Path:
    return Path(os.fsdecode(unquote_to_bytes(key)))


def _can_be_seen(folder: Path, file: Path) -> bool:
    """Whether every folder on the way to a file that is gone can be looked into, or is gone."""
    for one in file.parents:
        if one == folder:
            return True
        if os.path.islink(one):  # noqa: PTH114 Path.is_symlink raises where it may not look
            return False
        if one.exists() and not os.access(one, os.R_OK | os.X_OK):
            return False
    return True


def _articles(files: Iterable[Seen]) -> Iterator[str]:
    return (one for seen in files for one in seen.articles)


def _stamp(file: Path) -> str:
    """What changes whenever a file does; "" where it is gone."""
    try:
        status = file.stat()
    except OSError:
        return ""
    return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_ino}"


def _age(file: Path) -> float:
    """Seconds since a file was last written to; of one that is gone or of tomorrow, many."""
    try:
        age = time.time() - file.stat().st_mtime
    except OSError:
        return _QUIET
    return age if age >= 0 else _QUIET
