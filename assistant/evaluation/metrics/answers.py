"""Does the answer say what is right?"""

from __future__ import annotations

import re
from collections import Counter

from assistant.evaluation.metrics.scores import Case, Metric, Score, share, unscored
from assistant.language.facts import facts
from assistant.text import find, words

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
METRICS = [
    Metric(
        "complete",
        "answers",
        "share of answerable questions whose answer, with its quotes, holds every entry of"
        " must_include, whatever the case and the shape of quotes; a refusal does not",
    ),
    Metric(
        "token_f1",
        "answers",
        "harmonic mean of the shares of words that the answer and the reference answer have in"
        " common, without a, an, the and punctuation (P. Rajpurkar et al., “SQuAD”, 2016)",
    ),
    Metric(
        "facts_matched",
        "answers",
        "share of the reference answer's numbers, dates and names that the answer and its quotes"
        " hold",
    ),
]


def score(case: Case) -> dict[str, Score]:
    """The scores of a question that is no twin."""
    question = case.gold.question
    if not question.answerable:
        none = unscored("the question is not answerable")
        return {metric.name: none for metric in METRICS}
    reference = facts(question.answer)
    return {
        "complete": (
            Score(float(case.answered and all(held(case))))
            if question.must_include
            else unscored("the question has no must_include")
        ),
        "token_f1": (
            Score(token_f1(said(case), question.answer) if case.answered else 0.0)
            if question.answer
            else unscored("the question has no reference answer")
        ),
        "facts_matched": share(
            reference.found_in(shown(case)) if case.answered else 0,
            len(reference),
            "the reference answer names no number, date or name",
        ),
    }


def held(case: Case) -> list[bool]:
    """Whether what is shown holds each entry of must_include; nothing is held by a refusal."""
    text = shown(case).casefold() if case.answered else ""
    return [
        any(find(one.casefold(), text) is not None for one in alternatives)
        for alternatives in case.gold.question.wanted
    ]


def said(case: Case) -> str:
    """The answer's claims, without citation marks."""
    return " ".join(claim.text for claim in case.record.answer.shown)


def shown(case: Case) -> str:
    """The answer's claims and the quotes under them."""
    quotes = [citation.quote for citation in case.record.answer.citations]
    return "\n".join([said(case), *quotes])


def token_f1(text: str, reference: str) -> float:
    """SQuAD's F1 of two texts, from 0 to 1."""
    one, two = (Counter(words(_ARTICLES.sub(" ", side.casefold()))) for side in (text, reference))
    common = (one & two).total()
    return 2 * common / (one.total() + two.total()) if common else 0.0
