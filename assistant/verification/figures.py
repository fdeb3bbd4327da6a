"""Numbers and days of a claim: each must be one that its sources give."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import combinations

import regex

from assistant.language.facts import Day, agree, facts
from assistant.language.language import english
from assistant.text import words
from assistant.types import Article
from assistant.verification.objection import Objection
from assistant.verification.readings import Reading, Source

_EN = english()
_COUNTED = Decimal(12)  # up to which whoever writes counts things that the source lists
_ABOUT = re.compile(
    r"\b(?:about|around|roughly|nearly|almost|some|approximately|close to|just (?:over|under)"
    r"|(?:more|less|fewer) than|over|under|above|below|up to|at least|at most|or so|odd)\b",
    re.IGNORECASE,
)
_NEAR = Decimal("0.12")  # how far a number that is said to be about right may lie from it
_SPANNED = re.compile(r"\b(\w+) (decades|dozen|centuries)\b", re.IGNORECASE)
_CLOCK = re.compile(r"\b(\d{1,2})(?::\d\d)?\s?p\.?m\b", re.IGNORECASE)
_HOURS = 12
_OF = {"two": 2, "three": 3, "four": 4, "five": 5, "10": 10, "ten": 10, "20": 20, "100": 100}
_IN_TEN = re.compile(
    rf"\b(\w+) (?:\w+ )?(?:in|out of)(?: every)? ({'|'.join(_OF)})\b", re.IGNORECASE
)
_LISTED = regex.compile(
    r"(?:\p{Lu}[\w.’' -]{0,40}, ){1,20}(?:and )?\p{Lu}|\p{Lu}[\w.’'-]{0,40} and \p{Lu}"
)
_BETWEEN = re.compile(r", (?:and )?| and ")
_RELATIVE = re.compile(
    rf"\b(?:{'|'.join(_EN.weekdays)}|yesterday|today|tonight|tomorrow"
    r"|(?:last|next|this|previous|following|past|coming) (?:day|night|week|weekend|month|year"
    r"|morning|afternoon|evening)|(?:day|week|month|fortnight)s? (?:ago|later|earlier|before"
    r"|after|from now)|overnight|weekend)\b",
    re.IGNORECASE,
)
_A_YEAR = re.compile(
    r"\b(?:(?:last|next|previous|following|past|coming) (?:year|spring|summer|autumn|fall|winter)"
    rf"|(?:last|next) (?:{'|'.join(_EN.months)})|years? (?:ago|earlier|later|before|after))\b",
    re.IGNORECASE,
)
_REACH = timedelta(35)  # how far a day that a source only hints at lies from its publication
_PERCENT = re.compile(
    r"(?<![\w.,])(?P<number>[\w.,]{1,40})[ -]?(?:%|per ?cent(?:age)?)(?P<points>[ -]points?)?",
    re.IGNORECASE,
)


def wrong_figure(claim: Reading, sources: Sequence[Source]) -> Objection | None:
    """The first number or day of a claim that no cited article gives; None where all are given.

    What a reader counts or works out is given: a small number in words, the sum or difference of
    two numbers, about as much as one, the day that "on Tuesday" was.
    """
    text = "\n".join(_told(one.article) for one in sources)
    for number in sorted(facts(claim.text).numbers - numbers_in(text)):
        if not (_is_count(number, claim.text) or _is_worked_out(number, claim.text, sources)):
            return Objection("number", f"{number:f}")
    if wrong := _wrong_unit(claim.text, text):
        return Objection("unit", f"{wrong:f}")
    for day in sorted(facts(claim.text).dates, key=str):
        if not any(_gives(one.article, day) for one in sources):
            return Objection("date", _written(day))
    return None


_known = lru_cache(maxsize=64)(facts)  # of whole articles, claim after claim


@lru_cache(maxsize=64)
def numbers_in(text: str) -> frozenset[Decimal]:
    """The numbers that a text gives, in figures, in words, as shares, by the clock or by listing.

    "Four decades" gives 40, "three in ten" 30 (percent), "3 p.m." 15, "Ada, Bo and Cy" 3.
    """
    told = _known(text)
    found = {*told.numbers, *map(Decimal, _parts_of(told.dates))}
    for match in _SPANNED.finditer(text):
        times = _EN.multiples[match[2].casefold()]
        found |= {(number * times).normalize() for number in facts(match[1]).numbers}
    for match in _IN_TEN.finditer(text):
        whole = _OF[match[2].casefold()]
        found |= {(number * 100 / whole).normalize() for number in facts(match[1]).numbers}
    every = words(text)
    found |= {Decimal(_EN.counted[word]) for word in every if word in _EN.counted}
    found |= {Decimal(_EN.percent[word]) for word in every if word in _EN.percent}
    found |= {Decimal(len(_BETWEEN.split(one[0]))) for one in _LISTED.finditer(text)}
    found |= {Decimal(int(match[1]) % _HOURS + _HOURS) for match in _CLOCK.finditer(text)}
    return frozenset(found)


def _told(article: Article) -> str:
    """What an article says, with its day and the years that "last year" and "next year" are."""
    days = [article.published] if article.published else []
    spoken_of = (-1, 1) if _A_YEAR.search(article.text) else ()
    years = [f"the year {day.year + n}" for day in days for n in spoken_of]
    return "\n".join([article.title, *map(str, days), *years, article.text])


def _parts_of(days: frozenset[Day]) -> Iterator[int]:
    for year, _, day in days:
        yield from (part for part in (year, day) if part)


def _is_count(number: Decimal, text: str) -> bool:
    """True for a small number in words."""
    return number <= _COUNTED and not re.search(rf"(?<!\d){number:f}(?!\d)", text)


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


def _wrong_unit(claim: str, text: str) -> Decimal | None:
    """A number with percent where the source has percentage points, or the reverse."""
    mine, theirs = _percents(claim), _percents(text)
    for unit, other in ((0, 1), (1, 0)):
        if wrong := mine[unit] & theirs[other] - theirs[unit]:
            return min(wrong)
    return None


def _percents(text: str) -> tuple[set[Decimal], set[Decimal]]:
    """The numbers of percent, and those of percentage points."""
    found: tuple[set[Decimal], set[Decimal]] = (set(), set())
    for match in _PERCENT.finditer(text):
        found[match["points"] is not None].update(facts(match["number"]).numbers)
    return found


def _gives(article: Article, day: Day) -> bool:
    """Whether an article speaks of a day, a month or a year, if only by "on Tuesday"."""
    told = _known(_told(article)).dates
    if any(agree(day, other) for other in told):
        return True
    if article.published is None:
        return day[0] is None  # what "Tuesday" was, nobody can tell
    return bool(_RELATIVE.search(article.text)) and any(
        agree(day, (one.year, one.month, one.day)) for one in _around(article.published)
    )


def _around(day: date) -> Iterator[date]:
    first, last = day - min(_REACH, day - date.min), day + min(_REACH, date.max - day)
    for n in range((last - first).days + 1):
        yield first + timedelta(n)


def _written(day: Day) -> str:
    year, month, number = day
    return " ".join(str(one) for one in (number, _EN.months[month - 1].title(), year) if one)
