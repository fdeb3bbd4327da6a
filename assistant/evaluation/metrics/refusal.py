"""Does it refuse when it should, and answer when it can? Twins are counted apart."""

from __future__ import annotations

from assistant.evaluation.metrics.citations import covered
from assistant.evaluation.metrics.scores import Case, Metric, Score, auroc, ece, rate, unscored

_TWINS = "the answerable questions and their twins, whose own articles are excluded"
METRICS = [
    Metric(
        "refusal_recall",
        "refusal",
        "share of the unanswerable questions that are refused, or answered with a quote that"
        " rebuts their premise where the suite gives one",
    ),
    Metric(
        "lack_admitted",
        "refusal",
        "share of the unanswerable questions that are refused, or whose answer says that a part of"
        " the question has no answer",
    ),
    Metric(
        "lack_doubted",
        "refusal",
        "the same, or whose answer says of itself that it may be none",
    ),
    Metric(
        "doubted",
        "refusal",
        "share of the answerable questions whose answer says of itself that it may be none",
        "lower",
    ),
    Metric(
        "refusal_precision",
        "refusal",
        "share of the refusals that were right: refused and unanswerable / refused",
    ),
    Metric("over_refusal", "refusal", "share of the answerable questions refused", "lower"),
    Metric(
        "refusal_auroc",
        "refusal",
        "chance that an answerable question has a higher confidence than an unanswerable one"
        " (J. Hanley and B. McNeil, 1982)",
        statistic=auroc,
    ),
    Metric(
        "calibration_error",
        "refusal",
        "expected calibration error over ten bins (C. Guo et al., 2017) of the confidence against"
        " whether the writer's evidence held a gold quote",
        "lower",
        ece,
    ),
    Metric("twin_refusal_recall", "refusal", "share of the twins that are refused"),
    Metric("twin_refusal_precision", "refusal", f"refused twins / refusals, over {_TWINS}"),
    Metric("twin_auroc", "refusal", f"as refusal_auroc, over {_TWINS}", statistic=auroc),
    Metric(
        "twin_calibration_error", "refusal", f"as calibration_error, over {_TWINS}", "lower", ece
    ),
]


def score(case: Case, twins: bool) -> dict[str, Score]:
    """The scores of a question that is no twin; those over twins only where the suite has them."""
    answerable, refused = case.gold.question.answerable, not case.answered
    confidence = case.record.answer.confidence
    rebuttable = not answerable and bool(case.gold.question.evidence)
    none = unscored("a rebuttal is as right as a refusal")
    scores = {
        "refusal_precision": rate(refused and not answerable, refused, "it was answered"),
        "refusal_auroc": none if rebuttable else Score(confidence, float(answerable)),
        "calibration_error": none if rebuttable else _calibrated(case),
        "refusal_recall": unscored("the question is answerable"),
        "lack_admitted": unscored("the question is answerable"),
        "lack_doubted": unscored("the question is answerable"),
        "doubted": unscored("the question is not answerable"),
        "over_refusal": unscored("the question is not answerable"),
    }
    if not answerable:
        admitted = refused or bool(case.record.answer.missing)
        return scores | {
            "refusal_recall": Score(float(refused or rebuts(case))),
            "lack_admitted": Score(float(admitted)),
            "lack_doubted": Score(float(admitted or case.record.answer.doubtful)),
        }
    scores["over_refusal"] = Score(float(refused))
    scores["doubted"] = Score(float(case.record.answer.doubtful))
    if not (twins and case.gold.has_twin):
        return scores
    return scores | {
        "twin_refusal_precision": rate(0, refused, "it was answered"),
        "twin_auroc": Score(confidence, 1.0),
        "twin_calibration_error": _calibrated(case),
    }


def of_twin(case: Case) -> dict[str, Score]:
    """The scores of a twin."""
    refused, confidence = not case.answered, case.record.answer.confidence
    return {
        "twin_refusal_recall": Score(float(refused)),
        "twin_refusal_precision": rate(refused, refused, "it was answered"),
        "twin_auroc": Score(confidence, 0.0),
        "twin_calibration_error": Score(confidence, 0.0),
    }


def rebuts(case: Case) -> bool:
    """True where the answer cites a quote that rebuts the premise of an unanswerable question."""
    question = case.gold.question
    return not question.answerable and any(covered(case, quote) for quote in question.evidence)


def _calibrated(case: Case) -> Score:
    """The confidence, and whether what the writer was given holds gold."""
    question, confidence = case.gold.question, case.record.answer.confidence
    if question.answerable and not question.gold_articles:
        return unscored("the question names no gold")
    evidence = case.record.evidence
    if question.evidence:
        held = any(found.quotes for found in evidence)
    else:
        held = any(found.story in case.gold.stories for found in evidence)
    return Score(confidence, float(question.answerable and held))
