"""What a writer is given for each question of a suite, recorded once, to write from many times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant import Assistant
from assistant.answering.evidence import Draft
from assistant.evaluation.gold import Gold, locate, twin_filters
from assistant.suites.suite import Suite
from assistant.types import EVERYTHING, Evidence, Question


@dataclass(frozen=True)
class Recorded:
    """A question as it was understood, and the evidence that was found for it."""

    suite: str
    gold: Gold
    twin: bool
    """Whether its own articles were left out, so that nothing answers it."""
    question: Question
    evidence: tuple[Evidence, ...]

    @property
    def answerable(self) -> bool:
        """Whether the evidence may hold an answer."""
        return self.gold.question.answerable and not self.twin

    @property
    def group(self) -> str:
        """What folds are made by: its article, or itself where it has none."""
        return next(iter(self.gold.question.gold_articles), self.gold.question.id)


@dataclass
class Recorder:
    """A writer that writes nothing, and keeps what it is given."""

    given: list[tuple[Question, tuple[Evidence, ...]]] = field(default_factory=list)

    def is_related(self, _: Sequence[Evidence], /) -> bool:
        """Nothing is: no chat model is asked."""
        return False

    def write(self, question: Question, evidence: Sequence[Evidence]) -> Draft:
        """An empty draft."""
        self.given.append((question, tuple(evidence)))
        return Draft((), 0.0, related=False)


def record(suite: Suite, assistant: Assistant) -> list[Recorded]:
    """Each question, and each answerable one again with its own articles left out.

    Questions for which nothing was found at all are left out, too. The assistant can write
    nothing any more.
    """
    writer = assistant.stages.writer = Recorder()
    found = []
    for gold in locate(suite, assistant.archive):
        for twin in [False, True] if gold.has_twin else [False]:
            filters = twin_filters(gold) if twin else EVERYTHING
            assistant.ask(Question(gold.question.question, gold.question.history, filters))
            found += [Recorded(suite.name, gold, twin, *given) for given in writer.given]
            writer.given.clear()
    return found
