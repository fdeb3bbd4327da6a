"""What a chat model says of an answer, where a suite asks for one as judge."""

from __future__ import annotations

from assistant.evaluation.metrics.scores import Case, Metric, Score, unscored

METRICS = [
    Metric(
        "judged_correct",
        "judge",
        "what a chat model says of the answer against the reference answer: correct 1, partly 0.5,"
        " incorrect 0; mean over the repeats; a refusal is incorrect",
    ),
    Metric("judged_correct_spread", "judge", "largest less smallest of the repeats", "lower"),
    Metric("judged_citation_recall", "judge", "citation_recall, a chat model judging support"),
    Metric(
        "judged_citation_precision", "judge", "citation_precision, a chat model judging support"
    ),
    Metric(
        "judged_citation_spread",
        "judge",
        "largest less smallest citation recall of the repeats",
        "lower",
    ),
]
_NONE = "the suite names no chat model as judge"


def unjudged(_case: Case) -> dict[str, Score]:
    """The scores of a case where no chat model judges."""
    return {metric.name: unscored(_NONE) for metric in METRICS}
