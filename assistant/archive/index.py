"""The vector index: opening, health checks, rebuilding, and locks for a single writer.

Measured of Chroma (docs/design/archive.md): after a kill, opening the folder can hang; two writers
corrupt it; an open reader does not see later writes. Hence a writer's lock, a marker with the
files' footprint, a health check where it differs, and a generation at whose change readers reopen.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from assistant.archive import probe
from assistant.archive.catalog import Catalog
from assistant.archive.current_map import CurrentMap
from assistant.archive.ledger import Ledger
from assistant.archive.locks import Locks
from assistant.archive.stores import store_of
from assistant.archive.tending import Tending
from assistant.archive.vector_map import VectorMap
from assistant.archive.vectors import VectorIndex
from assistant.errors import ArchiveBusy, ArchiveError, no_room
from assistant.models.embedding import Vectors
from assistant.resources import in_words, is_full
from assistant.types import Filters

_PROBED = 8
_EXACT = 200_000  # passages: more take Chroma's approximate search less time
_PATIENT = 8  # searches, of one or two questions, before the index is opened for more
_MOST_LATE = 20_000  # passages that came in since the index was opened
_NONE = -1

_log = logging.getLogger(__name__)


class Index:
    """Keeps a folder's vector index in step with its catalog. Safe to use from several threads."""

    def __init__(
        self, folder: Path, catalog: Catalog, writable: bool = True, url: str | None = None
    ) -> None:
        """Open an archive's, which a Chroma server at ``url`` keeps, else its folder."""
        self._folder = folder
        self._writable = writable
        self._catalog = catalog
        self.ledger = Ledger(folder, catalog)
        self._store = store_of(folder, url)
        self._locks = Locks(folder)
        self._index_lock = threading.Lock()
        self._index: VectorIndex | None = None
        self._opened_number = 0
        self._asked = 0  # searches of more than is searched exactly
        self.map = CurrentMap(folder, catalog, writable)
        self._generation = _NONE
        self._loaded = 0  # rows of the map when the index was opened
        self._settled = False
        self._closed = False
        self._tending = Tending(folder)

    def close(self) -> None:
        """Let go of the files."""
        self._closed = True
        self._tending.close()
        self.map.close()
        with self._index_lock:
            if self._index is not None:
                self._index.close()
            self._index = None

    def search(self, vector: Vectors, limit: int, filters: Filters) -> list[int]:
        """Keys of the passages nearest to a vector, nearest first; some may be gone by now.

        Up to so many passages are searched exactly, more by Chroma once that is open; where it
        fails, exactly, too.
        """
        view = self.map.view(filters)
        if view is not None and self._is_exact(len(view)):
            return view.nearest(vector, limit)
        try:
            if view is None:  # the catalog leaves out what is not within the filters
                return self.fresh().search(vector, limit)
            held = view.among(lambda most: self.fresh().search(vector, most), limit)
        except Exception as error:
            if view is None or (isinstance(error, ArchiveError) and not error.retryable):
                raise
            replaced = self._opened_number != self._number()  # by another process, meanwhile
            if not (isinstance(error, ArchiveError) or replaced):
                _log.exception("The index of %s fails; it is made again.", self._folder)
                self._tending.begin(self._make_again, again=True)
            return view.nearest(vector, limit)
        late = view.appended(self._loaded).nearest(vector, limit)
        return view.of_keys([*held, *late]).nearest(vector, limit)

    def _is_exact(self, size: int) -> bool:
        """Whether so many passages are searched exactly: few, and all until the index is open.

        Its graph is read whole, for which a single question has no time.
        """
        if not self._writable:
            return True
        if size <= _EXACT:
            self._tending.begin(self._look_after)
            return True
        self._asked += 1
        if self._index is None and self._asked > _PATIENT:
            self._tending.begin(self.fresh, again=True)
        return self._index is None

    def _look_after(self) -> None:
        """Look at the index, and mend it where it is damaged."""
        with self._undisturbed():
            pass

    def _make_again(self) -> None:
        with self.writing(look=False):
            self.rebuild()

    def fresh(self) -> VectorIndex:
        """The vector index, opened again where it is too far behind the catalog."""
        with self._index_lock:
            if self._closed:
                raise ArchiveError("The archive is closed.")
            generation = self._catalog.generation()
            index = self._index
            if index is None or self._is_stale(generation):
                with self._undisturbed() as self._settled:
                    self._loaded = len(self.map)
                    index = self._index = self._opened(index)
                self._generation = generation
            return index

    def _is_stale(self, generation: int) -> bool:
        """Whether an index must be opened again.

        One that was opened while another process wrote may be inconsistent: it is opened again
        afterwards. Else what came in since is searched exactly, until it is much.
        """
        if self._opened_number != self._number():
            return True
        late = len(self.map) - self._loaded
        if self._generation == _NONE:
            return True
        if generation != self._generation and (late > _MOST_LATE or self.map.is_behind()):
            return True
        return not (self._settled or self._locks.is_written)

    @contextmanager
    def _undisturbed(self) -> Iterator[bool]:
        """Lock new writers out; yields False where another thread or process is already writing.

        The index is checked before, and the marker renewed after, since even opening the index
        changes Chroma's files. The writer itself skips both: it checked when it took its lock.
        """
        if self._locks.is_writer:  # by this thread
            yield True
            return
        with self._locks.opening():
            settled = not self._locks.is_written
            if settled:
                self._ensure_healthy()
            yield settled
            if settled:
                self._store.note(self._number())

    def _opened(self, index: VectorIndex | None) -> VectorIndex:
        number = self._number()
        if index is None or self._opened_number != number:
            index, self._opened_number = self._store.open(number), number
        else:
            index.reopen()
        return index

    def _number(self) -> int:
        """Of the index in use."""
        return int(self._catalog.meta("index") or 1)

    def look(self) -> None:
        """Notice a catalog that lost something, unless a writer is at work or somebody looks.

        Raises:
            ArchiveDamaged: it did.
        """
        if not self._writable:
            self.ledger.compare()
            return
        with self._locks.opening_at_once() as alone:
            if alone and not self._locks.is_written:
                self.ledger.check()

    def finish(self) -> None:
        """Bring what a crash left undone to its end, unless a writer is at work."""
        if self._writable and self._is_unfinished() and not self._locks.is_written:
            with contextlib.suppress(ArchiveBusy), self.writing():
                pass

    def _is_unfinished(self) -> bool:
        catalog = self._catalog
        undone = catalog.pending() or catalog.unindex() or catalog.meta("unwiped")
        return bool(undone or self.map.is_behind())

    def _ensure_healthy(self) -> None:
        if self._store.is_noted(self._number()):
            return
        self._generation = _NONE
        self._sweep()
        health = self._health()
        if health == "more" and self.ledger.exists:
            raise self.ledger.damaged("The index holds more passages than the catalog.")
        if health == "unknown":
            _log.warning("The index of %s could not be looked at in time.", self._folder)
        if health in ("damaged", "more"):
            self.rebuild()

    def health(self) -> probe.Health:
        """Whether the index agrees with the catalog; unknown while somebody else writes."""
        self._tending.wait()
        if not self._writable:
            return "unknown"
        with self._locks.opening():
            return "unknown" if self._locks.is_written else self._health()

    def _health(self) -> probe.Health:
        """The same, as looked at in a child process."""
        current = self._catalog.passage_count("current")
        extra = self._catalog.passage_count("pending") + len(self._catalog.unindex())
        some = [vector.tolist() for vector in self._catalog.some_vectors(_PROBED)]
        expected = probe.Expectation(current, current + extra, some)
        if not self.map.is_sound(expected):
            return "damaged"
        return self._store.health(self._number(), expected)

    def rebuild(self) -> None:
        """Build a new index beside the old one, then switch; readers follow the generation."""
        number = self._number() + 1
        made = self._folder / f"vectors-{number}"
        shutil.rmtree(made, ignore_errors=True)
        self._store.discard(number)
        index, vectors = self._store.open(number), VectorMap(made)
        vectors.append(self._catalog.vectors())
        index.fill(self._catalog.vectors())
        self._catalog.switch_index(number, vectors.last)
        self._catalog.activate(vectors.last)
        gone = self._catalog.unindex()
        vectors.drop(gone)
        index.delete(gone)
        index.close()
        self._catalog.unindexed(gone)
        self.map.take()
        self._sweep()

    def _sweep(self) -> None:
        """Delete what is left of other indexes and maps."""
        self._store.keep_only(self._number())
        for one in self._folder.glob("vectors-*"):
            if one != self.map.folder:
                shutil.rmtree(one, ignore_errors=True)

    def activate(self) -> None:
        """Index pending versions, make them current, and delete the vectors of superseded ones."""
        first = self._catalog.first_pending()
        self.map.catch_up()
        if first is not None:
            self._indexed(lambda index: index.fill(self._catalog.vectors(first - 1)))
        if self._catalog.pending() or self.map.is_behind():
            self._catalog.activate(self.map.last)
            self.keep_up()
        self.forget()

    def _indexed(self, write: Callable[[VectorIndex], None]) -> None:
        """Write to the index; where that fails it is made again, from the catalog."""
        try:
            write(self.fresh())
        except (ArchiveError, OSError):
            raise
        except Exception as error:
            if is_full(self._folder):
                raise no_room() from error
            _log.exception("The index of %s cannot be written to; it is made again.", self._folder)
            self.rebuild()

    def forget(self) -> None:
        """Delete the vectors of passages that the catalog no longer has."""
        gone = self._catalog.unindex()
        if gone:
            self.map.drop(gone)
            self._indexed(lambda index: index.delete(gone))
            self._catalog.unindexed(gone)
            self.keep_up()

    def keep_up(self) -> None:
        """Adopt the current generation: this writer's index already contains its own changes."""
        with self._index_lock:
            if self._generation != _NONE:
                self._generation, self._loaded = self._catalog.generation(), len(self.map)

    @contextmanager
    def writing(self, look: bool = True, removing: Sequence[str] = ()) -> Iterator[None]:
        """Hold the writer's lock; the marker is deleted meanwhile, so that a crash is detected.

        Args:
            look: whether to check the index first, and complete work that a crash interrupted.
            removing: the ids of articles that the catalog may lose.

        Raises:
            ArchiveBusy: another thread or process is writing.
        """
        if not self._writable:
            raise ArchiveError(
                f"Nothing can be written to the archive {self._folder}.",
                "Its folder is read-only, or its disk was full when it was opened.",
            )
        with self._locks.writing(), in_words(self._folder):
            with self._locks.opening():
                if look:
                    self._ensure_healthy()
                self._store.begin()
                self.ledger.begin(sum(len(self._catalog.known(one)) for one in removing))
            if self._catalog.generation() != self._generation:
                self._generation = _NONE  # on top of an older state vectors would be lost
            whole = not (look and self._is_unfinished()) or self._finished(bool(removing))
            yield
            self.ledger.end()
            if whole:
                self._store.note(self._number())

    def _finished(self, removing: bool) -> bool:
        """Bring what a crash left to its end; whether that was done. Removing may make room."""
        try:
            self.activate()
            self._catalog.finish_wiping()
        except (ArchiveError, OSError):
            if not removing:
                raise
            return False
        return True
