"""What a reader writes into the fields of a question; faults are named by their field."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date

from assistant.language import terms
from assistant.text import has_lone_surrogate
from assistant.types import Answer, Coverage, Filters
from assistant.understanding.periods import period, without_days

FILTERS = ("since", "until", "as_of", "outlets", "speakers")
"""The fields of a question that limit it."""
MOST_SPEAKERS = 100
"""Speakers that a search may be limited to: each is looked for in every statement."""

_PREPOSITIONS = frozenset(("in", "on", "from", "since", "after", "until", "to", "before", "the"))
_LONGEST = 40  # characters: to read days takes quadratic time
_AUTHOR = "the author "  # how understanding names one


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


def _end(text: str | None, field: str, end: str = "") -> date | None:
    """The first or last day of a stretch: a day, or words as a question has them ("March 2026").

    Raises:
        FieldFault: it cannot be read.
    """
    if len(text or "") > _LONGEST:
        raise FieldFault(field, f"A day has {_LONGEST} characters at most.")
    with suppress(FieldFault):
        return day(text, field)
    written = f"in {text}"  # some expressions want a preposition
    others = set(terms(without_days(written))) - _PREPOSITIONS
    named = None if others else period(written, date.today())
    found = named and {"since": named.since, "until": named.until}[end or field]
    if not found:
        raise FieldFault(field, "Write a day or a month: 2010-03-31, March 2010, last week.")
    return found


def filters(
    since: str | None = "",
    until: str | None = "",
    *,
    as_of: str | None = "",
    outlets: Sequence[str] = (),
    speakers: Sequence[str] = (),
) -> Filters:
    """The filters of these fields.

    Raises:
        FieldFault: a field holds what it cannot.
    """
    first, last = _end(since, "since"), _end(until, "until")
    if first and last and first > last:
        raise FieldFault("until", "The last day is before the first.")
    named = [
        tuple(one.strip() for one in names or () if isinstance(one, str) and one.strip())
        for names in (outlets, speakers)
    ]
    if len(named[1]) > MOST_SPEAKERS:
        raise FieldFault("speakers", f"{MOST_SPEAKERS} speakers are the most.")
    stood = _end(as_of, "as_of", "until")
    return Filters(since=first, until=last, outlets=named[0], speakers=named[1], as_of=stood)


def days_like(coverage: Coverage) -> str:
    """An example of what a field of days takes, of the archive's own time."""
    last = coverage.until or date.today()
    return f"{last:%B %Y}"


def _days(since: date | None, until: date | None) -> str:
    return " ".join(f"{word} {one}" for word, one in (("from", since), ("to", until)) if one)


def labels(own: Filters) -> tuple[str, str, str]:
    """What stands on the chips of days, outlets and speakers: what is set in each."""
    stood = f"as of {own.as_of}" if own.as_of else ""
    days = " ".join(filter(None, (_days(own.since, own.until), stood)))
    named = (f"Outlets: {', '.join(own.outlets)}", f"Speakers: {', '.join(own.speakers)}")
    return f"Days: {days}".rstrip(": "), named[0].rstrip(": "), named[1].rstrip(": ")


def set_by_reader(answer: Answer) -> Filters:
    """The limits of an answer that were not taken from its question's own words."""
    limits, taken = answer.filters, answer.inferred
    return replace(
        limits,
        since=None if "since" in taken else limits.since,
        until=None if "until" in taken else limits.until,
        outlets=() if "outlets" in taken else limits.outlets,
    )


def taken_from(answer: Answer) -> str:
    """The limits that a question's own words were taken to set, in words; "" for none."""
    limits, names = answer.filters, [name for _, name in answer.read_as]
    days = [getattr(limits, one) if one in answer.inferred else None for one in ("since", "until")]
    told = [_days(*days)] if any(days) else []
    told += limits.outlets if "outlets" in answer.inferred else ()
    if "articles" in answer.inferred:
        told += [f"by {name.removeprefix(_AUTHOR)}" for name in names if name.startswith(_AUTHOR)]
    return ", ".join(told)
