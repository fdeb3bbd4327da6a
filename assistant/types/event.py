"""What happens on the way to an answer."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.types.answer import Answer, Citation, Claim


@dataclass(frozen=True, slots=True)
class StageEvent:
    """A step of answering that is done."""

    stage: str
    """wait (where a line is kept), understand, retrieve, rerank, period, write or ground."""
    message: str
    """What it found, for the reader."""
    seconds: float
    """How long it took."""


@dataclass(frozen=True, slots=True)
class TokenEvent:
    """A piece of the answer as a chat model writes it; not checked yet."""

    text: str
    """The words, without citation marks."""
    citations: tuple[int, ...] = ()
    """Numbers of the sources that the model cites here, as it was given them."""


@dataclass(frozen=True, slots=True)
class ClaimEvent:
    """A sentence that the gate has seen whole."""

    claim: Claim
    """The claim with its verdict; its citations are numbered as in the answer so far."""
    citations: tuple[Citation, ...] = ()
    """What it cites."""


@dataclass(frozen=True, slots=True)
class AnswerEvent:
    """The last event of a stream."""

    answer: Answer
    """The finished answer."""


Event = StageEvent | TokenEvent | ClaimEvent | AnswerEvent
"""What ``Assistant.stream`` yields."""
