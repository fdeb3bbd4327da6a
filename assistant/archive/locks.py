"""The locks of an archive's folder: one process writes, and nobody looks at the index meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import ArchiveBusy

_LOCK_SECONDS = 1.0
_OPEN_SECONDS = 60.0


class Locks:
    """A writer's lock and an opener's.

    The first is held as long as something is written; the second only while somebody looks at the
    index, mends it and opens it, which a writer waits for.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer = FileLock(folder / "write.lock", timeout=_LOCK_SECONDS)
        self._opener = FileLock(folder / "open.lock", timeout=_OPEN_SECONDS)

    @property
    def is_writer(self) -> bool:
        """Whether this thread is the one that writes."""
        return bool(self._writer.is_locked)

    @property
    def is_written(self) -> bool:
        """Whether another thread or process is writing."""
        if self.is_writer:
            return False
        try:
            self._writer.acquire(timeout=0)
        except Timeout:
            return True
        self._writer.release()
        return False

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one that writes.

        Raises:
            ArchiveBusy: somebody else is.
        """
        with self._waiting_for(self._writer):
            yield

    @contextmanager
    def opening(self) -> Iterator[None]:
        """Be the one that looks at the index and opens it.

        Raises:
            ArchiveBusy: somebody else has done so for a minute.
        """
        with self._waiting_for(self._opener):
            yield

    @contextmanager
    def opening_at_once(self) -> Iterator[bool]:
        """The same, without waiting; yields False where somebody else does."""
        try:
            self._opener.acquire(timeout=0)
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            self._opener.release()

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
