"""Whether the sentences of a source say what a claim says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from assistant.models.reranking import Reranker


class Verifier(Protocol):
    """Judges whether sources support a claim."""

    @property
    def name(self) -> str:
        """Identifies the model."""

    def supports(self, claim: str, sources: Sequence[str]) -> list[float]:
        """One logit per source of one to three sentences; higher means better support."""


class CrossEncoderVerifier:
    """Uses a reranker as a verifier, which only tells whether two texts have the same topic.

    It cannot tell "will accept" from "will not accept".
    """

    def __init__(self, reranker: Reranker) -> None:
        self._reranker = reranker
        self.name = reranker.name

    def supports(self, claim: str, sources: Sequence[str]) -> list[float]:
        """A logit per source, in the order of the sources.

        Raises:
            ModelError: the model cannot be loaded.
        """
        return self._reranker.score(claim, sources)


def load_verifier(reranker: Reranker | None) -> Verifier | None:
    """The verifier that goes with a reranker; None where that is off."""
    return CrossEncoderVerifier(reranker) if reranker else None
