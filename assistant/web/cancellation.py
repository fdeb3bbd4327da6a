"""Stopping an answer that is on its way, at once, whatever step it is in."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from queue import SimpleQueue
from threading import Event, Thread
from typing import Generic, TypeVar

from assistant.errors import Cancelled

T = TypeVar("T")


class CancellableStream(Generic[T]):
    """What comes step by step until its reader stops it. Safe to use from threads.

    The steps are made in a thread of their own: one may take seconds, and who stops it waits for
    none. Gradio's cancelling is no help: a step that was under way to the page when its event was
    cancelled is shown after what says that it was.
    """

    def __init__(self) -> None:
        """Nothing is under way yet."""
        self._made: SimpleQueue[T | Exception | None] = SimpleQueue()  # None at the end
        self.over = Event()
        """Set when it is stopped, and when it ends."""
        self.left = False
        """Whether nobody wants to see any more of it, not even that it was stopped."""

    def stop(self) -> None:
        """End what is heard, now; what makes it ends with the step that it is in."""
        self.over.set()
        self._made.put(None)

    def leave(self) -> None:
        """Stop it, for nobody looks at it any more."""
        self.left = True
        self.stop()

    def heard(self, making: Generator[T]) -> Iterator[T]:
        """What is made, as it comes.

        Raises:
            Cancelled: somebody has stopped it.
            Exception: what was raised in making it.
        """
        Thread(target=self._make, args=(making,), daemon=True).start()
        try:
            while True:
                made = self._made.get()
                if self.over.is_set():
                    raise Cancelled
                if made is None:
                    return
                if isinstance(made, Exception):
                    raise made
                yield made
        finally:
            self.over.set()  # the reader may have gone

    def _make(self, making: Generator[T]) -> None:
        try:
            for made in making:
                self._made.put(made)
                if self.over.is_set():
                    break
        except Exception as error:  # noqa: BLE001 - raised again where it is heard
            self._made.put(error)
        finally:
            making.close()
            self._made.put(None)
