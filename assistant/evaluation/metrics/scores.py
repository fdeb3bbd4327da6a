"""What a metric is, what it gives for a question, and how a figure is made of many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assistant.evaluation.asking import Record
from assistant.evaluation.gold import Gold
from assistant.types import Claim

Numbers = NDArray[np.float64]
_BINS = 10


@dataclass(frozen=True, slots=True)
class Case:
    """A question with what is right about it, and what the assistant made of it."""

    gold: Gold
    """What is right."""
    record: Record
    """What was answered."""

    @property
    def answered(self) -> bool:
        """Whether there is an answer; a refusal is none."""
        return self.record.answer.refusal is None

    def quotes(self, claim: Claim) -> list[str]:
        """The quotes that a claim cites."""
        return [c.quote for c in self.record.answer.citations if c.number in claim.citations]


@dataclass(frozen=True, slots=True)
class Score:
    """What one question adds to a figure: two numbers, or why it adds nothing.

    For a mean or a rate, ``of`` counts what was looked at and ``value`` what of it was right. For
    areas and calibration errors, ``value`` is the confidence and ``of`` the truth, 0 or 1.
    """

    value: float = 0.0
    of: float = 1.0
    unscored: str = ""


def unscored(reason: str) -> Score:
    """No score, and why."""
    return Score(0.0, 0.0, reason)


def rate(right: float, looked_at: float, nothing: str) -> Score:
    """So many right of so many; ``nothing`` says why there were none to look at."""
    return Score(float(right), float(looked_at)) if looked_at else unscored(nothing)


def share(right: float, looked_at: float, nothing: str) -> Score:
    """The share of right ones, every question counting once."""
    return Score(right / looked_at) if looked_at else unscored(nothing)


Statistic = Callable[[Numbers, Numbers], Numbers]
"""Maps scores of shape (questions, 2) and weights of shape (samples, questions) to one value for
each sample; NaN where it is undefined, which callers filter out."""


def ratio(scores: Numbers, weights: Numbers) -> Numbers:
    """Sum of values over sum of ``of``: a mean where every ``of`` is 1, a rate elsewhere."""
    sums = weights @ scores
    return _divided(sums[:, 0], sums[:, 1])


def auroc(scores: Numbers, weights: Numbers) -> Numbers:
    """Area under the ROC curve: how often a true case has the higher confidence, ties half.

    Source: J. Hanley and B. McNeil, "The meaning and use of the area under a receiver operating
    characteristic (ROC) curve", 1982.
    """
    true = scores[:, 1] > 0
    gap = scores[true, 0][:, None] - scores[~true, 0][None, :]
    wins = (gap > 0) + 0.5 * (gap == 0)
    of_true, of_false = weights[:, true], weights[:, ~true]
    return _divided(
        ((of_true @ wins) * of_false).sum(axis=1), of_true.sum(axis=1) * of_false.sum(axis=1)
    )


def ece(scores: Numbers, weights: Numbers) -> Numbers:
    """Expected calibration error over ten bins of equal width.

    Source: C. Guo et al., "On Calibration of Modern Neural Networks", 2017, equation 3.
    """
    bins = np.eye(_BINS)[bin_of(scores[:, 0])]
    gaps = weights @ (bins * (scores[:, 0] - scores[:, 1])[:, None])
    return _divided(np.abs(gaps).sum(axis=1), weights.sum(axis=1))


def bin_of(confidence: Numbers) -> NDArray[np.int64]:
    """The bin of equal width, from 0 to 9, that each confidence falls into."""
    bins: NDArray[np.int64] = np.minimum((confidence * _BINS).astype(np.int64), _BINS - 1)
    return bins


def _divided(over: Numbers, under: Numbers) -> Numbers:
    result: Numbers = np.divide(over, under, out=np.full(len(over), np.nan), where=under > 0)
    return result


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure of the report."""

    name: str
    """Its name in files and thresholds."""
    group: Literal["retrieval", "citations", "answers", "attribution", "refusal", "cost", "judge"]
    """The part of the assistant that it looks at."""
    meaning: str
    """What it says, with its formula and its source."""
    better: Literal["higher", "lower"] = "higher"
    """Which way is better."""
    statistic: Statistic = ratio
    """How questions' scores become the figure."""

    @property
    def by_question(self) -> bool:
        """Whether single questions have a value; for AUROC and calibration error they have none."""
        return self.statistic is ratio

    def is_worse(self, value: float, than: float) -> bool:
        """Whether a value is on the wrong side of another; rounding is no fault."""
        slack = 1e-9
        return value < than - slack if self.better == "higher" else value > than + slack
