"""Metrics: each gives a value for a question, or says why it has none. Never NaN, no silent zero.

A metric that could not look is unscored; one that looked and found nothing right is zero. Scores
are pure functions of what was asked and answered: no archive, no model but a judge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.evaluation.metrics import (
    answers,
    attribution,
    citations,
    cost,
    judged,
    refusal,
    retrieval,
)
from assistant.evaluation.metrics.citations import SupportJudge
from assistant.evaluation.metrics.scores import Case, Metric, Score
from assistant.suites.suite import Suite

__all__ = ["USUAL", "Case", "Metric", "Score", "metrics_of", "score_all"]

USUAL = (
    "complete",
    "evidence_recall",
    "article_precision",
    "exact_quotes",
    "current_versions",
    "citation_recall",
    "citation_precision",
    "facts_matched",
    "facts_supported",
    "speaker_kept",
    "passage_ndcg@10",
    "refusal_recall",
    "over_refusal",
    "refusal_auroc",
    "twin_refusal_recall",
)
"""The figures that comparisons test where a suite names none."""


def metrics_of(cutoffs: Sequence[int], twins: bool) -> dict[str, Metric]:
    """Every metric by name, in the order of the report; those over twins only where asked."""
    found = [
        *answers.METRICS,
        *citations.METRICS,
        *attribution.METRICS,
        *refusal.METRICS,
        *retrieval.metrics(cutoffs),
        *judged.METRICS,
        *cost.METRICS,
    ]
    return {metric.name: metric for metric in found if twins or "twin" not in metric.name}


def score_all(
    cases: Sequence[Case],
    suite: Suite,
    support: SupportJudge,
    judge: Callable[[Case], dict[str, Score]],
) -> list[dict[str, Score]]:
    """Every case's scores by metric, in order; what does not apply to a case is left out.

    A twin is scored on what no answer may get wrong, and on being refused.
    """
    asked = [case for case in cases if not case.record.twin]
    rankings = iter(retrieval.score(asked, suite.cutoffs))
    return [
        {**citations.of_any_answer(case), **refusal.of_twin(case)}
        if case.record.twin
        else {
            **answers.score(case),
            **citations.of_any_answer(case),
            **citations.score(case, support),
            **attribution.score(case),
            **refusal.score(case, suite.twins),
            **next(rankings),
            **judge(case),
            **cost.score(case, suite.price_input, suite.price_output),
        }
        for case in cases
    ]
