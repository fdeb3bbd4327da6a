"""One question on its way to its answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

from assistant.answering.evidence import Draft
from assistant.answering.gate import JudgedClaim
from assistant.answering.refusing import described
from assistant.tracing import span
from assistant.types import Answer, Coverage, Evidence, Hit, Question

if TYPE_CHECKING:
    from opentelemetry.trace import Span


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what is known so far; each stage fills in a field."""

    question: Question
    coverage: Coverage = field(default_factory=Coverage)
    hits: tuple[Hit, ...] = ()
    guess: Mapping[str, Turn] = field(default_factory=dict)
    """What each stage found for it while a chat model was reading it."""
    evidence: tuple[Evidence, ...] = ()
    draft: Draft | None = None
    judged: tuple[JudgedClaim, ...] | None = None
    notice: str | None = None
    answer: Answer | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    span: Span | None = field(default=None, compare=False)
    """What the spans of its stages are below."""


Stage = Callable[[Turn], Turn]


def timed(name: str, stage: Stage) -> Stage:
    """The stage, which also writes down how long it took; a turn with its answer passes it by."""

    def run(turn: Turn) -> Turn:
        if turn.answer:
            return turn
        start = time.perf_counter()
        with span(name, turn.span):
            turn = stage(turn)
        spent = turn.seconds.get(name, 0.0) + time.perf_counter() - start
        return replace(turn, seconds={**turn.seconds, name: spent})

    return run


def finished(turn: Turn) -> Answer:
    """The answer of a turn that went through every stage, with the time of each."""
    answer = cast(Answer, turn.answer)  # the last stage has set it
    seconds = {name: round(spent, 4) for name, spent in turn.seconds.items()}
    return replace(answer, trace=replace(answer.trace, seconds=seconds))


def message(stage: str, turn: Turn) -> str:
    """What a stage found, for the reader; "" where that is nothing worth a line."""
    if stage not in turn.seconds:
        return ""
    passages = f"{len(turn.hits)} passage{'' if len(turn.hits) == 1 else 's'}"
    return {
        "understand": f"Searching {described(turn.coverage)}",
        "retrieve": f"Found {passages}",
        "rerank": f"Read the best {passages}",
        "period": "Kept to the days that the question names" if turn.question.inferred_days else "",
        "write": "Wrote the answer" if turn.judged is not None else "Chose the sentences",
        "ground": "Checked every quote against its article",
    }[stage]
