"""Figures with their uncertainty: resampling by clusters of questions that share an article.

Questions about one article succeed or fail together, so clusters are drawn, not questions.
Sources: B. Efron and R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13 (the
percentile interval); E. Edgington, "Randomization Tests", 1980; S. Holm, "A simple sequentially
rejective multiple test procedure", 1979.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.evaluation.metrics.scores import Numbers, Statistic

Whole = NDArray[np.int64]
Interval = tuple[float, float]

RESAMPLES = 10_000
FEWEST = 6
"""Clusters below which no difference can have p < 0.05: five can be swapped in 32 ways only."""
_FOR_ONE = 2_000  # resamples for one metric's interval; a run has fifty metrics
_CELLS = 4_000_000  # weights held in memory at a time
_LEVEL = 95


def clusters(articles: Sequence[Sequence[str]]) -> Whole:
    """The cluster of each question, as a number; questions on one article share a cluster.

    A question with several articles joins the one that most questions name. Joining all of them
    would merge a suite of multi-hop questions into one cluster, too few for any statistics.
    """
    shared = Counter(name for own in articles for name in set(own))
    keys = [
        min(own, key=lambda name: (-shared[name], name)) if own else place
        for place, own in enumerate(articles)
    ]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return np.array([numbers[key] for key in keys], np.int64)


def value_of(scores: Numbers, statistic: Statistic) -> float | None:
    """The figure of all questions, or None where it cannot be made of them.

    Args:
        scores: shape (questions, 2), the scored ones only.
        statistic: how they become one.
    """
    (value,) = statistic(scores, np.ones((1, len(scores)))) if len(scores) else (np.nan,)
    return None if np.isnan(value) else float(value)


def interval(scores: Numbers, groups: Whole, statistic: Statistic, seed: int) -> Interval | None:
    """The bootstrap's 95 % interval of a figure; None where there are fewer than two clusters."""
    return _percentiles(groups, seed, _FOR_ONE, lambda weights: statistic(scores, weights))


def paired_interval(
    a: Numbers,
    b: Numbers,
    groups: Whole,
    statistic: Statistic,
    seed: int,
    resamples: int = RESAMPLES,
) -> Interval | None:
    """The paired bootstrap's 95 % interval of the difference, b less a.

    Args:
        a: shape (questions, 2); a row of zeros where the question is not scored.
        b: the same questions' scores in the other run.
        groups: each question's cluster.
        statistic: how scores become a figure.
        seed: of the generator.
        resamples: how many samples are drawn.
    """
    return _percentiles(
        groups, seed, resamples, lambda weights: statistic(b, weights) - statistic(a, weights)
    )


def randomisation_p(
    a: Numbers,
    b: Numbers,
    groups: Whole,
    statistic: Statistic,
    seed: int,
    resamples: int = RESAMPLES,
) -> float:
    """The p-value of the difference, by a two-sided randomisation test over clusters.

    It is the share of random swaps of the two runs that give a difference at least as large. The
    observed assignment counts as one, so that it is never 0. Arguments as for ``paired_interval``.
    """
    both = np.concatenate([a, b])
    groups, count = _numbered(groups)
    generator = np.random.default_rng(seed)

    def difference(swapped: NDArray[np.bool_]) -> Numbers:
        per_question = swapped[:, groups].astype(np.float64)
        kept = 1 - per_question
        return statistic(both, np.hstack([per_question, kept])) - statistic(
            both, np.hstack([kept, per_question])
        )

    (observed,) = difference(np.zeros((1, count), np.bool_))
    if np.isnan(observed):
        return 1.0
    extreme = 1
    for size in _batches(resamples, 4 * len(both)):
        drawn = difference(generator.random((size, count)) < 0.5)
        # A draw without a value counts as at least as large, which is conservative.
        extreme += int(np.sum(np.isnan(drawn) | (np.abs(drawn) >= abs(observed) - 1e-12)))
    return extreme / (resamples + 1)


def holm(values: Sequence[float]) -> list[float]:
    """Holm's adjustment of p values, in their order."""
    adjusted = [0.0] * len(values)
    reached = 0.0
    for rank, position in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        reached = max(reached, min(1.0, values[position] * (len(values) - rank)))
        adjusted[position] = reached
    return adjusted


def _percentiles(
    groups: Whole, seed: int, resamples: int, weighted: Callable[[Numbers], Numbers]
) -> Interval | None:
    groups, count = _numbered(groups)
    if count < 2:
        return None
    generator = np.random.default_rng(seed)
    drawn = [
        weighted(
            generator.multinomial(count, np.full(count, 1 / count), size)[:, groups].astype(
                np.float64
            )
        )
        for size in _batches(resamples, 2 * len(groups))
    ]
    values = np.concatenate(drawn)
    values = values[~np.isnan(values)]
    if not len(values):
        return None
    low, high = np.percentile(values, [50 - _LEVEL / 2, 50 + _LEVEL / 2])
    return float(low), float(high)


def _numbered(groups: Whole) -> tuple[Whole, int]:
    """The clusters numbered from 0 without gaps, and how many there are."""
    names, numbers = np.unique(groups, return_inverse=True)
    return numbers.astype(np.int64), len(names)


def _batches(resamples: int, width: int) -> list[int]:
    size = max(1, min(resamples, _CELLS // max(1, width)))
    return [min(size, resamples - first) for first in range(0, resamples, size)]
