"""What a reader writes into the fields of a question; faults are named by their field."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from assistant.text import has_lone_surrogate
from assistant.types import Filters

MOST_SPEAKERS = 100
"""Speakers that a search may be limited to: each is looked for in every statement."""


class FieldFault(ValueError):
    """A field holds what it cannot; the message is for the reader, to stand beside it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def checked(question: str, most: int) -> None:
    """Look at a question.

    Raises:
        FieldFault: it is empty, or has more characters than ``most``.
    """
    if not question.strip():
        raise FieldFault("question", "The question is empty: ask what the articles say.")
    if has_lone_surrogate(question):
        raise FieldFault("question", "Half of a character stands in it: type it again.")
    if len(question) > most:
        fault = f"The question has {len(question):,} characters; {most:,} is the most."
        raise FieldFault("question", fault)


def day(text: str | None, field: str) -> date | None:
    """A day as written; None where nothing is.

    Raises:
        FieldFault: it is no day.
    """
    written = (text or "").strip()
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise FieldFault(field, "Write a day as year-month-day, for example 2010-03-31.") from None


def filters(
    since: str | None = "",
    until: str | None = "",
    outlets: Sequence[str] = (),
    speakers: Sequence[str] = (),
) -> Filters:
    """The filters of these fields.

    Raises:
        FieldFault: a field holds what it cannot.
    """
    first, last = day(since, "since"), day(until, "until")
    if first and last and first > last:
        raise FieldFault("until", "The last day is before the first.")
    named = [tuple(one.strip() for one in names if one.strip()) for names in (outlets, speakers)]
    if len(named[1]) > MOST_SPEAKERS:
        raise FieldFault("speakers", f"{MOST_SPEAKERS} speakers are the most.")
    return Filters(since=first, until=last, outlets=named[0], speakers=named[1])
