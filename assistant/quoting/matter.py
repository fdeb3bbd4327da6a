"""Decide which articles belong to a story or a list, by a logistic model (evals/fit_matter.py).

The model has what `Figures` holds. What else was tried is in docs/design/forms.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from assistant.quoting.confidence import logistic

_FILE = Path(__file__).with_name("matter.json")


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of an article beside a topic."""

    behind: float
    """How far its best passage scores below the best article's; 0 without a reranker."""
    first: float
    """Logit of its first sentence, by the reader or by words."""
    best: float
    """The best logit of what was found of it."""
    likeness: float
    """Cosine of the topic and its headline with its first sentence."""
    named: bool
    """Whether it has the name that the topic is; False where that is more than a name."""


@dataclass(frozen=True, slots=True)
class Matter:
    """Judges which articles are on the matter, by fitted numbers."""

    weights: Mapping[str, float]
    """Logits per unit of each of the `Figures`."""
    bias: float
    """Logit where every figure is 0."""
    least: Mapping[str, float]
    """Least probability for an article of a "story" or a "list"."""

    def of(self, seen: Figures) -> float:
        """How likely an article is on the matter, from 0 to 1."""
        figures = asdict(seen)
        logit = self.bias + sum(weight * figures[name] for name, weight in self.weights.items())
        return logistic(logit)

    def belong(self, form: str, articles: Sequence[Figures]) -> list[bool]:
        """For each article whether it belongs to the answer of a form."""
        return [self.of(one) >= self.least[form] for one in articles]


@cache
def fitted(by: str) -> Matter:
    """What the package ships.

    Args:
        by: as for the confidence: "reader" or "words", and " and reranker" where there is one.
    """
    return Matter(**json.loads(_FILE.read_text(encoding="utf-8"))[by])
