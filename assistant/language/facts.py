"""Numbers, dates and names in a text, by rules that need no model.

The rules are plain on purpose: they compare two texts, and take what both could mean. A weekday
("on Monday") is no date, since it means nothing without its article's day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from assistant.text import words

_MONTHS = "january february march april may june july august september october november december"
_MONTH = {name[:3]: number for number, name in enumerate(_MONTHS.split(), 1)}
_MONTH_NAME = (
    r"\b(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
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
_FIGURES = re.compile(
    r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:[ -]?(hundred|thousand|million|billion|trillion|tn|bn|m|k)\b)?",
    re.IGNORECASE,
)
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SMALL = {word: value for value, word in enumerate(_UNITS)} | {
    word: 10 * value for value, word in enumerate(_TENS, 2)
}
_SCALES = {
    "hundred": 100,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
_SHORT = {"k": "thousand", "m": "million", "bn": "billion", "tn": "trillion"}
_SPELT_WORD = f"(?:{'|'.join([*_SMALL, *_SCALES])})"
_AFTER_SCALE = "|".join(f"(?<={scale})" for scale in _SCALES)
_JOINT = f"(?:[ -]|(?:{_AFTER_SCALE}) and )"  # "two and three" are two numbers
_SPELT = re.compile(rf"\b{_SPELT_WORD}\b(?:{_JOINT}{_SPELT_WORD}\b)*", re.IGNORECASE)
_CAPITALISED = re.compile(r"(?<![\w’'])[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|[“\"(\n]\s*)$")
_NO_NAMES = frozenset(
    """
    a about after all also although an and any are as at be because before both but by during each
    either every for from had has have he her here his how however i if in into is it its last later
    many more most neither next no nobody not now of on one only or other our people she since so
    some such than that the their them then there these they this those though to under until was we
    today tomorrow were what when where which while who why will with would yes yesterday yet you
    your monday tuesday wednesday thursday friday saturday sunday
    """.split()
) | frozenset(_MONTHS.split())

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
        dates |= {_day(match) for match in pattern.finditer(text)}
        text = pattern.sub(" , ", text)
    numbers = {_figure(match) for match in _FIGURES.finditer(text)}
    numbers |= {_spelt(match.group()) for match in _SPELT.finditer(_FIGURES.sub(" , ", text))}
    return Facts(frozenset(numbers), frozenset(dates), frozenset(_names(text)))


def agree(one: Day, two: Day) -> bool:
    """True where two days may be the same: what one leaves open, the other may say."""
    return all(a == b or a is None or b is None for a, b in zip(one, two, strict=True))


def _day(match: re.Match[str]) -> Day:
    parts = match.groupdict()
    month = (
        _MONTH[parts["month"][:3].casefold()] if parts.get("month") else int(parts["monthnumber"])
    )
    year, day = parts.get("year"), parts.get("day")
    return (int(year) if year else None, month, int(day) if day else None)


def _figure(match: re.Match[str]) -> Decimal:
    unit = (match[2] or "").casefold()
    scale = _SCALES.get(_SHORT.get(unit, unit), 1)
    return (Decimal(match[1].replace(",", "")) * scale).normalize()


def _spelt(text: str) -> Decimal:
    """A number in words: "two hundred and five thousand"."""
    total = current = 0
    for word in re.split(r"[ -]+", text.casefold()):
        if word in _SMALL:
            current += _SMALL[word]
        elif word == "hundred":
            current = max(current, 1) * 100
        elif word in _SCALES:
            total += max(current, 1) * _SCALES[word]
            current = 0
    return Decimal(total + current).normalize()


def _names(text: str) -> set[str]:
    """Words of capitalised runs; a lone capitalised word that begins a sentence is none."""
    found: set[str] = set()
    for match in _CAPITALISED.finditer(text):
        run = [word for word in _name_words(match.group()) if word not in _NO_NAMES]
        begins = _SENTENCE_START.search(text[: match.start()]) is not None
        acronym = match.group()[:2].isupper()
        if len(run) > 1 or acronym or not begins:
            found.update(run)
    return found


def _name_words(text: str) -> list[str]:
    return [word.removesuffix("'s").removesuffix("'") for word in words(text)]
