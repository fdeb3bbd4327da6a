"""Numbers and days of a claim: each must be one that its sources give."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations

from assistant.language.facts import Day, agree, facts
from assistant.language.language import english
from assistant.verification.given import Given, numbers_in, percents_in
from assistant.verification.objection import Objection
from assistant.verification.readings import Reading, Source

_EN = english()
_COUNTED = Decimal(12)  # up to which whoever writes counts things that the source lists
_FIGURES = re.compile(r"\d[\d.,]{0,40}")
_ABOUT = re.compile(
    r"\b(?:about|around|roughly|nearly|almost|some|approximately|close to|just (?:over|under)"
    r"|(?:more|less|fewer) than|over|under|above|below|up to|at least|at most|or so|odd)\b",
    re.IGNORECASE,
)
_NEAR = Decimal("0.12")  # how far a number that is said to be about right may lie from it
_RELATIVE = re.compile(
    rf"\b(?:{'|'.join(_EN.weekdays)}|yesterday|today|tonight|tomorrow"
    r"|(?:last|next|this|previous|following|past|coming) (?:day|night|week|weekend|month|year"
    r"|morning|afternoon|evening)|(?:day|week|month|fortnight)s? (?:ago|later|earlier|before"
    r"|after|from now)|overnight|weekend)\b",
    re.IGNORECASE,
)
_REACH = timedelta(35)  # how far a day that a source only hints at lies from its publication


def wrong_figure(claim: Reading, sources: Sequence[Source]) -> Objection | None:
    """The first number or day of a claim that no cited article gives; None where all are given.

    What a reader counts or works out is given: a small number in words, the sum or difference of
    two numbers, about as much as one, the day that "on Tuesday" was.
    """
    every = [one.given for one in sources]
    held = frozenset[Decimal]().union(*(one.numbers for one in every))
    for number in sorted(claim.facts.numbers - held):
        if not (_is_count(number, claim.text) or _is_worked_out(number, claim.text, sources)):
            return Objection("number", f"{number:f}")
    if (wrong := _wrong_unit(claim.text, every)) is not None:
        return Objection("unit", f"{wrong:f}")
    for day in sorted(claim.facts.dates, key=str):
        if not any(_gives(one, day) for one in every):
            return Objection("date", _written(day))
    return None


def _is_count(number: Decimal, text: str) -> bool:
    """True for a small number in words."""
    in_figures = facts(" ; ".join(_FIGURES.findall(text))).numbers
    return number <= _COUNTED and number not in in_figures


def _is_worked_out(number: Decimal, text: str, sources: Sequence[Source]) -> bool:
    """True for about as much as a number of a passage, and for a sum or difference of two."""
    about = _ABOUT.search(text) is not None
    for source in sources:
        held = numbers_in(" ".join(one.text for one in source.sentences))
        if any(number in (one + two, abs(one - two)) for one, two in combinations(held, 2)):
            return True
        if about and any(abs(number - one) <= _NEAR * one for one in held):
            return True
    return False


def _wrong_unit(claim: str, every: Sequence[Given]) -> Decimal | None:
    """A number with percent where the sources have percentage points, or the reverse."""
    mine = percents_in(claim)
    for unit, other in ((0, 1), (1, 0)):
        theirs = [set[Decimal]().union(*(one.percents[n] for one in every)) for n in (unit, other)]
        if wrong := mine[unit] & theirs[1] - theirs[0]:
            return min(wrong)
    return None


def _gives(given: Given, day: Day) -> bool:
    """Whether an article speaks of a day, a month or a year, if only by "on Tuesday"."""
    if any(agree(day, other) for other in given.facts.dates):
        return True
    if not _RELATIVE.search(given.article.text):
        return False
    if given.article.published is None:
        return day[0] is None  # what "Tuesday" was, nobody can tell
    around = _around(given.article.published)
    return any(agree(day, (one.year, one.month, one.day)) for one in around)


def _around(day: date) -> Iterator[date]:
    first, last = day - min(_REACH, day - date.min), day + min(_REACH, date.max - day)
    for n in range((last - first).days + 1):
        yield first + timedelta(n)


def _written(day: Day) -> str:
    year, month, number = day
    return " ".join(str(one) for one in (number, _EN.months[month - 1].title(), year) if one)
