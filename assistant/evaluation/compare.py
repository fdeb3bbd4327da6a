"""Two runs compared, and one held against its thresholds and a baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from assistant.errors import RunsDiffer
from assistant.evaluation import sampling
from assistant.evaluation.metrics import USUAL, Metric, Score
from assistant.evaluation.metrics.scores import ratio
from assistant.evaluation.runs import Run, as_numbers, rounded

_ALARM = 0.05
# What is right of every answer or is broken: one lapse is news, however many questions are asked.
_FLAWLESS = ("exact_quotes", "current_versions", "citation_recall", "facts_supported")
_DIFFERENCES = ("archive", "settings_fingerprint", "models", "prompts", "judge", "code", "versions")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure in two runs."""

    metric: str
    """Its name."""
    a: float | None
    """Its value in the first run; None where it is unscored."""
    b: float | None
    """Its value in the second."""
    interval: sampling.Interval | None
    """95 % interval of the difference, by paired bootstrap."""
    p: float | None
    """Randomisation test of the difference."""
    p_adjusted: float | None
    """The same by Holm, over the figures compared."""
    won: tuple[str, ...]
    """Questions that the second run does better."""
    lost: tuple[str, ...]
    """Questions that it does worse."""
    worse: bool
    """Whether it is worse, and that is no chance."""

    @property
    def difference(self) -> float | None:
        """The second less the first."""
        return None if self.a is None or self.b is None else self.b - self.a

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "metric": self.metric,
            "a": rounded(self.a),
            "b": rounded(self.b),
            "difference": rounded(self.difference),
            "interval": [rounded(end) for end in self.interval] if self.interval else None,
            "p": rounded(self.p),
            "p_adjusted": rounded(self.p_adjusted),
            "won": list(self.won),
            "lost": list(self.lost),
            "worse": self.worse,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says of a run."""

    failures: tuple[str, ...]
    """What is worse than a threshold or the baseline, in words; the metric's name stands first."""
    unjudged: tuple[str, ...]
    """Thresholds whose metric is unscored, and why."""
    comparisons: tuple[Comparison, ...]
    """The figures against the baseline's; none without one."""


def compare(a: Run, b: Run, resamples: int = sampling.RESAMPLES) -> list[Comparison]:
    """The figures of two runs, and whether their differences can be chance.

    Raises:
        RunsDiffer: they asked different questions.
    """
    _same_questions(a, b)
    names = b.manifest["metrics"] or a.manifest["metrics"] or USUAL
    chosen = [b.metrics[name] for name in names if name in b.metrics]
    found = [_compared(metric, a, b, resamples) for metric in chosen]
    tested = [n for n, comparison in enumerate(found) if comparison.p is not None]
    adjusted = sampling.holm([found[n].p or 0.0 for n in tested])
    by_place = dict(zip(tested, adjusted, strict=True))
    return [
        _judged(comparison, metric, by_place.get(n))
        for n, (comparison, metric) in enumerate(zip(found, chosen, strict=True))
    ]


def differences(a: Run, b: Run) -> list[str]:
    """What made the two runs different, in words."""
    return [
        name.replace("_", " ")
        for name in _DIFFERENCES
        if a.manifest.get(name) != b.manifest.get(name)
    ]


def gate(run: Run, baseline: Run | None = None) -> Verdict:
    """Whether a run may pass: no figure beyond its threshold, none worse than the baseline.

    A figure is worse where Holm's p is below 0.05, or where it says what no answer may get wrong
    (``_FLAWLESS``), was 1 in the baseline and is not any more.

    Raises:
        RunsDiffer: the baseline asked other questions, or another archive.
    """
    failures, unjudged = [], []
    for name, threshold in run.manifest["thresholds"].items():
        metric = run.metrics[name]
        found = run.figure(metric)
        if found["value"] is None:
            unjudged.append(f"{name}: unscored, because {found['unscored_because']}")
        elif metric.falls_short(found["value"], threshold):
            bound = "at least" if metric.better == "higher" else "at most"
            failures.append(f"{name}: {found['value']:.4g}, where {bound} {threshold:g} is asked")
    if baseline is None:
        return Verdict(tuple(failures), tuple(unjudged), ())
    _same_questions(baseline, run)
    if baseline.manifest["archive"] != run.manifest["archive"]:
        raise RunsDiffer(
            f"{baseline.folder} and {run.folder} asked archives of different articles.",
            "Make a new baseline.",
        )
    comparisons = compare(baseline, run)
    failed = {failure.split(":")[0] for failure in failures}
    for one in comparisons:
        lapsed = one.metric in _FLAWLESS and one.a == 1.0 and one.b is not None and one.b < 1.0
        if one.metric not in failed and (one.worse or lapsed):
            failures.append(f"{one.metric}: {one.b:.4g} after {one.a:.4g} in the baseline")
    return Verdict(tuple(failures), tuple(unjudged), tuple(comparisons))


def _same_questions(a: Run, b: Run) -> None:
    asked = [[(result.id, result.twin) for result in run.results] for run in (a, b)]
    if a.manifest["questions"] != b.manifest["questions"] or asked[0] != asked[1]:
        raise RunsDiffer(
            f"{a.folder} and {b.folder} asked different questions.",
            "Run one suite with both versions.",
        )


def _compared(metric: Metric, a: Run, b: Run, resamples: int) -> Comparison:
    """A comparison whose p is not adjusted yet."""
    pairs = [
        (result.id, *(_score(run, n, metric.name) for run in (a, b)), cluster)
        for n, (result, cluster) in enumerate(zip(b.results, b.clusters, strict=True))
    ]
    pairs = [pair for pair in pairs if not (pair[1].unscored and pair[2].unscored)]
    if metric.figure is not ratio:  # a row of zeros would count as a case
        pairs = [pair for pair in pairs if not (pair[1].unscored or pair[2].unscored)]
    one, two = as_numbers(pair[1] for pair in pairs), as_numbers(pair[2] for pair in pairs)
    values = sampling.value_of(one, metric.figure), sampling.value_of(two, metric.figure)
    if None in values:
        return Comparison(metric.name, *values, None, None, None, (), (), worse=False)
    groups = np.unique(np.array([pair[3] for pair in pairs], np.int64), return_inverse=True)[1]
    given = (one, two, groups, metric.figure, b.manifest["seed"], resamples)
    won, lost = _wins(metric, [pair[:3] for pair in pairs])
    return Comparison(
        metric.name,
        *values,
        interval=sampling.paired_interval(*given),
        p=sampling.randomisation_p(*given),
        p_adjusted=None,
        won=won,
        lost=lost,
        worse=False,
    )


def _judged(comparison: Comparison, metric: Metric, adjusted: float | None) -> Comparison:
    gap = comparison.difference or 0.0
    worse = gap < 0 if metric.better == "higher" else gap > 0
    found = adjusted is not None and adjusted < _ALARM
    return replace(comparison, p_adjusted=adjusted, worse=worse and found)


def _score(run: Run, place: int, name: str) -> Score:
    return run.results[place].scores.get(name, Score(0.0, 0.0, "it does not apply"))


def _wins(
    metric: Metric, pairs: Sequence[tuple[str, Score, Score]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Questions won and lost; there are none where only many questions make the figure."""
    if metric.figure is not ratio:
        return (), ()
    sign = 1 if metric.better == "higher" else -1
    gaps = [
        (name, sign * (two.value / two.of - one.value / one.of))
        for name, one, two in pairs
        if one.of and two.of
    ]
    return (
        tuple(name for name, gap in gaps if gap > 1e-9),
        tuple(name for name, gap in gaps if gap < -1e-9),
    )
