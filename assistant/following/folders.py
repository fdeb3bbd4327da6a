"""A folder that is followed, file by file."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant.archive import Archive, Seen
from assistant.archive.ingest import Became
from assistant.errors import ArchiveError
from assistant.reading import ENDINGS, UNSEEN, files_of, read_file
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
        self._folder = folder
        self._settings = settings
        self._place = str(folder)
        self._known = archive.places.seen(self._place)
        self._of: dict[str, list[_Reading]] = {}  # readings by the ids that are on their way
        self._done: dict[str, Seen] = {}
        self._now: dict[str, Seen] = dict(self._known)
        self._waiting: list[str] = []
        self._strangers: list[Skipped] = []  # links and folders that cannot be read
        self._lost = archive.places.report(self._place).vanished

    def run(self, delete: bool) -> SyncReport:
        """Read what is new or has changed; with ``delete`` remove what is in no file any more."""
        present = self._present()
        changed = [path for path in present if self._is_changed(path)]
        items = (item for path in self._settled(changed) for item in self._read(path))
        report = self._archive.add(items, outcome=self._stored)
        self._keep()
        vanished = self._vanished(present)
        removed = self._archive.remove(vanished) if delete and vanished else 0
        unread = set(present).difference(changed)
        old = [fault for path in sorted(unread) for fault in self._known[path].faults]
        return SyncReport(
            replace(report, skipped=(*report.skipped, *self._strangers, *old)),
            len(unread),
            () if delete else tuple(vanished),
            removed,
            tuple(self._waiting),
        )

    def _present(self) -> list[str]:
        """The files of the folder that may be read, relative to it."""
        found = []
        for file in files_of(self._folder):
            if isinstance(file, Skipped):
                self._strangers.append(file)
            elif file.suffix.lower() in ENDINGS:
                found.append(str(file.relative_to(self._folder)))
        return found

    def _is_changed(self, path: str) -> bool:
        known = self._known.get(path)
        return known is None or known.stamp != _stamp(self._folder / path)

    def _settled(self, paths: list[str]) -> list[str]:
        """Those of some files that nobody is writing, after a while of waiting for the others."""

        def is_young(path: str) -> bool:
            return _age(self._folder / path) < _QUIET

        until = time.monotonic() + _PATIENCE
        while (young := list(filter(is_young, paths))) and time.monotonic() < until:
            time.sleep(_STEP)
        self._waiting += young
        return [path for path in paths if path not in young]

    def _read(self, path: str) -> Iterator[Article | Skipped]:
        """What a file holds, unless it changes meanwhile."""
        file = self._folder / path
        reading = _Reading(path, _stamp(file))
        held = read_file(file, self._settings)
        # Lines are read one by one, each whole or not at all: such a file may be an archive.
        items = held if file.suffix.lower() == ".jsonl" else list(held)
        if not isinstance(items, Iterator) and _stamp(file) != reading.stamp:
            self._waiting.append(path)
            return
        for item in items:
            if isinstance(item, Skipped):
                reading.faults.append(item)
            else:
                reading.open += 1
                self._of.setdefault(item.id, []).append(reading)
            yield item
        reading.whole = True
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
            self._done[reading.path] = self._now[reading.path] = reading.seen
            if len(self._done) >= _BATCH:
                self._keep()

    def _keep(self) -> None:
        self._archive.places.saw(self._place, self._done)
        self._done = {}

    def _vanished(self, present: list[str]) -> list[str]:
        """Ids of articles that files held, now or at an earlier look, and none does any more.

        Raises:
            ArchiveError: a part of the folder cannot be seen: nothing of it has vanished.
        """
        gone = sorted(set(self._known).difference(present))
        if self._known and not present:
            raise ArchiveError(
                f"All {len(gone)} files of {self._folder} are gone; their articles are kept.",
                "Is it mounted? articles remove removes them.",
            )
        if gone and any(fault.reason.startswith(UNSEEN) for fault in self._strangers):
            return list(self._lost)
        before = [*self._lost, *_articles(self._known.values())]
        self._archive.places.saw(self._place, {}, gone)
        held = set(_articles(seen for path, seen in self._now.items() if path not in gone))
        known = self._archive.versions
        return [one for one in dict.fromkeys(before) if one not in held and known(one)]


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
