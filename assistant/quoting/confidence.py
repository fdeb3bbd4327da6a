"""Decide whether the evidence answers, by a logistic model (fitted by evals/fit_confidence.py).

Relevant evidence need not hold the answer. The model has two figures: how well the best sentence
answers, and how well its article's best passage fits the question. What else was tried is in
docs/design/quoting.md.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.quoting.scoring import ScoredSentence

_SURE = 0.5  # confidence; of less than that a reader is told
_FILE = Path(__file__).with_name("confidence.json")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the evidence answers."""

    confidence: float
    """From 0 to 1: how likely it answers the question."""
    answers: bool
    """Whether that is enough."""
    sure: bool
    """Whether it is enough to say nothing of doubt."""
    related: bool
    """Whether the evidence has to do with the question at all."""
    missing: tuple[bool, ...]
    """For each part of the question, whether it is left unanswered."""


@dataclass(frozen=True, slots=True)
class Confidence:
    """Judges whether the evidence answers, by fitted numbers."""

    weights: Mapping[str, float]
    """Logits per unit of each of the ``figures``."""
    bias: float
    """Logit where every figure is 0."""
    answers: float
    """Least confidence for an answer."""
    part: float
    """Least confidence for a part to count as answered, if the question is answered at all."""
    related: float
    """Least score of the best article, else of the best sentence, for evidence on the matter."""

    def judge(self, ranked: Sequence[Sequence[ScoredSentence]]) -> Verdict:
        """Whether the best sentences answer; the question is answered where its best part is.

        Args:
            ranked: for each part of the question, its sentences, best first.
        """
        parts = [self.of(part) for part in ranked]
        answers = max(parts) >= self.answers
        return Verdict(
            confidence=max(parts),
            answers=answers,
            sure=max(parts) >= _SURE,
            related=max(figures(part)[self._topic] for part in ranked) >= self.related,
            missing=tuple(not answers or one < self.part for one in parts),
        )

    def of(self, ranked: Sequence[ScoredSentence]) -> float:
        """How likely a part is answered by its sentences, from 0 to 1; 0 where there are none."""
        return logistic(self._logit(figures(ranked))) if ranked else 0.0

    @property
    def _topic(self) -> str:
        return "article" if "article" in self.weights else "sentence"

    def _logit(self, seen: Mapping[str, float]) -> float:
        return self.bias + sum(weight * seen[name] for name, weight in self.weights.items())


@cache
def fitted(by: str) -> Confidence:
    """What the package ships.

    Args:
        by: what the scores come from: "reader" or "words", and " and reranker" where the passages
            were reranked.
    """
    values = json.loads(_FILE.read_text(encoding="utf-8"))[by]
    return Confidence(**{name: values[name] for name in Confidence.__dataclass_fields__})


def figures(ranked: Sequence[ScoredSentence]) -> dict[str, float]:
    """What the model may see of a part: logits of its best sentence and of that one's article."""
    return {"sentence": ranked[0].logit, "article": ranked[0].candidate.article_score}


def logistic(logit: float) -> float:
    """The probability of a logit."""
    return 1 / (1 + math.exp(-logit))
