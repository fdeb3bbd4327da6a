"""Time in a question: the days that it speaks of, and whether it wants the latest."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

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
_COUNTED = re.compile(r"\b(?:over|to|for|of) \d{4}$", re.IGNORECASE)
_THINGS = re.compile(r" (?!was\b|is\b|has\b|does\b)[a-z]+s\b")
_EVENT = re.compile(
    r"\b(?P<how>since|before|after|until)\s+"
    r"(?P<what>(?!(?:then|that|this|it|now|the (?:last|past))\b)[a-z][^,?.;]{4,60})",
    re.IGNORECASE,
)
_LATEST = re.compile(
    r"\b(?:latest|most recent|newest|up[ -]to[ -]date|current(?:ly)?|at the moment|as of now"
    r"|right now|so far)\b",
    re.IGNORECASE,
)
_COURSE = re.compile(
    r"\b(?:how (?:did|has|have) .{3,80}\b(?:develop|evolve|unfold|change|progress|come about)\w*"
    r"|timeline|chronolog\w+|course of events|step by step"
    r"|over (?:time|the (?:years|months|weeks)))\b",
    re.IGNORECASE,
)
_EARLIEST, _LATEST_DAY = date(1900, 1, 1), date(2999, 12, 31)


@dataclass(frozen=True, slots=True)
class Period:
    """Days that a question speaks of, both included."""

    since: date | None
    until: date | None


EventDay = Callable[[str], date | None]
"""The day of an event that a question names, as far as the archive tells."""


def period(text: str, asked: date, event_day: EventDay | None = None) -> Period | None:
    """The days a question speaks of; the stretch from first to last where it names several.

    Args:
        text: the question.
        asked: the day that "last week" is counted from.
        event_day: finds the day of "the election" in "before the election".
    """
    found = []
    for match in _DATE.finditer(text):
        before = _BEFORE.search(text[: match.start()])
        relative = match["near"] or match["which"] or match["units"]
        if before is None and match["year"]:
            continue  # "the 2010 rule change" is a name
        if (
            match["year"]
            and _COUNTED.search(text[: match.end()])
            and _THINGS.match(text, match.end())
        ):
            continue  # "over 2050 houses"
        try:
            first, last = _days(match, asked)
        except _NoSuchDay:
            continue
        word = before[1].lower() if before else ""
        if not relative or word or not text[: match.start()].lower().endswith("the "):
            ranged = word == "from" and re.search(r"\b(?:to|until|till)\b", text[match.end() :])
            found.append(_turned("" if ranged else word, first, last))
    event = None if found or event_day is None else _EVENT.search(text)
    if event and event_day and (day := event_day(event["what"].strip())):
        found.append(_turned(event["how"].lower(), day, day))
    return _together(found) if found else None


def _together(found: Sequence[Period]) -> Period:
    """The span from first to last day; the intersection where each period is open at one end."""
    firsts = [one.since for one in found if one.since]
    lasts = [one.until for one in found if one.until]
    if len(firsts) + len(lasts) == len(found) and firsts and lasts:
        return Period(max(firsts), min(lasts))
    since = min(one.since or _EARLIEST for one in found)
    until = max(one.until or _LATEST_DAY for one in found)
    return Period(None if since == _EARLIEST else since, None if until == _LATEST_DAY else until)


def wants_latest(text: str) -> bool:
    """True where the newest article is the one to answer."""
    return _LATEST.search(text) is not None


def wants_course(text: str) -> bool:
    """True where the answer is told in the order of time."""
    return _COURSE.search(text) is not None


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
    if match["day"]:
        day = _parsed(match["day"], asked)
        return day, day
    if match["thirdof"]:
        return _third(_parsed(f"1 {match['thirdof']}", asked), match["third"].lower())
    if match["season"]:
        return _season(match["season"].lower(), int(match["seasonyear"]))
    if match["partof"]:
        return _part(match["partof"], match["part"].lower(), asked)
    if match["month"]:
        return _month(_parsed(f"1 {match['month'].replace(' of ', ' ')}", asked))
    if match["year"]:
        return date(int(match["year"]), 1, 1), date(int(match["year"]), 12, 31)
    return _relative(match, asked)


def _relative(match: re.Match[str], asked: date) -> tuple[date, date]:
    if match["near"]:
        day = asked - timedelta(1) if match["near"].lower() == "yesterday" else asked
        return day, day
    if match["units"]:
        count = match["count"].lower()
        number = int(count) if count.isdigit() else _SPOKEN[count]
        return _parsed(f"{number} {match['units']}s ago", asked), asked
    if match["which"].lower() == "past":  # "the past week" ends today
        return _parsed(f"1 {match['unit']} ago", asked), asked
    back = 0 if match["which"].lower() == "this" else 1
    return _unit(match["unit"].lower(), asked, back)


def _unit(unit: str, asked: date, back: int) -> tuple[date, date]:
    """This unit of the calendar, or the one before it."""
    if unit == "day":
        return asked - timedelta(back), asked - timedelta(back)
    if unit == "week":
        monday = asked - timedelta(asked.weekday() + 7 * back)
        return monday, monday + timedelta(6)
    if unit == "month":
        return _month(asked if not back else asked.replace(day=1) - timedelta(1))
    if unit == "quarter":
        first = date(asked.year, 3 * ((asked.month - 1) // 3) + 1, 1)
        first = first if not back else _months_before(first, 3)
        return first, _months_before(first, -3) - timedelta(1)
    years = 10 if unit == "decade" else 1
    year = asked.year - asked.year % years - back * years
    return date(year, 1, 1), date(year + years - 1, 12, 31)


def _months_before(day: date, months: int) -> date:
    place = day.year * 12 + day.month - 1 - months
    return date(place // 12, place % 12 + 1, 1)


def _month(day: date) -> tuple[date, date]:
    last = calendar.monthrange(day.year, day.month)[1]
    return day.replace(day=1), day.replace(day=last)


def _third(first: date, which: str) -> tuple[date, date]:
    last = _month(first)[1]
    if which in ("start", "beginning"):
        return first, first.replace(day=10)
    return (
        (first.replace(day=11), first.replace(day=20))
        if which == "middle"
        else (
            first.replace(day=21),
            last,
        )
    )


def _season(name: str, year: int) -> tuple[date, date]:
    first, last = _EN.seasons[name]
    return date(year, first, 1), _month(date(year + (last < first), last, 1))[1]


def _part(of: str, which: str, asked: date) -> tuple[date, date]:
    if not of[:1].isdigit():
        thirds = {"early": "start", "mid": "middle", "late": "end"}
        return _third(_parsed(f"1 {of}", asked), thirds[which])
    year = int(of)
    months = {"early": (1, 4), "mid": (5, 8), "late": (9, 12)}[which]
    return date(year, months[0], 1), _month(date(year, months[1], 1))[1]


class _NoSuchDay(ValueError):
    """What looks like a day is none: "31 February"."""


def _parsed(text: str, asked: date) -> date:
    import dateparser  # half a second that a question without a date need not pay

    settings = {"RELATIVE_BASE": datetime(asked.year, asked.month, asked.day), "DATE_ORDER": "DMY"}
    found = dateparser.parse(text, languages=["en"], settings=settings)
    if found is None:
        raise _NoSuchDay(text)
    return found.date()
