"""Where a question was lost: the first stage that let go of what its answer needs."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.evaluation.asking import Found
from assistant.evaluation.metrics.answers import held
from assistant.evaluation.metrics.citations import covered, covers
from assistant.evaluation.metrics.refusal import rebuts
from assistant.evaluation.metrics.scores import Case

STAGES = {
    "not retrieved": "neither search found a passage that holds the gold quote",
    "not reranked up": "it was found, and the reranker left it out of what the writer reads",
    "not chosen": "the writer read it, and quoted something else",
    "not grounded": "the writer quoted it, and the gate did not let it through",
    "incomplete": "the gold is cited, and yet the answer lacks a part of must_include",
    "wrongly refused": "the writer read it, or a part of it, and refused",
    "wrongly answered": "it had to be refused, and was answered",
}
"""What each stage's loss means, in the order of the stages."""


def lost(case: Case) -> str | None:
    """The stage of ``STAGES`` that lost the question; None where it is right, or cannot be told.

    An answerable question is right when its answer is complete; where the suite does not say what
    an answer must include, when every gold quote is cited, or a gold article where there is none.
    """
    question = case.gold.question
    if case.record.twin or not question.answerable:
        wrong = case.answered and (case.record.twin or not rebuts(case))
        return "wrongly answered" if wrong else None
    if not question.gold_articles:
        return None if case.answered else "wrongly refused"
    if _right(case):
        return None
    losses = [_lost_quote(case, position) for position in range(len(question.evidence))]
    if not question.evidence:
        losses = [_lost_article(case)]
    if not case.answered and "not chosen" in losses:
        return "wrongly refused"
    order = list(STAGES)
    return min((loss for loss in losses if loss), key=order.index, default="incomplete")


def _right(case: Case) -> bool:
    question = case.gold.question
    if not case.answered:
        return False
    if question.must_include:
        return all(held(case))
    if question.evidence:
        return all(covered(case, quote) for quote in question.evidence)
    return any(item.story in case.gold.stories for item in case.record.cited)


def _lost_quote(case: Case, position: int) -> str | None:
    quote, record = case.gold.question.evidence[position], case.record
    story = case.gold.story(quote.article)
    if covered(case, quote):
        return None
    drafted = any(
        draft.story == story and covers(draft.text, quote.quote) for draft in record.drafted
    )

    def holds(found: Sequence[Found]) -> bool:
        return any(position in item.quotes for item in found)

    return _stage(holds(record.candidates), holds(record.evidence), drafted)


def _lost_article(case: Case) -> str | None:
    gold, record = case.gold.stories, case.record
    if any(item.story in gold for item in record.cited):
        return None

    def holds(found: Sequence[Found]) -> bool:
        return any(item.story in gold for item in found)

    drafted = any(draft.story in gold for draft in record.drafted)
    return _stage(holds(record.candidates), holds(record.evidence), drafted)


def _stage(found: bool, read: bool, drafted: bool) -> str:
    if not found:
        return "not retrieved"
    if not read:
        return "not reranked up"
    return "not grounded" if drafted else "not chosen"
