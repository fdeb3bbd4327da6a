"""Where an archive's vector indexes are kept: folders beside its catalog, or a Chroma server.

An archive's indexes have numbers. One is in use; the next is made beside it.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from pathlib import Path
from typing import Protocol

from assistant.archive import probe
from assistant.archive.marker import Footprints, Marker, scrub
from assistant.archive.vectors import ServedIndex, VectorIndex, reach
from assistant.errors import IndexUnreachable


class Store(Protocol):
    """Keeps the indexes of one archive."""

    def open(self, number: int) -> VectorIndex:
        """An index, made where it is missing."""

    def begin(self) -> None:
        """Something is about to be written."""

    def note(self, number: int) -> None:
        """Keep what an index looks like, now that nothing more is written."""

    def is_noted(self, number: int) -> bool:
        """Whether an index is as it was noted."""

    def health(self, number: int, expected: probe.Expectation) -> probe.Health:
        """Whether an index holds what the catalog says."""

    def discard(self, number: int) -> None:
        """Delete an index, if it is there."""

    def keep_only(self, number: int) -> None:
        """Delete all others."""


class FolderStore:
    """Indexes in folders of the archive, each written by one process at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._marker = Marker(folder)
        self._footprints = Footprints()

    def _place(self, number: int) -> Path:
        return self._folder / f"index-{number}"

    def open(self, number: int) -> VectorIndex:
        """An index, made where it is missing."""
        return VectorIndex(self._place(number))

    def begin(self) -> None:
        """Something is about to be written."""
        self._marker.delete()

    def note(self, number: int) -> None:
        """Keep what an index's files look like."""
        scrub(self._place(number))
        self._marker.write(self._footprints.of(self._place(number)))

    def is_noted(self, number: int) -> bool:
        """Whether an index's files are as they were noted."""
        try:
            return self._marker.agrees(self._footprints.of(self._place(number)))
        except OSError:
            return False

    def health(self, number: int, expected: probe.Expectation) -> probe.Health:
        """Whether it holds what the catalog says, as a child process sees it."""
        if not self._place(number).exists():
            return "damaged" if expected.least else "sound"
        return probe.health(self._place(number), expected)

    def discard(self, number: int) -> None:
        """Delete an index's folder."""
        shutil.rmtree(self._place(number), ignore_errors=True)

    def keep_only(self, number: int) -> None:
        """Delete the folders of all others."""
        for one in self._folder.glob("index-*"):
            if one != self._place(number):
                shutil.rmtree(one, ignore_errors=True)


class ServerStore:
    """Indexes in collections of a Chroma server, named after the archive's folder.

    A folder that is copied or moved has collections of its own, made from its catalog.
    """

    def __init__(self, folder: Path, url: str) -> None:
        self._url = url
        self._marker = Marker(folder)
        place = hashlib.blake2s(str(folder.resolve()).encode(), digest_size=8).hexdigest()
        self._prefix = f"onrecord-{place}-"

    def open(self, number: int) -> ServedIndex:
        """An index, made where it is missing.

        Raises:
            IndexUnreachable: the server does not answer.
        """
        return ServedIndex(self._url, f"{self._prefix}{number}")

    def begin(self) -> None:
        """Something is about to be written.

        Raises:
            IndexUnreachable: it could not be.
        """
        reach(self._url)
        self._marker.delete()

    def note(self, number: int) -> None:
        """Keep how much it holds."""
        with contextlib.suppress(IndexUnreachable):  # then it is looked at the next time
            self._marker.write(self._footprint(number))

    def is_noted(self, number: int) -> bool:
        """Whether it holds as much as was noted; so, too, where that cannot be known now."""
        try:
            return self._marker.agrees(self._footprint(number))
        except IndexUnreachable:
            return True

    def _footprint(self, number: int) -> str:
        return f"{self._url} {self._prefix}{number} {self.open(number).count()}"

    def health(self, number: int, expected: probe.Expectation) -> probe.Health:
        """Whether it holds what the catalog says; unknown where the server does not answer."""
        try:
            return probe.judged(self.open(number), expected)
        except IndexUnreachable:
            return "unknown"

    def discard(self, number: int) -> None:
        """Delete an index's collection."""
        self.open(number).remove()

    def keep_only(self, number: int) -> None:
        """Delete the collections of all others."""
        self.open(number).keep_only(self._prefix)


def store_of(folder: Path, url: str | None) -> Store:
    """The server's that ``vectors.url`` names, else the folder's own."""
    return ServerStore(folder, url) if url else FolderStore(folder)
