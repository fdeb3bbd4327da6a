"""Admission control: how many questions are answered at once, how many wait, who is sent away."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.errors import Busy, Cancelled
from assistant.types import StageEvent

_LOOK = 0.3  # seconds between two looks at what is waited for


class AdmissionControl:
    """Limits concurrent questions, and queues a bounded number more. Safe to use from threads."""

    def __init__(self, at_once: int, waiting: int) -> None:
        """Let nobody in yet.

        Args:
            at_once: how many questions are answered at once.
            waiting: how many more may wait.
        """
        self._at_once = at_once
        self._most = at_once + waiting
        self._line: deque[object] = deque()
        self._talking: set[str] = set()
        self._moved = threading.Condition()  # its lock may be taken again

    @contextmanager
    def ticket(self) -> Iterator[Ticket]:
        """A place in the queue, released at the end of the block.

        Raises:
            Busy: the queue is full. It is raised at once, without waiting.
        """
        with self._moved:
            if len(self._line) >= self._most:
                raise Busy(
                    "On Record is busy: too many questions are waiting.", "Ask again in a minute."
                )
            place = object()
            self._line.append(place)
        try:
            yield Ticket(self, place)
        finally:
            with self._moved:
                self._line.remove(place)
                self._moved.notify_all()

    @contextmanager
    def alone(self, conversation: str, over: threading.Event) -> Iterator[None]:
        """Lock a conversation, waiting until no other question of it is being answered.

        Without this, the later of two concurrent answers would replace the other.

        Raises:
            Cancelled: the question was cancelled while it waited.
        """
        with self._moved:
            while not self._moved.wait_for(lambda: conversation not in self._talking, _LOOK):
                if over.is_set():
                    raise Cancelled
            self._talking.add(conversation)
        try:
            yield
        finally:
            with self._moved:
                self._talking.remove(conversation)
                self._moved.notify_all()

    def before(self, place: object) -> int:
        """How many questions must be answered before this one is begun."""
        with self._moved:
            return max(0, self._line.index(place) - self._at_once + 1)

    def wait(self, place: object, seconds: float | None) -> bool:
        """Wait until it is this one's turn, or for some seconds; whether it is."""
        with self._moved:
            return self._moved.wait_for(lambda: self._line.index(place) < self._at_once, seconds)

    @property
    def length(self) -> int:
        """How many questions are answered or wait."""
        with self._moved:
            return len(self._line)

    @property
    def idle(self) -> bool:
        """True where nobody is waiting and a question could be begun at once."""
        with self._moved:
            return len(self._line) < self._at_once


class Ticket:
    """A place in the line."""

    def __init__(self, admission: AdmissionControl, place: object) -> None:
        self._admission, self._place = admission, place

    @property
    def before(self) -> int:
        """How many questions must be answered before this one is begun."""
        return self._admission.before(self._place)

    def waiting(self) -> Iterator[StageEvent]:
        """Yield a progress event at intervals until it is this question's turn.

        Closing the generator that uses it, inside a ``ticket`` block, gives up the place.
        """
        while before := self.before:
            yield StageEvent("wait", f"Waiting: {before} before this", 0.0)
            self.wait(_LOOK)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it is this one's turn, or for some seconds; whether it is."""
        return self._admission.wait(self._place, seconds)
