"""Understanding a question: what to search for, within what, and what it wants to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from assistant.errors import QuestionError
from assistant.language import Parser
from assistant.text import is_blank, one_line
from assistant.types import Order, Part, Question
from assistant.understanding.followups import standalone
from assistant.understanding.parts import parts
from assistant.understanding.periods import EventDay, period, wants_course, wants_latest


def understand(
    question: Question, max_characters: int, parser: Parser, event_day: EventDay | None = None
) -> Question:
    """The question cleaned, read without its history, with its parts, filters and order.

    Days that it names become filters where the caller set neither ``since`` nor ``until``; what
    the caller set is never widened.

    Args:
        question: as it was asked.
        max_characters: a longer one is refused.
        parser: reads a follow-up and the question before it.
        event_day: finds the day of an event that the question names.

    Raises:
        QuestionError: it is empty, or longer than ``max_characters``.
    """
    text = one_line(question.text)
    if is_blank(text):
        raise QuestionError("The question is empty.", "Ask what the articles say about something.")
    if len(text) > max_characters:
        raise QuestionError(
            f"The question has {len(text):,} characters; the limit is {max_characters:,}.",
            "Ask it shorter, or raise the setting answer.max_question.",
        )
    alone = question.standalone or standalone(text, question.history, parser)
    asked = [_dated(part, question.asked or date.today(), event_day) for part in parts(alone)]
    return replace(
        _limited(question, asked),
        text=text,
        standalone=alone,
        parts=tuple(asked),
        order=_order(alone),
    )


def _dated(part: Part, asked: date, event_day: EventDay | None) -> Part:
    named = period(part.query, asked, event_day)
    return replace(part, since=named.since, until=named.until) if named else part


def _limited(question: Question, asked: Sequence[Part]) -> Question:
    """The question with the days from the first to the last that its parts name, as filters.

    Only where every part names some, and the caller set none and did not forbid it.
    """
    filters = question.filters
    dated = all(part.since or part.until for part in asked)
    if not question.infer or filters.since or filters.until or not dated:
        return question
    firsts = [part.since for part in asked if part.since]
    lasts = [part.until for part in asked if part.until]
    since = min(firsts) if len(firsts) == len(asked) else None
    until = max(lasts) if len(lasts) == len(asked) else None
    days = tuple(name for name, day in (("since", since), ("until", until)) if day)
    inferred = (*question.inferred, *days)
    limited = replace(filters, since=since, until=until)
    return replace(question, filters=limited, inferred=inferred)


def _order(text: str) -> Order:
    if wants_course(text):
        return "date"
    return "latest" if wants_latest(text) else "use"
