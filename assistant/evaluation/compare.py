"""Two runs compared, and one held against its thresholds and a baseline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.errors import RunsDiffer
from assistant.evaluation import sampling
from assistant.evaluation.metrics.scores import Metric, Numbers, unscored
from assistant.evaluation.runs import Run, as_numbers, rounded
from assistant.suites.suite import PROMISES

_ALARM = 0.05
# Metrics that must stay at 1: one failure is a regression, without a significance test.
_FLAWLESS = (*PROMISES, "citation_recall", "facts_supported")


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
    """95 % interval of the difference, by paired bootstrap; None with fewer than two clusters."""
    p: float | None
    """The difference's p-value, by a randomisation test; None where a value is missing."""
    p_adjusted: float | None
    """The p-value with Holm's correction for multiple comparisons; None where ``p`` is."""
    won: tuple[str, ...]
    """Questions that the second run does better; none where a figure is not one of questions."""
    lost: tuple[str, ...]
    """Questions that it does worse."""
    worse: bool
    """Whether the second run is worse, and significantly so (adjusted p below 0.05)."""

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
class Finding:
    """Something that the gate found."""

    metric: str
    """The figure; empty where it is about the whole run."""
    text: str
    """What is the matter."""

    def __str__(self) -> str:
        return f"{self.metric}: {self.text}" if self.metric else self.text


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says of a run."""

    failures: tuple[Finding, ...]
    """What is worse than a threshold or the baseline."""
    unjudged: tuple[Finding, ...]
    """What could not be judged, and why."""
    comparisons: tuple[Comparison, ...]
    """The figures against the baseline's; none without one."""

    @property
    def passed(self) -> bool:
        """Whether the run may pass."""
        return not self.failures and not self.unjudged


@dataclass(frozen=True, slots=True)
class _Paired:
    """A figure's scores in two runs; a row of zeros where one of them has none."""

    ids: tuple[str, ...]
    a: Numbers
    b: Numbers
    clusters: sampling.Whole
    values: tuple[float | None, float | None]


def compare(a: Run, b: Run) -> list[Comparison]:
    """Compare the metrics of two runs, and test their differences for significance.

    Raises:
        RunsDiffer: they asked different questions.
    """
    _refuse_other_questions(a, b)
    pairs = {metric.name: _paired(metric, a, b) for metric in b.tested}
    tests = {name: _test(b, b.metrics[name], pair) for name, pair in pairs.items()}
    tested = [name for name, p in tests.items() if p is not None]
    by_holm = dict(
        zip(tested, sampling.holm([p for p in tests.values() if p is not None]), strict=True)
    )
    return [
        _compared(b, b.metrics[name], pair, tests[name], by_holm.get(name))
        for name, pair in pairs.items()
    ]


def differences(a: Run, b: Run) -> list[str]:
    """What made the two runs different, in words."""
    return a.manifest.differences(b.manifest)


def gate(run: Run, baseline: Run | None = None) -> Verdict:
    """Whether a run may pass: no figure beyond its threshold, none worse than the baseline.

    A figure is worse where Holm's p is below 0.05, or where it says what no answer may get wrong
    (exact quotes, current versions, supported citations and facts), was 1 in the baseline and is
    not any more.
    """
    failures = [
        Finding(s.metric.name, str(s)) for s in run.fell_short if s.estimate.value is not None
    ]
    unjudged = [Finding(s.metric.name, str(s)) for s in run.fell_short if s.estimate.value is None]
    if baseline is None:
        return Verdict(tuple(failures), tuple(unjudged), ())
    if run.manifest.archive != baseline.manifest.archive:
        unjudged.append(Finding("", f"{baseline.folder} asked an archive of other articles"))
        return Verdict(tuple(failures), tuple(unjudged), ())
    try:
        comparisons = tuple(compare(baseline, run))
    except RunsDiffer as reason:
        unjudged.append(Finding("", str(reason)))
        return Verdict(tuple(failures), tuple(unjudged), ())
    failed = {failure.metric for failure in failures}
    failures += [one for one in _worse(run, baseline, comparisons) if one.metric not in failed]
    unjudged += [*_gone_dark(run, baseline), *_too_few(run, comparisons)]
    return Verdict(tuple(failures), tuple(unjudged), comparisons)


def _worse(run: Run, baseline: Run, comparisons: tuple[Comparison, ...]) -> Iterator[Finding]:
    after = "{:.4g} after {:.4g} in the baseline"
    worse = {one.metric for one in comparisons if one.worse}
    for name, estimate in run.figures.items():
        before = baseline.figures[name].value if name in baseline.figures else None
        if estimate.value is None or before is None:
            continue
        lapsed = name in _FLAWLESS and before == 1.0 and estimate.value < 1.0
        if lapsed or name in worse:
            yield Finding(name, after.format(estimate.value, before))


def _gone_dark(run: Run, baseline: Run) -> Iterator[Finding]:
    """Metrics of ``_FLAWLESS`` that were scored in the baseline and are unscored in this run."""
    for name in _FLAWLESS:
        estimate = run.figures[name]
        if estimate.value is None and baseline.figures[name].value is not None:
            reason = f"unscored, because {estimate.unscored_because}; scored in the baseline"
            yield Finding(name, reason)


def _too_few(run: Run, comparisons: tuple[Comparison, ...]) -> Iterator[Finding]:
    """Figures that fell where there are too few clusters to tell a fall from chance."""
    count = len(set(run.clusters.tolist()))
    for one in comparisons:
        if one.a is None or one.b is None or count >= sampling.FEWEST:
            continue
        if run.metrics[one.metric].is_worse(one.b, one.a):
            few = f"{one.b:.4g} after {one.a:.4g}, over too few articles to tell from chance"
            yield Finding(one.metric, few)


def _refuse_other_questions(a: Run, b: Run) -> None:
    asked = [[(result.id, result.twin) for result in run.results] for run in (a, b)]
    if a.manifest.questions != b.manifest.questions or asked[0] != asked[1]:
        raise RunsDiffer(
            f"{a.folder} and {b.folder} asked different questions.",
            "Run one suite with both versions.",
        )


def _paired(metric: Metric, a: Run, b: Run) -> _Paired:
    """Pair the scores of questions that either run scores.

    For AUROC and calibration error both runs must: a row of zeros would count as a case.
    """
    wanted = any if metric.by_question else all
    places = [
        n
        for n, results in enumerate(zip(a.results, b.results, strict=True))
        if wanted(result.scored(metric.name) for result in results)
    ]
    nothing = unscored("not in this run")
    before, after = (
        as_numbers(run.results[n].scores.get(metric.name, nothing) for n in places)
        for run in (a, b)
    )
    return _Paired(
        ids=tuple(b.results[n].id for n in places),
        a=before,
        b=after,
        clusters=b.clusters[places],
        values=(
            sampling.value_of(before, metric.statistic),
            sampling.value_of(after, metric.statistic),
        ),
    )


def _test(run: Run, metric: Metric, pair: _Paired) -> float | None:
    """The p of the difference; None where a value is missing."""
    if None in pair.values:
        return None
    return sampling.randomisation_p(
        pair.a, pair.b, pair.clusters, metric.statistic, run.manifest.seed
    )


def _compared(
    run: Run, metric: Metric, pair: _Paired, p: float | None, adjusted: float | None
) -> Comparison:
    before, after = pair.values
    won, lost = _wins(metric, pair)
    known = before is not None and after is not None
    return Comparison(
        metric=metric.name,
        a=before,
        b=after,
        interval=(
            sampling.paired_interval(
                pair.a, pair.b, pair.clusters, metric.statistic, run.manifest.seed
            )
            if known
            else None
        ),
        p=p,
        p_adjusted=adjusted,
        won=won,
        lost=lost,
        worse=(
            adjusted is not None
            and adjusted < _ALARM
            and before is not None
            and after is not None
            and metric.is_worse(after, before)
        ),
    )


def _wins(metric: Metric, pairs: _Paired) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Questions won and lost, of those that both runs score."""
    if not metric.by_question:
        return (), ()
    both = (pairs.a[:, 1] > 0) & (pairs.b[:, 1] > 0)
    ids = np.array(pairs.ids, object)[both]
    a, b = (scores[both, 0] / scores[both, 1] for scores in (pairs.a, pairs.b))
    better = (b - a) * (1 if metric.better == "higher" else -1)
    return tuple(ids[better > 1e-9]), tuple(ids[better < -1e-9])
