"""A run: each question's scores, and the figures made of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from assistant.evaluation import sampling
from assistant.evaluation.lost import STAGES
from assistant.evaluation.manifest import Manifest
from assistant.evaluation.metrics import USUAL, metrics_of
from assistant.evaluation.metrics.scores import Metric, Numbers, Score

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Result:
    """One question's scores."""

    id: str
    """The question's id."""
    twin: bool
    """Whether its own articles were excluded."""
    articles: tuple[str, ...]
    """The gold articles; questions that share one are a cluster."""
    slices: dict[str, tuple[str, ...]]
    """What it belongs to, by slice."""
    lost: str | None
    """The stage that lost it."""
    scores: dict[str, Score]
    """What it adds to each figure."""

    def scored(self, metric: str) -> bool:
        """Whether it adds anything to a figure."""
        return metric in self.scores and not self.scores[metric].unscored


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, and how much it rests on."""

    value: float | None
    """The figure; None where it cannot be made."""
    interval: sampling.Interval | None
    """Its 95 % interval; None where there are fewer than two clusters."""
    scored: int
    """How many questions it is made of."""
    reasons: dict[str, int]
    """Why others are unscored, and how many each."""

    @property
    def unscored_because(self) -> str | None:
        """Why there is no value; None where there is one."""
        if self.value is not None:
            return None
        if self.scored:
            return "the scored questions are all of one sort"
        none = "no question is of this sort"
        return max(self.reasons, key=self.reasons.__getitem__, default=none)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "value": rounded(self.value),
            "interval": [rounded(end) for end in self.interval] if self.interval else None,
            "scored": self.scored,
            "unscored": sum(self.reasons.values()),
            "unscored_because": self.unscored_because,
            "reasons": self.reasons,
        }


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A figure that is beyond its threshold, or that cannot be told."""

    metric: Metric
    """Which figure."""
    estimate: Estimate
    """What it is."""
    threshold: float
    """What was asked."""

    def __str__(self) -> str:
        bound = "at least" if self.metric.better == "higher" else "at most"
        asked = f"asked for {bound} {self.threshold:g}"
        if self.estimate.value is None:
            return f"unscored, because {self.estimate.unscored_because}; {asked}"
        return f"{self.estimate.value:.4g}, {asked}"


@dataclass(frozen=True)
class Run:
    """A run that is done."""

    folder: Path
    """Where it lies."""
    manifest: Manifest
    """What made it."""
    results: tuple[Result, ...]
    """Each question's scores, in the order asked."""

    @cached_property
    def metrics(self) -> dict[str, Metric]:
        """What was measured."""
        return metrics_of(self.manifest.cutoffs, self.manifest.twins)

    @cached_property
    def tested(self) -> list[Metric]:
        """The metrics that comparisons test, and that slices show."""
        names = self.manifest.metrics or USUAL
        return [self.metrics[name] for name in names if name in self.metrics]

    @cached_property
    def clusters(self) -> sampling.Whole:
        """Each result's cluster."""
        return sampling.clusters([result.articles for result in self.results])

    @cached_property
    def figures(self) -> dict[str, Estimate]:
        """Every figure, by metric."""
        return {name: self._estimate(metric) for name, metric in self.metrics.items()}

    @cached_property
    def fell_short(self) -> list[Shortfall]:
        """Figures beyond their thresholds, and thresholds whose figure is unscored."""
        asked = self.manifest.thresholds.items()
        found = [Shortfall(self.metrics[name], self.figures[name], bar) for name, bar in asked]
        return [
            one
            for one in found
            if one.estimate.value is None or one.metric.is_worse(one.estimate.value, one.threshold)
        ]

    def summary(self) -> dict[str, Any]:
        """The figures, by slice, too, and what lost the questions; for JSON."""
        return {
            "suite": self.manifest.suite,
            "asked": len(self.results),
            "fell_short": [
                {
                    "metric": short.metric.name,
                    "value": rounded(short.estimate.value),
                    "threshold": short.threshold,
                }
                for short in self.fell_short
            ],
            "lost": {
                stage: [
                    f"{result.id} (twin)" if result.twin else result.id
                    for result in self.results
                    if result.lost == stage
                ]
                for stage in STAGES
            },
            "figures": {name: estimate.to_dict() for name, estimate in self.figures.items()},
            "slices": {name: self._sliced(name) for name in self.manifest.slices},
        }

    def _sliced(self, name: str) -> dict[str, dict[str, Any]]:
        """The tested figures for each value of a slice; twins are no part of it."""
        asked = [result for result in self.results if not result.twin]
        found: dict[str, dict[str, Any]] = {}
        for value in sorted({value for result in asked for value in result.slices[name]}):
            within = [result for result in asked if value in result.slices[name]]
            figures = {metric.name: _plain(within, metric) for metric in self.tested}
            lost = sum(result.lost is not None for result in within)
            found[value] = {"asked": len(within), "lost": lost, "figures": figures}
        return found

    def _estimate(self, metric: Metric) -> Estimate:
        places = [n for n, result in enumerate(self.results) if result.scored(metric.name)]
        rows = as_numbers(self.results[n].scores[metric.name] for n in places)
        value = sampling.value_of(rows, metric.statistic)
        reasons = Counter(
            result.scores[metric.name].unscored
            for result in self.results
            if metric.name in result.scores and not result.scored(metric.name)
        )
        groups, seed = self.clusters[places], self.manifest.seed
        return Estimate(
            value=value,
            interval=(
                None if value is None else sampling.interval(rows, groups, metric.statistic, seed)
            ),
            scored=len(places),
            reasons=dict(sorted(reasons.items())),
        )


def _plain(results: Sequence[Result], metric: Metric) -> dict[str, Any]:
    """A figure over some results, without its interval."""
    scores = [result.scores[metric.name] for result in results if result.scored(metric.name)]
    value = sampling.value_of(as_numbers(scores), metric.statistic)
    return {"value": rounded(value), "scored": len(scores)}


def as_numbers(scores: Iterable[Score]) -> Numbers:
    """Scores as rows of shape (questions, 2)."""
    return np.array([(score.value, score.of) for score in scores], np.float64).reshape(-1, 2)


def rounded_score(score: Score) -> Score:
    """A score as it is kept, so that a run is the same in memory and on disk."""
    return Score(round(score.value, _DIGITS), round(score.of, _DIGITS), score.unscored)


def rounded(value: float | None) -> float | None:
    """A figure to six digits, so that two runs of the same are the same to the byte."""
    return None if value is None else round(value, _DIGITS)
