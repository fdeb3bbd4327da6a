"""Numbers, dates and names in a text, by rules that need no model.

The rules are plain on purpose: they compare two texts, and take what both could mean. A weekday
("on Monday") is no date, since it means nothing without its article's day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

import regex

from assistant.language.language import english
from assistant.text import words

_EN = english()
_MONTHS = 12
_BEFORE = 16  # characters before a name that tell whether it begins a sentence
_MONTH = {name[:3]: number for number, name in enumerate(_EN.months, 1)}
# With its capital: "may" and "march" are verbs.
_MONTH_NAME = rf"\b(?P<month>{'|'.join(one.capitalize() for one in _EN.month_patterns)})\b\.?"
_DATES = [
    re.compile(r"\b(?P<year>\d{4})-(?P<monthnumber>\d\d)-(?P<day>\d\d)\b"),
    re.compile(
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH_NAME}(?:,? (?P<year>\d{{4}}))?\b"
    ),
    re.compile(
        rf"\b{_MONTH_NAME} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,? (?P<year>\d{{4}}))?\b"
    ),
    re.compile(rf"\b{_MONTH_NAME},?(?: of)? (?P<year>\d{{4}})\b"),
]
_SPACE = "[ \u00a0\u2009\u202f]"  # plain, no-break, thin, narrow no-break
_SCALES = "|".join([*_EN.scales, *_EN.short_scales])
_FIGURES = re.compile(
    rf"(?:(?P<spaced>(?<![\d.,])\d{{1,3}}(?:{_SPACE}\d{{3}})+(?!\d)(?:[.,]\d+)?)"  # 1 250 000,5
    r"|(?P<pointed>(?<![\d.,])[1-9]\d{0,2}(?:(?:\.\d{3}){2,}(?!\d)(?:,\d+)?"  # 1.250.000,5
    rf"|\.\d{{3}}(?!\d|(?:{_SPACE}|-)?(?:%|per|{_SCALES}))))"  # 12.500 crowns
    rf"|(?P<comma>(?<![\d.,])\d+,\d{{1,2}}(?={_SPACE}?(?:%|per|{_SCALES})))"  # 12,5 percent
    r"|(?P<plain>\d{1,3}(?:,\d{3}){1,20}(?:\.\d{1,40})?|\d{1,60}(?:\.\d{1,40})?))"
    rf"(?:(?:{_SPACE}|-)?(?P<scale>{_SCALES})\b)?",
    re.IGNORECASE,
)
_SPELT_WORD = f"(?:{'|'.join([*_EN.numbers, *_EN.scales])})"
_AFTER_SCALE = "|".join(f"(?<={scale})" for scale in _EN.scales)
_JOINT = f"(?:[ -]|(?:{_AFTER_SCALE}) and )"  # "two and three" are two numbers
_SPELT = re.compile(rf"\b{_SPELT_WORD}\b(?:{_JOINT}{_SPELT_WORD}\b)*", re.IGNORECASE)
# A capital of any script, or a letter of one that has none (Georgian has some that nobody uses).
_CAPITAL = r"[\p{Lu}\p{Lt}\p{Lo}\p{Georgian}]"
_NAMED = rf"(?:\p{{Ll}}{{1,4}}[’'])?{_CAPITAL}[\w’'-]*"  # "d’Espinassa"
_CAPITALISED = regex.compile(rf"(?<![\w’']){_NAMED}(?: {_NAMED})*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|[“\"(\n]\s*)$")
Day = tuple[int | None, int, int | None]
"""Year or None, month, day or None."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text says that can be counted."""

    numbers: frozenset[Decimal]
    """Numbers, in figures or in words; "2.3 million" is 2300000."""
    dates: frozenset[Day]
    """Year or None, month, day or None."""
    names: frozenset[str]
    """The words of names, casefolded."""

    def __len__(self) -> int:
        return len(self.numbers) + len(self.dates) + len(self.names)

    def found_in(self, text: str) -> int:
        """How many of these facts a text holds, too."""
        other, every = facts(text), set(_name_words(text))
        return (
            len(self.numbers & other.numbers)
            + sum(any(agree(one, two) for two in other.dates) for one in self.dates)
            + len(self.names & every)
        )


def facts(text: str) -> Facts:
    """The numbers, dates and names of a text."""
    dates: set[Day] = set()
    for pattern in _DATES:
        found = map(_day, pattern.finditer(text))
        dates |= {day for day in found if 1 <= day[1] <= _MONTHS}  # else a number of some kind
        text = pattern.sub(" , ", text)
    numbers = {_figure(match) for match in _FIGURES.finditer(text)}
    for match in _SPELT.finditer(_FIGURES.sub(" , ", text)):
        numbers.add(_spelt(match.group()))
    return Facts(frozenset(numbers), frozenset(dates), frozenset(_names(text)))


def agree(one: Day, two: Day) -> bool:
    """True where two dates may be the same: a part missing from one matches any in the other."""
    return all(a == b or a is None or b is None for a, b in zip(one, two, strict=True))


def _day(match: re.Match[str]) -> Day:
    parts = match.groupdict()
    month = (
        _MONTH[parts["month"][:3].casefold()] if parts.get("month") else int(parts["monthnumber"])
    )
    year, day = parts.get("year"), parts.get("day")
    return (int(year) if year else None, month, int(day) if day else None)


def _figure(match: re.Match[str]) -> Decimal:
    """A figure with its scale; thousands may be marked by commas, spaces or points."""
    unit = (match["scale"] or "").casefold()
    scale = _EN.scales.get(_EN.short_scales.get(unit, unit), 1)
    if match["plain"]:
        figure = match["plain"].replace(",", "")
    elif match["pointed"]:
        figure = match["pointed"].replace(".", "").replace(",", ".")
    else:
        figure = re.sub(_SPACE, "", match["spaced"] or match["comma"]).replace(",", ".")
    return (Decimal(figure) * scale).normalize()


def _spelt(text: str) -> Decimal:
    """A number in words: "two hundred and five thousand".

    What is none ("nineteen ninety-five", "two four") gives its words' sum: not what is meant, but
    the same only for the same words.
    """
    from text_to_num import text2num

    words = re.split(r"[\s-]+", text.casefold())
    try:
        return Decimal(text2num(" ".join(words), _EN.code)).normalize()
    except ValueError:
        known = _EN.numbers | _EN.scales
        return Decimal(sum(known.get(word, 0) for word in words)).normalize()


def _names(text: str) -> set[str]:
    """Words of capitalised runs; a lone capitalised word that begins a sentence is none."""
    found: set[str] = set()
    for match in _CAPITALISED.finditer(text):
        run = [word for word in _name_words(match.group()) if word not in _EN.no_fact_names]
        at = match.start()
        begins = _SENTENCE_START.search(text[max(0, at - _BEFORE) : at]) is not None
        acronym = match.group()[:2].isupper()
        if len(run) > 1 or acronym or not begins:
            found.update(run)
    return found


def _name_words(text: str) -> list[str]:
    return [word.removesuffix("'s").removesuffix("'") for word in words(text)]
