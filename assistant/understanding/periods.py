"""Time in a question: the days that it speaks of, and whether it wants the latest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta

from assistant.language.language import english

_EN = english()
_MONTH = rf"(?:{_EN.month_pattern})\.?"
_YEAR = r"\b(?:19|20)\d\d\b"
_ORDINAL = r"\d{1,2}(?:st|nd|rd|th)?"
_DAY = rf"(?:{_ORDINAL}(?: of)? {_MONTH},? {_YEAR}|{_MONTH} {_ORDINAL},? {_YEAR}|{_YEAR}-\d\d-\d\d)"
_SPOKEN = _EN.numbers | {"few": 3, "couple of": 2}
_COUNT = rf"(?:\d+|{'|'.join(_SPOKEN)})"
_UNIT = r"(?:day|week|month|quarter|year|decade)"
_DATE = re.compile(
    rf"(?P<day>{_DAY})"
    rf"|(?:the )?(?P<third>start|beginning|middle|end) of (?P<thirdof>{_MONTH} {_YEAR})"
    rf"|(?P<season>spring|summer|autumn|fall|winter)(?: of)? (?P<seasonyear>{_YEAR})"
    rf"|(?P<part>early|mid|late)[ -](?P<partof>(?:{_MONTH} )?{_YEAR})"
    rf"|(?P<month>{_MONTH},?(?: of)? {_YEAR})"
    rf"|(?P<year>{_YEAR})"
    rf"|(?P<near>today|yesterday|tonight)"
    rf"|(?P<which>this|last|past|previous) (?P<unit>{_UNIT})"
    rf"|(?:the )?(?:last|past) (?P<count>{_COUNT}) (?P<units>{_UNIT})s",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"\b(in|during|on|of|from|since|after|before|until|till|by|between|to|and|as of|over|within|for"
    r"|at)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_ONWARD = re.compile(r"\s*(?:on(?:wards?)?|forwards?)\b", re.IGNORECASE)
_TWO_MONTHS = re.compile(rf"\b({_MONTH}) (and|or|to) ({_MONTH},?(?: of)?) ({_YEAR})", re.IGNORECASE)
_COUNTED = re.compile(r"\b(?:over|to|for|of) \d{4}$", re.IGNORECASE)
_THINGS = re.compile(r" (?!was\b|is\b|has\b|does\b)[a-z]+s\b")
_LATEST = re.compile(
    r"\b(?:latest|most recent|newest|up[ -]to[ -]date|current(?:ly)?|at the moment|as of now"
    r"|right now|so far)\b",
    re.IGNORECASE,
)
_LENGTHS = {
    "day": relativedelta(days=1),
    "week": relativedelta(weeks=1),
    "month": relativedelta(months=1),
    "quarter": relativedelta(months=3),
    "year": relativedelta(years=1),
    "decade": relativedelta(years=10),
}
_THIRDS = {"start": 0, "beginning": 0, "early": 0, "middle": 1, "mid": 1, "end": 2, "late": 2}


@dataclass(frozen=True, slots=True)
class Period:
    """Days that a question speaks of, both included."""

    since: date | None
    until: date | None


def period(text: str, asked: date) -> Period | None:
    """The days a question speaks of; the stretch from first to last where it names several.

    Args:
        text: the question.
        asked: the day that "last week" is counted from.
    """
    found = [named for _, named in _periods(_spelled_out(text), asked)]
    return _together(found) if found else None


def _periods(text: str, asked: date) -> Iterator[tuple[re.Match[str], Period]]:
    """The days that a text names, and where."""
    for match in _DATE.finditer(text):
        before = _BEFORE.search(text[: match.start()])
        relative = match["near"] or match["which"] or match["units"]
        counted = _COUNTED.search(text[: match.end()]) and _THINGS.match(text, match.end())
        if match["year"] and (before is None or counted):
            continue  # "the 2010 rule change" is a name, "over 2050 houses" no year
        try:
            first, last = _days(match, asked)
        except (ValueError, OverflowError):  # "31 February", "the last 99999 years"
            continue
        word = before[1].lower() if before else ""
        if not relative or word or not text[: match.start()].lower().endswith("the "):
            within = word == "from" and not _ONWARD.match(text, match.end())
            yield match, _turned("" if within else word, first, last)


def _spelled_out(text: str) -> str:
    """The text with the year at both months of "May and June 2010"."""
    return _TWO_MONTHS.sub(r"\1 \4 \2 \3 \4", text)


def _together(found: Sequence[Period]) -> Period:
    """The span from first to last day; the intersection where each period is open at one end."""
    firsts = [one.since for one in found if one.since]
    lasts = [one.until for one in found if one.until]
    if len(firsts) + len(lasts) == len(found) and firsts and lasts:
        return Period(max(firsts), min(lasts))
    return Period(
        min(firsts) if len(firsts) == len(found) else None,
        max(lasts) if len(lasts) == len(found) else None,
    )


def without_days(text: str) -> str:
    """The text without the days that it names."""
    text = _spelled_out(text)
    for match, _ in reversed(list(_periods(text, date.today()))):
        text = f"{text[: match.start()]} {text[match.end() :]}"
    return text


def wants_latest(text: str) -> bool:
    """True where the newest article is the one to answer."""
    return _LATEST.search(text) is not None


def _turned(word: str, first: date, last: date) -> Period:
    """The days that "since", "before" and the like make of a stretch of days."""
    if word in ("since", "from"):
        return Period(first, None)
    if word == "after":
        return Period(last + timedelta(1) if first != last else first, None)
    if word == "before":
        return Period(None, first - timedelta(1))
    if word in ("until", "till", "by", "as of"):
        return Period(None, last)
    return Period(first, last)


def _days(match: re.Match[str], asked: date) -> tuple[date, date]:
    """The first and last of the days that an expression names."""
    if match["day"]:
        return _span(_parsed(match["day"], asked), "day")
    if match["thirdof"]:
        return _third_of_month(_parsed(f"1 {match['thirdof']}", asked), match["third"])
    if match["season"]:
        first, last = _EN.seasons[match["season"].lower()]
        begun = date(int(match["seasonyear"]), first, 1)
        return begun, begun + relativedelta(months=(last - first) % 12 + 1, days=-1)
    if match["partof"]:
        return _third(match["partof"], match["part"], asked)
    if match["month"]:
        return _span(_parsed(f"1 {match['month'].replace(' of ', ' ')}", asked), "month")
    if match["year"]:
        return _span(date(int(match["year"]), 1, 1), "year")
    return _relative(match, asked)


def _relative(match: re.Match[str], asked: date) -> tuple[date, date]:
    """The days of "yesterday", "the last two weeks" or "this month"."""
    if match["near"]:
        return _span(asked - timedelta(match["near"].lower() == "yesterday"), "day")
    if match["units"]:
        count = match["count"].lower()
        number = int(count) if count.isdigit() else _SPOKEN[count]
        return asked - number * _LENGTHS[match["units"].lower()], asked
    unit = match["unit"].lower()
    if match["which"].lower() == "past":  # "the past week" ends today
        return asked - _LENGTHS[unit], asked
    back = match["which"].lower() != "this"
    return _span(_begun(unit, asked) - back * _LENGTHS[unit], unit)


def _span(first: date, unit: str) -> tuple[date, date]:
    """The first and last day of a unit of the calendar that begins on a day."""
    return first, first + _LENGTHS[unit] - timedelta(1)


def _begun(unit: str, day: date) -> date:
    """The first day of the unit of the calendar that a day is in."""
    if unit in ("day", "week"):
        return day - timedelta(day.weekday() if unit == "week" else 0)
    year = day.year - day.year % 10 if unit == "decade" else day.year
    month = {"month": day.month, "quarter": 3 * ((day.month - 1) // 3) + 1}.get(unit, 1)
    return date(year, month, 1)


def _third(of: str, which: str, asked: date) -> tuple[date, date]:
    """The days of "early", "mid" or "late" in a month or a year, by thirds."""
    if not of.isdigit():
        return _third_of_month(_parsed(f"1 {of}", asked), which)
    first = date(int(of), 1 + 4 * _THIRDS[which.lower()], 1)
    return first, first + relativedelta(months=4, days=-1)


def _third_of_month(first: date, which: str) -> tuple[date, date]:
    place = _THIRDS[which.lower()]
    last = _span(first, "month")[1] if place == 2 else first + timedelta(10 * place + 9)
    return first + timedelta(10 * place), last


def _parsed(text: str, asked: date) -> date:
    import dateparser  # half a second that a question without a date need not pay

    settings = {"RELATIVE_BASE": datetime(asked.year, asked.month, asked.day), "DATE_ORDER": "DMY"}
    found = dateparser.parse(text, languages=["en"], settings=settings)
    if found is None:
        raise ValueError(f"no such day: {text}")
    return found.date()
