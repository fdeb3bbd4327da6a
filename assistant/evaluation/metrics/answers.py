"""Does the answer say what is right?"""

from __future__ import annotations

import re
from collections import Counter

from assistant.evaluation.metrics.facts import Facts, facts
from assistant.evaluation.metrics.scores import Case, Metric, Score, share, unscored
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
    Metric(
        "facts_supported",
        "answers",
        "share of the numbers, dates and names of an answer's claims that the quotes which they"
        " cite hold",
    ),
]
_REFUSED = "it was refused"


def score(case: Case) -> dict[str, Score]:
    """The case's scores; a twin has none but that of invented facts."""
    scores = {"facts_supported": _supported(case)}
    question = case.gold.question
    if case.record.twin:
        return scores
    if not question.answerable:
        none = unscored("the question is not answerable")
        return scores | dict.fromkeys(("complete", "token_f1", "facts_matched"), none)
    reference = facts(question.answer)
    return scores | {
        "complete": (
            Score(float(complete(case)))
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


def complete(case: Case) -> bool:
    """True where every entry of must_include stands in what is shown."""
    text = shown(case).casefold() if case.answered else ""
    return case.answered and all(
        any(
            find(wanted.casefold(), text) is not None
            for wanted in ([entry] if isinstance(entry, str) else entry)
        )
        for entry in case.gold.question.must_include
    )


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


def _supported(case: Case) -> Score:
    if not case.answered:
        return unscored(_REFUSED)
    held = claimed = 0
    for claim in case.record.answer.shown:
        found: Facts = facts(claim.text)
        claimed += len(found)
        held += found.found_in("\n".join(case.quotes(claim)))
    return Score(held, claimed) if claimed else unscored("the claims hold no number, date or name")
