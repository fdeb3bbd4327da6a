"""What is done for an index in the background: looking after it, opening it, making it again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from assistant.errors import ArchiveBusy
from assistant.resources import is_full

_log = logging.getLogger(__name__)


class Tending:
    """One thing at a time. Nobody waits for it: what is searched exactly does not need it."""

    def __init__(self, folder: Path) -> None:
        """For the archive of a folder."""
        self._folder = folder
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def begin(self, work: Callable[[], object], again: bool = False) -> None:
        """Do something, unless something is being done, or was before and this is not ``again``."""
        with self._lock:
            before = self._thread
            if before is None or (again and not before.is_alive()):
                self._thread = threading.Thread(
                    target=self._do, args=[work], name="tend", daemon=True
                )
                self._thread.start()

    def _do(self, work: Callable[[], object]) -> None:
        try:
            work()
        except ArchiveBusy:
            self._thread = None  # so that it is done another time
        except Exception:  # noqa: BLE001 - of Chroma, of any kind; an open one may be closed
            if not self._closed and not is_full(self._folder):
                _log.exception("The index of %s could not be mended.", self._folder)

    def wait(self) -> None:
        """Until what is being done is done."""
        if (thread := self._thread) is not None:
            thread.join()

    def close(self) -> None:
        """What fails from now on is of no interest."""
        self._closed = True
