"""Whether a sentence answers a question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from assistant.models.reranking import Reranker


class Reader(Protocol):
    """Judges whether sentences answer a question."""

    @property
    def name(self) -> str:
        """Identifies the model."""

    def answers(self, question: str, sentences: Sequence[str]) -> list[float]:
        """A logit per sentence, each given in its context: the higher, the better it answers."""


class CrossEncoderReader:
    """A reranker as a reader: a cross-encoder trained to tell relevant passages reads sentences."""

    def __init__(self, reranker: Reranker) -> None:
        self._reranker = reranker
        self.name = reranker.name

    def answers(self, question: str, sentences: Sequence[str]) -> list[float]:
        """A logit per sentence, in the order of the sentences.

        Raises:
            ModelError: the model cannot be loaded.
        """
        return self._reranker.score(question, sentences)


def load_reader(reranker: Reranker | None) -> Reader | None:
    """The reader that goes with a reranker; None where that is off."""
    return CrossEncoderReader(reranker) if reranker else None
