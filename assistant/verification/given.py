"""What an article gives that a claim may take up: numbers, days, names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import regex

from assistant.language.facts import Day, Facts, facts
from assistant.language.language import english
from assistant.text import folded, words
from assistant.types import Article

_EN = english()
_SPANNED = re.compile(r"\b(\w+) (decades|dozen|centuries)\b", re.IGNORECASE)
_CLOCK = re.compile(r"\b(\d{1,2})(?::\d\d)?\s?p\.?m\b", re.IGNORECASE)
_HOURS = 12
_OF = {"two": 2, "three": 3, "four": 4, "five": 5, "10": 10, "ten": 10, "20": 20, "100": 100}
_IN_TEN = re.compile(
    rf"\b(\w+) (?:\w+ )?(?:in|out of)(?: every)? ({'|'.join(_OF)})\b", re.IGNORECASE
)
_ITEM = r"\p{Lu}[\w.’'-]{0,40}(?: \p{Lu}[\w.’'-]{0,40}){0,4}"
_LISTED = regex.compile(rf"{_ITEM}(?:, {_ITEM}){{0,20}}(?:,? and {_ITEM})")
_BETWEEN = re.compile(r",? and |, ")
_A_YEAR = re.compile(
    r"\b(?:(?:last|next|previous|following|past|coming) (?:year|spring|summer|autumn|fall|winter)"
    rf"|(?:last|next) (?:{'|'.join(_EN.months)})|years? (?:ago|earlier|later|before|after))\b",
    re.IGNORECASE,
)
_PERCENT = re.compile(
    r"(?<![\w.,])(?P<number>[\w.,]{1,40})[ -]?(?:%|per ?cent(?:age)?)(?P<points>[ -]points?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Given:
    """One article's; each is read once."""

    article: Article

    @cached_property
    def text(self) -> str:
        """What it says, with its day and the years that "last year" and "next year" are."""
        one = self.article
        days = [one.published] if one.published else []
        spoken_of = (-1, 1) if _A_YEAR.search(one.text) else ()
        years = [f"the year {day.year + n}" for day in days for n in spoken_of]
        return "\n".join([one.title, *map(str, days), *years, one.text])

    @cached_property
    def facts(self) -> Facts:
        """Its numbers, days and names as they stand."""
        return facts(self.text)

    @cached_property
    def numbers(self) -> frozenset[Decimal]:
        """Its numbers in every form."""
        return numbers_in(self.text)

    @cached_property
    def percents(self) -> tuple[set[Decimal], set[Decimal]]:
        """Its numbers of percent, and those of percentage points."""
        return percents_in(self.text)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of it, of its outlet and of its byline, with and without accents."""
        return frozenset([*self._every, *map(folded, self._every)])

    @cached_property
    def initials(self) -> str:
        """The first letters of its words in a row, in which any abbreviation of them stands."""
        return "".join(word[0] for word in self._every)

    @cached_property
    def _every(self) -> list[str]:
        one = self.article
        text = f"{one.title}\n{one.text}\n{one.outlet}\n{one.byline}"
        return [word.removesuffix("'s") for word in words(text)]


def numbers_in(text: str) -> frozenset[Decimal]:
    """The numbers that a text gives, in figures, in words, as shares, by the clock or by listing.

    "Four decades" gives 40, "three in ten" 30 (percent), "3 p.m." 15, "Ada, Bo and Cy" 3.
    """
    told = facts(text)
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


def percents_in(text: str) -> tuple[set[Decimal], set[Decimal]]:
    """The numbers of percent in a text, and those of percentage points."""
    found: tuple[set[Decimal], set[Decimal]] = (set(), set())
    for match in _PERCENT.finditer(text):
        found[match["points"] is not None].update(facts(match["number"]).numbers)
    return found


def _parts_of(days: frozenset[Day]) -> Iterator[int]:
    for year, _, day in days:
        yield from (part for part in (year, day) if part)
