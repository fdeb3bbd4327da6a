"""Cancellation: an answer in progress is stopped at once, whatever step it is in."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from queue import SimpleQueue
from threading import Event, Thread
from typing import Generic, TypeVar

from assistant.errors import Cancelled

T = TypeVar("T")


class CancellableStream(Generic[T]):
    """A stream of steps that its reader can cancel. Safe to use from threads.

    The steps are produced in a background thread, so that cancelling does not wait for the
    current step, which may take seconds. Gradio's own cancellation is no help: a step being sent
    to the page when its event is cancelled appears after the message that it was cancelled.
    """

    def __init__(self) -> None:
        """Nothing is under way yet."""
        self._made: SimpleQueue[T | Exception | None] = SimpleQueue()  # None at the end
        self.over = Event()
        """Set when it is stopped, and when it ends."""
        self.left = False
        """Whether the reader has moved on, so that not even the cancellation is shown."""

    def stop(self) -> None:
        """Cancel the stream: its reader gets no more, its producer ends after the current step."""
        self.over.set()
        self._made.put(None)

    def leave(self) -> None:
        """Cancel the stream without showing that it was cancelled."""
        self.left = True
        self.stop()

    def heard(self, making: Generator[T]) -> Iterator[T]:
        """Run the generator in a thread, and yield its items as they come.

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
