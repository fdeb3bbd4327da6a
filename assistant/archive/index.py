"""The vector index on disk: opening, health checks, rebuilding, and locks for a single writer.

Measured of Chroma (docs/design/archive.md): after a kill, opening the folder can hang; two writers
corrupt it; an open reader does not see later writes. Hence a writer's lock, a marker with the
files' footprint, a health check where it differs, and a generation at whose change readers reopen.
"""

from __future__ import annotations

import contextlib
import json
import logging
import shutil
import threading
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from assistant.archive import probe
from assistant.archive.catalog import Catalog
from assistant.archive.ledger import Ledger
from assistant.archive.vectors import VectorIndex
from assistant.errors import ArchiveBusy
from assistant.models.embedding import Vectors
from assistant.resources import make_private
from assistant.types import Source

_LOCK_SECONDS = 1.0
_OPEN_SECONDS = 60.0
_PROBED = 8
_PART = 1 << 20
_NONE = -1

_log = logging.getLogger(__name__)


class Index:
    """Keeps a folder's vector index in step with its catalog. Safe to use from several threads."""

    def __init__(self, folder: Path, catalog: Catalog) -> None:
        self._folder = folder
        self._catalog = catalog
        self.ledger = Ledger(folder, catalog)
        self._sums: dict[tuple[str, int, int], int] = {}  # checksums, by name, size and time
        # The writer's lock is held as long as something is written; the opener's lock only while
        # somebody looks at the index, mends it and opens it, which a writer waits for.
        self._writer = FileLock(folder / "write.lock", timeout=_LOCK_SECONDS)
        self._opener = FileLock(folder / "open.lock", timeout=_OPEN_SECONDS)
        self._index_lock = threading.Lock()
        self._index: VectorIndex | None = None
        self._generation = _NONE
        self._settled = False

    def close(self) -> None:
        """Let go of Chroma's files."""
        with self._index_lock:
            if self._index is not None:
                self._index.close()
            self._index = None

    def fresh(self) -> VectorIndex:
        """The vector index, reopened where the catalog's generation has changed since."""
        with self._index_lock:
            generation = self._catalog.generation()
            index = self._index
            # An index opened while another process wrote may be inconsistent: reopen it afterwards.
            if (
                index is None
                or index.folder != self._index_folder()
                or generation != self._generation
                or not (self._settled or self._is_written())
            ):
                with self._undisturbed() as self._settled:
                    index = self._index = self._opened(index)
                self._generation = generation
            return index

    @contextmanager
    def _undisturbed(self) -> Iterator[bool]:
        """Lock new writers out; yields False where another thread or process is already writing.

        The index is checked before, and the marker renewed after, since even opening the index
        changes Chroma's files. The writer itself skips both: it checked when it took its lock.
        """
        if self._writer.is_locked:  # by this thread
            yield True
            return
        with self._waiting_for(self._opener):
            settled = not self._is_written()
            if settled:
                self._ensure_healthy()
            yield settled
            if settled:
                self._mark()

    def _is_written(self) -> bool:
        """True where another thread or process is writing."""
        if self._writer.is_locked:  # by this thread
            return False
        try:
            self._writer.acquire(timeout=0)
        except Timeout:
            return True
        self._writer.release()
        return False

    @contextmanager
    def _waiting_for(self, lock: FileLock) -> Iterator[None]:
        try:
            lock.acquire()
        except Timeout:
            raise ArchiveBusy(
                f"Another process is writing to the archive {self._folder}.",
                "Try again when it is done.",
            ) from None
        try:
            yield
        finally:
            lock.release()

    def _opened(self, index: VectorIndex | None) -> VectorIndex:
        if index is None or index.folder != self._index_folder():
            return VectorIndex(self._index_folder())
        index.reopen()
        return index

    def _index_folder(self) -> Path:
        return self._folder / f"index-{self._catalog.meta('index') or 1}"

    def look(self) -> None:
        """Notice a catalog that lost something, unless a writer is at work or somebody looks.

        Raises:
            ArchiveDamaged: it did.
        """
        with contextlib.suppress(Timeout), self._opener.acquire(timeout=0):
            if not self._is_written():
                self.ledger.check()

    def finish(self) -> None:
        """Bring what a crash left undone to its end, unless a writer is at work."""
        if self._is_unfinished() and not self._is_written():
            with contextlib.suppress(ArchiveBusy), self.writing():
                pass

    def _is_unfinished(self) -> bool:
        return bool(self._catalog.pending() or self._catalog.unindex())

    def _ensure_healthy(self) -> None:
        if self._marked() == self._footprint():
            return
        health = self._health()
        if health == "more" and self.ledger.exists:
            raise self.ledger.damaged("The index holds more passages than the catalog.")
        if health == "unknown":
            _log.warning("The index of %s could not be looked at in time.", self._folder)
        if health in ("damaged", "more"):
            self.rebuild()

    def health(self) -> probe.Health:
        """Whether the index agrees with the catalog; unknown while somebody else writes."""
        with self._waiting_for(self._opener):
            return "unknown" if self._is_written() else self._health()

    def _health(self) -> probe.Health:
        """The same, as looked at in a child process."""
        current = self._catalog.passage_count("current")
        folder = self._index_folder()
        if not folder.exists():
            return "damaged" if current else "sound"
        sample = list(self._catalog.vectors("current", _PROBED))
        extra = self._catalog.passage_count("pending") + len(self._catalog.unindex())
        return probe.health(
            folder,
            probe.Expectation(
                least=current,
                most=current + extra,
                vectors=[vector.tolist() for _, vector, _ in sample],
            ),
        )

    def rebuild(self) -> None:
        """Build a new index beside the old one, then switch; readers follow the generation."""
        number = int(self._catalog.meta("index") or 1) + 1
        folder = self._folder / f"index-{number}"
        shutil.rmtree(folder, ignore_errors=True)
        index = VectorIndex(folder)
        for state in ("current", "pending"):
            _fill(index, self._catalog.vectors(state))
        index.close()
        self._catalog.switch_index(number)
        self._catalog.activate()
        self._catalog.unindexed(self._catalog.unindex())
        for other in self._folder.glob("index-*"):
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)

    def activate(self) -> None:
        """Index pending versions, make them current, and delete the vectors of superseded ones."""
        if self._catalog.pending():
            _fill(self.fresh(), self._catalog.vectors("pending"))
            self._catalog.activate()
            self._keep_up()
        self.forget()

    def forget(self) -> None:
        """Delete the vectors of passages that the catalog no longer has."""
        gone = self._catalog.unindex()
        if gone:
            self.fresh().delete(gone)
            self._catalog.unindexed(gone)
            self._keep_up()

    def _keep_up(self) -> None:
        """Adopt the current generation: this writer's index already contains its own changes."""
        with self._index_lock:
            self._generation = self._catalog.generation()

    @contextmanager
    def writing(self, look: bool = True, removing: Sequence[str] = ()) -> Iterator[None]:
        """Hold the writer's lock; the marker is deleted meanwhile, so that a crash is detected.

        Args:
            look: whether to check the index first, and complete work that a crash interrupted.
            removing: the ids of articles that the catalog may lose.

        Raises:
            ArchiveBusy: another thread or process is writing.
        """
        with self._waiting_for(self._writer):
            with self._waiting_for(self._opener):
                if look:
                    self._ensure_healthy()
                self._unmark()
                self.ledger.begin(sum(len(self._catalog.known(one)) for one in removing))
            if look and self._is_unfinished():
                self.activate()
                self._catalog.wipe()
            yield
            self.ledger.end()
            self._mark()

    @property
    def _marker_file(self) -> Path:
        return self._folder / "index.marker"

    def _mark(self) -> None:
        """Write the files' footprint, so that the next open can skip the health check."""
        if self._marker_file.is_dir():
            self._unmark()
        make_private(self._marker_file)
        self._marker_file.write_text(self._footprint(), encoding="utf-8")

    def _marked(self) -> str | None:
        """The footprint at the last close; None where there is none that can be read."""
        try:
            return self._marker_file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None

    def _unmark(self) -> None:
        if self._marker_file.is_dir() and not self._marker_file.is_symlink():
            self._marker_file.rename(self._folder / f"{self._marker_file.name}.other")
        self._marker_file.unlink(missing_ok=True)

    def _footprint(self) -> str:
        """Names, sizes, times and checksums of the index's files.

        What a process has read once it does not read again until its size or time changes.
        """
        folder = self._index_folder()
        facts = []
        for file in sorted(folder.rglob("*")):
            with contextlib.suppress(FileNotFoundError):  # a journal of another reader
                status = file.stat()
                if file.is_file() and not file.name.endswith("-journal"):
                    seen = (str(file), status.st_size, status.st_mtime_ns)
                    if seen not in self._sums:
                        self._sums[seen] = _checksum(file)
                    facts.append((file.name, *seen[1:], self._sums[seen]))
        return json.dumps([folder.name, facts])


def _checksum(file: Path) -> int:
    """The CRC-32 of a file."""
    found = 0
    with file.open("rb") as opened:
        while part := opened.read(_PART):
            found = zlib.crc32(part, found)
    return found


def _fill(index: VectorIndex, rows: Iterable[tuple[int, Vectors, Source]]) -> None:
    held = list(rows)
    if held:
        index.upsert(
            [key for key, _, _ in held],
            np.stack([vector for _, vector, _ in held]),
            [source for _, _, source in held],
        )
