"""Numbers and dates of a claim: each must stand in what it cites, beside the same words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations

import regex

from assistant.language.facts import Day, agree, facts
from assistant.language.language import english
from assistant.text import words
from assistant.verification.alignment import Alignment
from assistant.verification.negation_scope import tokens_in
from assistant.verification.readings import Reading

_EN = english()
_A_MONTH = re.compile(
    rf"\b(?:in|of|by|until|since|for|during|late|early|mid)"
    rf" ({'|'.join(_EN.months)})\b(?! \d)",
    re.IGNORECASE,
)
_SPANNED = re.compile(r"\b(\w+) (decades|dozen|centuries)\b", re.IGNORECASE)
_CLOCK = re.compile(r"\b(\d{1,2})(?::\d\d)?\s?p\.?m\b", re.IGNORECASE)
_HOURS = 12
_LOOSE = (Decimal(1), Decimal(_HOURS))  # which "a" and "a year" give for nearly every sentence
_YEARS = (1900, 2100)  # where a source names one of these, its own date is not meant
_OF = {"two": 2, "three": 3, "four": 4, "five": 5, "10": 10, "ten": 10, "20": 20, "100": 100}
_IN_TEN = re.compile(
    rf"\b(\w+) (?:\w+ )?(?:in|out of)(?: every)? ({'|'.join(_OF)})\b", re.IGNORECASE
)
_SCORE = re.compile(r"\d+[-–:]\d+")  # its figures belong together
_UNITS = [
    {
        "millimetre",
        "millimetr",
        "centimetr",
        "metr",
        "kilometr",
        "mile",
        "feet",
        "foot",
        "inch",
        "meter",
        "kilomet",
    },
    {"gram", "kilogram", "kilo", "tonn", "ton", "pound"},
    {"second", "minut", "hour", "day", "week", "month", "year"},
    {"percent", "percentag"},  # "rose by two percent" and "by two percentage points"
]
_LISTED = regex.compile(r"(?:\p{Lu}[\w.’' -]*, )+(?:and )?\p{Lu}|\p{Lu}[\w.’'-]* and (?:\p{Lu})")
_PARTS = re.compile(
    r"\b(?:a|one|nearly|almost|about|over|by|than|roughly) (half|third|quarter|fifth|tenth)\b"
    r"(?! (?:\w+ )?(?:time|day|week|month|year|place))",
    re.IGNORECASE,
)
_AROUND = 5  # words on either side of a number that tell what it counts


def wrong_figure(claim: Reading, ground: Sequence[Alignment]) -> str | None:
    """What is wrong with the claim's numbers and dates; None where nothing is."""
    texts = [one.sentence.text for one in ground]
    published = ground[0].source.article.published
    said, held = facts(claim.text), facts("\n".join(texts))
    numbers = _numbers("\n".join(texts)) | set(_derived("\n".join(texts)))
    numbers |= {Decimal(year) for year, _, _ in held.dates if year}
    dated = any(_YEARS[0] <= number < _YEARS[1] for number in numbers)
    for number in sorted(_numbers(claim.text) - numbers - {Decimal(1)}):
        if dated or not _is_year_of(number, published):
            return f"the number {number:f} is not in the source"
    for day in said.dates:
        stands = any(agree(day, other) for other in held.dates)
        if not stands and (held.dates or not _is_day(day, published)):
            return "the date is not in the source"
    for part in _PARTS.finditer(claim.text):
        known = {word for text in texts for word in words(text)}
        if part[1].casefold() not in known and _EN.percent[part[1].casefold()] not in numbers:
            return f"the source says nothing of a {part[1]}"
    sentences = [one.sentence for one in ground]
    return (
        _wrong_name_of_day(claim.text, texts, held.dates, published)
        or _exchanged(claim, sentences)
        or _from_elsewhere(claim, sentences)
    )


def _numbers(text: str) -> set[Decimal]:
    """The numbers of a text; "four decades" is 40."""
    found = set(facts(text).numbers)
    for match in _IN_TEN.finditer(text):
        found -= {Decimal(number) for one in match.groups() for number in facts(one).numbers}
        found |= set(_share(match))
    for match in _SPANNED.finditer(text):
        for number in facts(match[1]).numbers:
            found.add((number * _EN.multiples[match[2].casefold()]).normalize())
            found.discard(number)
    return found


def _derived(text: str) -> Iterator[Decimal]:
    """Numbers that a text gives without a figure: "a pair", "a year", "3 p.m."."""
    every = words(text)
    yield from (Decimal(_EN.counted[word]) for word in every if word in _EN.counted)
    if {"year", "annual", "yearly"} & set(every):
        yield Decimal(12)
    for match in _LISTED.finditer(text):
        yield Decimal(len(re.split(r", (?:and )?| and ", match[0])))
    yield from (Decimal(int(match[1]) % _HOURS + _HOURS) for match in _CLOCK.finditer(text))


def _share(match: re.Match[str]) -> Iterator[Decimal]:
    """Percent, of "three in ten"."""
    for number in facts(match[1]).numbers:
        yield (number * 100 / _OF[match[2].casefold()]).normalize()


def _is_year_of(number: Decimal, published: date | None) -> bool:
    return published is not None and number == published.year


def _is_day(day: Day, published: date | None) -> bool:
    return published is not None and agree(day, (published.year, published.month, published.day))


def _wrong_name_of_day(
    text: str, sources: Sequence[str], dates: frozenset[Day], published: date | None
) -> str | None:
    held = {word for source in sources for word in words(source)}
    if published:
        held |= {_EN.weekdays[published.weekday()], _EN.months[published.month - 1]}
    held |= {_EN.months[month - 1] for _, month, _ in dates}
    for year, month, day in dates:
        known = year or (published.year if published else None)
        if known and day:
            held.add(_weekday(known, month, day))
    for word in words(text):
        if word in _EN.weekdays and word not in held:
            return f"{word.capitalize()} is not in the source"
    for match in _A_MONTH.finditer(text):
        if match[1].casefold() not in held:
            return f"{match[1]} is not in the source"
    return None


def _weekday(year: int, month: int, day: int) -> str:
    try:
        return _EN.weekdays[date(year, month, day).weekday()]
    except ValueError:  # 31 February
        return ""


def _exchanged(claim: Reading, ground: Sequence[Reading]) -> str | None:
    """Why two numbers of the source are swapped, or one has another unit; None where not."""
    mine, theirs = _contexts([claim]), _contexts(ground)
    both = [number for number in mine if number in theirs]
    for one, two in combinations(both, 2):
        own = len(mine[one] & theirs[one]) + len(mine[two] & theirs[two])
        cross = len(mine[one] & theirs[two]) + len(mine[two] & theirs[one])
        if cross > own:
            return f"the source has {one:f} and {two:f} the other way round"
    for number in both:
        for units in _UNITS:
            if (
                mine[number] & units
                and theirs[number] & units
                and not mine[number] & theirs[number] & units
            ):
                return f"the source has another unit with {number:f}"
    return None


def _from_elsewhere(claim: Reading, ground: Sequence[Reading]) -> str | None:
    """Why a number is wrong: a sentence without it has another number beside the same words."""
    mine, each = _contexts([claim]), [_contexts([one]) for one in ground]
    if "one another" in claim.text:
        mine.pop(Decimal(1), None)
    for number, near in mine.items():
        own = max((len(near & held[number]) for held in each if number in held), default=None)
        if own is None and number not in _LOOSE:
            continue  # said in other figures
        own = own or 0
        for held in (one for one in each if number not in one):
            for other in held.keys() - mine.keys():
                if len(near & held[other]) > own:
                    return f"the source has {other:f}, not {number:f}"
    return None


def _contexts(readings: Sequence[Reading]) -> dict[Decimal, set[str]]:
    """For each number the stems of the content words near it, up to the next number."""
    found: dict[Decimal, set[str]] = {}
    for reading in readings:
        tokens = reading.parse.tokens
        scores = tokens_in(reading, [match.span() for match in _SCORE.finditer(reading.text)])
        places = {
            n: v for n, t in enumerate(tokens) if n not in scores for v in facts(t.text).numbers
        }
        for place, number in places.items():
            near: set[str] = set()
            for step in (-1, 1):
                for n in range(place + step, place + step * (_AROUND + 1), step):
                    if not 0 <= n < len(tokens) or n in places or tokens[n].text in ",;:":
                        break
                    if n in reading.content:
                        near.add(reading.stems[n])
            found.setdefault(number, set()).update(near)
    return found
