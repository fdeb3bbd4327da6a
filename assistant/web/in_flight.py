"""What each open page of the conversation has under way: one question, the last that it asked."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.web.answer_steps import PendingQuestion


class QuestionsInFlight:
    """The questions under way, by page. Safe to use from threads."""

    def __init__(self) -> None:
        """Nothing is."""
        self._lock = threading.Lock()
        self._asked: dict[str, PendingQuestion] = {}
        self._moves: Counter[str] = Counter()

    def of(self, page: str) -> PendingQuestion | None:
        """What a page waits for; None where that is nothing."""
        asked = self._asked.get(page)
        return None if asked is None or asked.stream.over.is_set() else asked

    def moves(self, page: str) -> int:
        """How often a page has gone on to something else."""
        return self._moves[page]

    @contextmanager
    def asking(self, page: str, asked: PendingQuestion) -> Iterator[bool]:
        """Register a page's question, cancelling its last; False if it is the same question."""
        with self._lock:
            before = self.of(page)
            fresh = before != asked
            if fresh:
                self._go_on(page)
                self._asked[page] = asked
        try:
            yield fresh
        finally:
            with self._lock:
                if self._asked.get(page) is asked:
                    del self._asked[page]

    def leave(self, page: str) -> None:
        """A page goes on to something else: nothing more of what it has under way is shown."""
        with self._lock:
            self._go_on(page)

    def forget(self, page: str) -> None:
        """A page is closed."""
        self.leave(page)
        self._moves.pop(page, None)

    def _go_on(self, page: str) -> None:
        self._moves[page] += 1
        if asked := self._asked.pop(page, None):
            asked.stream.leave()
