"""Evidence for a writer, and the draft that it makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from assistant.models.framing import heading
from assistant.types import Evidence, Hit, Question


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that a writer takes from a source; not trusted until they are verified."""

    evidence: int
    """Number of the source."""
    text: str
    """The words."""
    start: int
    """Where the writer says they begin in the article."""
    end: int
    """Where the writer says they end."""


@dataclass(frozen=True, slots=True)
class DraftClaim:
    """One sentence of a draft, with the quotes it rests on."""

    text: str
    quotes: tuple[Quote, ...]
    """Words that it is made of, as the quoting writer gives them."""
    cites: tuple[int, ...] = ()
    """Numbers of the sources that it cites, as a chat model gives them."""
    part: str = ""
    """The part of the question that it answers, where there are several."""
    mark: str = ""
    """The words of it that answer, where that is sure."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a writer wrote."""

    claims: tuple[DraftClaim, ...]
    """In order of use to the reader; none where the writer finds no answer."""
    confidence: float
    """From 0 to 1: how likely the evidence answers the question."""
    related: bool
    """Whether the evidence has to do with the question at all."""
    doubtful: bool = False
    """Whether the claims may not answer it, as near as they are."""
    missing: tuple[str, ...] = ()
    """Parts of the question that the evidence leaves unanswered."""
    nearest: tuple[Quote, ...] = ()
    """Where it has no claims: the sentences that come nearest to an answer, best first."""
    declined: bool = False
    """Whether a chat model said that the sources do not answer."""
    tokens: Mapping[str, int] = field(default_factory=dict)
    """Tokens that a chat model read (``input``) and wrote (``output``)."""


class Writer(Protocol):
    """Turns evidence into a draft."""

    def write(self, question: Question, evidence: Sequence[Evidence]) -> Draft:
        """A draft whose quotes name the evidence they come from."""


class Fallback(Writer, Protocol):
    """A writer that writes where a chat model fails, and tells whether to ask it at all."""

    def is_related(self, evidence: Sequence[Evidence]) -> bool | None:
        """Whether evidence has to do with its question; None where only a draft can tell."""


def pack(
    hits: Sequence[Hit], budget: int, count_tokens: Callable[[Sequence[str]], list[int]]
) -> tuple[Evidence, ...]:
    """The best hits, numbered, within a budget of tiktoken tokens; at least one where any is."""
    texts = [f"{heading(hit.passage.article)}\n{hit.passage.text}" for hit in hits]
    packed: list[Evidence] = []
    spent = 0
    for hit, tokens in zip(hits, count_tokens(texts), strict=True):
        if packed and spent + tokens > budget:
            break
        packed.append(Evidence(len(packed) + 1, hit))
        spent += tokens
    return tuple(packed)
