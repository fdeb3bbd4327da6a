"""Decide which sentences belong beside those already chosen, by a logistic model.

Fitted by evals/fit_belonging.py to answers that people chose. The model has what `Figures` holds;
what else was tried is in docs/design/forms.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from assistant.language import stem, terms
from assistant.quoting.confidence import logistic
from assistant.quoting.scoring import ScoredSentence
from assistant.types import Form

_FILE = Path(__file__).with_name("belonging.json")
_NEAR = 600  # characters
_EARLY = 300  # characters from the beginning of an article, where `Figures.early` is a half


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of a sentence beside those chosen before it for the same question."""

    logit: float
    """How well it answers, by the reader or by words."""
    first: float
    """The logit of the sentence chosen first."""
    behind: float
    """How far its score lies behind the best sentence's."""
    article_behind: float
    """How far its article's best passage scores behind that of the best sentence's article."""
    same_article: bool
    """Whether it is of the article of the sentence chosen first."""
    follows: bool
    """Whether it stands right behind a chosen one."""
    precedes: bool
    """Whether it stands right before a chosen one."""
    near: bool
    """Whether it begins within 600 characters of where a chosen one does."""
    covers: int
    """Terms of the question that it has and no chosen one does."""
    chosen: int
    """How many are."""
    opens: bool
    """Whether it begins a paragraph."""
    early: float
    """1 for the beginning of an article, a half for what begins 300 characters on."""
    asks: bool
    """Whether it is a question."""


@dataclass(frozen=True, slots=True)
class Belonging:
    """Judges whether a sentence belongs, by fitted numbers."""

    weights: Mapping[str, float]
    """Logits per unit of each of the `Figures`."""
    bias: Mapping[str, float]
    """Logit where every figure is 0, by form."""
    least: float
    """Probability from which a sentence belongs."""

    def of(self, form: Form, seen: Figures) -> float:
        """How likely a sentence belongs in the answer of a form, from 0 to 1."""
        figures = asdict(seen)
        logit = self.bias[form] + sum(w * figures[name] for name, w in self.weights.items())
        return logistic(logit)

    def next(
        self,
        form: Form,
        query: str,
        chosen: Sequence[ScoredSentence],
        left: Iterable[ScoredSentence],
        best: ScoredSentence,
    ) -> tuple[float, ScoredSentence] | None:
        """Of what is left the sentence that most likely belongs, and how likely; None if none does.

        Args:
            form: of the answer.
            query: what is asked.
            chosen: what is chosen, at least one, in the order in which it was.
            left: sentences to choose from.
            best: the best sentence that was found.
        """
        likely = ((self.of(form, figures(one, chosen, best, query)), one) for one in left)
        found = max(likely, key=lambda pair: pair[0], default=None)
        return found if found and found[0] >= self.least else None


def figures(
    one: ScoredSentence, chosen: Sequence[ScoredSentence], best: ScoredSentence, query: str
) -> Figures:
    """What is known of a sentence.

    Args:
        one: the sentence.
        chosen: what is chosen, at least one, in the order in which it was.
        best: the best sentence that was found.
        query: what is asked.
    """
    mine = one.candidate
    beside = [o.candidate for o in chosen if o.candidate.article == mine.article]
    return Figures(
        logit=one.logit,
        first=chosen[0].logit,
        behind=best.score - one.score,
        article_behind=best.candidate.article_score - mine.article_score,
        same_article=chosen[0].candidate.article == mine.article,
        follows=any(mine.before == other.text for other in beside),
        precedes=any(other.before == mine.text for other in beside),
        near=any(abs(mine.start - other.start) < _NEAR for other in beside),
        covers=len((_stems(query) - _held(chosen)) & _stems(mine.text)),
        chosen=len(chosen),
        opens=mine.opens,
        early=_EARLY / (_EARLY + mine.start),
        asks=mine.text.endswith("?"),
    )


def _held(chosen: Sequence[ScoredSentence]) -> frozenset[str]:
    return frozenset().union(*(_stems(one.candidate.text) for one in chosen))


@lru_cache(maxsize=10_000)
def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(term) for term in terms(text))


@cache
def fitted(by: str, answers: Literal["answers", "stories"] = "answers") -> Belonging:
    """What the package ships.

    Args:
        by: as for the confidence: "reader" or "words", and " and reranker" where there is one.
        answers: what is made of the sentences; stories, article by article, have a model of their
            own.
    """
    return Belonging(**json.loads(_FILE.read_text(encoding="utf-8"))[by][answers])
