"""What each open page of the conversation has under way: one question, the last that it asked."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.web.answer_steps import ConversationState, PendingQuestion

_LONGEST = 5.0  # seconds between the end of a question and its last step


class QuestionsInFlight:
    """The questions under way, by page. Safe to use from threads."""

    def __init__(self) -> None:
        """Nothing is."""
        self._lock = threading.RLock()
        self._ended = threading.Condition(self._lock)
        self._asked: dict[str, PendingQuestion] = {}
        self._moves: Counter[str] = Counter()
        self._settled: dict[str, ConversationState] = {}

    def of(self, page: str) -> PendingQuestion | None:
        """What a page waits for; None where that is nothing."""
        asked = self._asked.get(page)
        return None if asked is None or asked.stream.over.is_set() else asked

    def settle(self, page: str, talk: ConversationState) -> None:
        """A page's question is answered, stopped or has failed."""
        with self._lock:
            self._settled[page] = talk

    def settled(self, page: str, talk: ConversationState) -> ConversationState:
        """What a page knows of its conversation, or will in a moment.

        Its last question may be over, and the page not have heard of it yet.
        """
        with self._ended:
            self._ended.wait_for(lambda: page not in self._asked, _LONGEST)
            return self._settled.get(page, talk)

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
                    self._ended.notify_all()

    def leave(self, page: str) -> None:
        """A page goes on to something else: nothing more of what it has under way is shown."""
        with self._lock:
            self._go_on(page)
            self._settled.pop(page, None)

    def forget(self, page: str) -> None:
        """A page is closed."""
        self.leave(page)
        self._moves.pop(page, None)

    def _go_on(self, page: str) -> None:
        self._moves[page] += 1
        if asked := self._asked.pop(page, None):
            asked.stream.leave()
