"""Time in a question: the days that it speaks of, and whether it wants the latest.

A table of expressions, each with the days that it means. What lacks a year or a month is the latest
such day up to the next day that the question names, else up to the day of asking. Words before and
behind ("since", "until", "from … on") open a period at one end.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from assistant.language.language import english

_EN = english()
_MONTH = rf"(?:{_EN.month_pattern})\b\.?"
_YEAR = r"\b(?:19|20)\d\d\b"
_DAY = r"\b\d{1,2}(?:st|nd|rd|th)?\b"
_WEEKDAY = "|".join(f"{day}|{day[:4]}|{day[:3]}" for day in _EN.weekdays) + "|thurs|weds"
_SEASON = "|".join(_EN.seasons)
_HOLIDAY = "|".join(re.sub("(?<=[a-z])s ", "'?s ", one) for one in _EN.holidays)
_SPOKEN = _EN.numbers | {"a": 1, "an": 1, "few": 3, "couple of": 2, "a few": 3, "a couple of": 2}
_COUNT = rf"(?:\d+|{'|'.join(sorted(_SPOKEN, key=len, reverse=True))})"
_CALENDAR = "day|week|wk|month|quarter|year|yr|decade"
_UNIT = f"hour|fortnight|{_CALENDAR}"
_TO = r"(?:-|–|—|/|&|to|and|until|till|up to|through|thru)"
_IN_YEAR = (
    rf"(?:,?(?: of| in)? (?P<year>{_YEAR})|(?: of)? (?P<thatyear>last|this) year"
    rf"|(?P<yearsago> {_COUNT}) years ago)?"
)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 0}
_THIRDS = {"start": 0, "beginning": 0, "early": 0, "middle": 1, "mid": 1, "end": 2, "late": 2}
_LENGTHS = {
    "day": relativedelta(days=1),
    "week": relativedelta(weeks=1),
    "wk": relativedelta(weeks=1),
    "fortnight": relativedelta(weeks=2),
    "month": relativedelta(months=1),
    "quarter": relativedelta(months=3),
    "year": relativedelta(years=1),
    "yr": relativedelta(years=1),
    "decade": relativedelta(years=10),
}
_BEFORE = re.compile(
    r"\b(in|during|on|of|from|since|after|before|prior to|run-up to|until|till|no later than"
    r"|no earlier than|not before|as from"
    r"|by|between|up to|to|through|and|as of|over|within|for|at|around)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_ONWARD = re.compile(r"\s*(?:on(?:wards?)?\b(?! \w+day)|forwards?\b)", re.IGNORECASE)
_JOINED = re.compile(rf"\s*{_TO}\s*(?:the )?", re.IGNORECASE)
_LINKED = re.compile(rf"\s*(?:but )?(?:{_TO}|before)\s*(?:the )?", re.IGNORECASE)
_TIME = re.compile(
    r"\b(?:(?P<open>since) |(?:before|after|until|till|by|at|around|from) )?"
    r"\d{1,2}(?::\d\d)? ?[ap]\.?m\b\.?,?(?: on\b)?",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\b(?:over|to|for|of|the) \d{4}$", re.IGNORECASE)
_THINGS = re.compile(r" (?!was\b|is\b|has\b|does\b)[a-z]+s\b")
_LATEST = re.compile(
    r"\b(?:latest|most recent|newest|up[ -]to[ -]date|current(?:ly)?|at the moment|as of now"
    r"|right now|so far)\b|\bhow (?:did|does) .{1,80} (?:end|turn out)\b|\boutcome of\b"
    r"|\bbecame of\b",
    re.IGNORECASE,
)

Days = tuple[date, date]
"""A first and a last day."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days that a question speaks of, both included."""

    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class _Rule:
    """An expression, and the days that it means, counted from a day."""

    pattern: re.Pattern[str]
    days: Callable[[re.Match[str], date], Days]
    preposition: bool = False
    """Whether it means days only behind a preposition."""


@dataclass(frozen=True, slots=True)
class _Found:
    """An expression at a place of a question."""

    rule: _Rule
    match: re.Match[str]
    word: str
    """The preposition before it, "" where there is none."""


def period(text: str, asked: date) -> Period | None:
    """The days a question speaks of; the stretch from first to last where it names several.

    Args:
        text: the question.
        asked: the day that "last week" is counted from.
    """
    found = [named for _, named in _periods(text, asked)]
    return _together(found) if found else None


def without_days(text: str) -> str:
    """The text without the days that it names."""
    for found, _ in reversed(list(_periods(text, date.today()))):
        text = f"{text[: found.match.start()]} {text[found.match.end() :]}"
    return text


def wants_latest(text: str) -> bool:
    """True where the newest article is the one to answer."""
    return _LATEST.search(text) is not None


def unclear(text: str) -> list[str]:
    """Days in figures of which it is open which number is the month: "3/4/2026"."""
    figures = (one.match for one in _found(text) if one.rule in (_SLASHED, _SHORT))
    return [match[0] for match in figures if _month_first(match) is None]


def _periods(text: str, asked: date) -> Iterator[tuple[_Found, Period]]:
    """The days that a text names, and where."""
    bare = _TIME.sub(lambda time: (time["open"] or "").ljust(len(time[0])), text).replace("’", "'")
    every = list(_found(bare))
    meant: list[tuple[_Found, Days]] = []  # from the last one on
    for one in reversed(every):
        behind = meant[-1] if meant else None
        linked = behind and _LINKED.fullmatch(bare[one.match.end() : behind[0].match.start()])
        try:
            days = one.rule.days(one.match, behind[1][1] if behind and linked else asked)
        except (ValueError, OverflowError):  # "31 February", "the last 99999 years"
            continue
        meant.append((one, days))
    ends = -1
    for one, days in reversed(meant):
        ranged = ends >= 0 and _JOINED.fullmatch(bare[ends : one.match.start()])
        ends = one.match.end()
        yield one, _opened("" if ranged else one.word, bool(_ONWARD.match(bare, ends)), *days)


def _found(text: str) -> Iterator[_Found]:
    """The expressions of a text, in order, none inside another; the longest of several."""
    matches = [(rule, match) for rule in _RULES for match in rule.pattern.finditer(text)]
    matches.sort(key=lambda one: (one[1].start(), -one[1].end()))
    end = 0
    for rule, match in matches:
        before = _BEFORE.search(text[: match.start()])
        behind = _JOINED.match(text, match.end())
        ranged = behind and any(one.start() == behind.end() for _, one in matches)
        if match.start() < end or (rule.preposition and not (before or ranged)):
            continue
        if rule is _YEARS and _is_count(text, match):
            continue
        end = match.end()
        yield _Found(rule, match, " ".join(before[1].lower().split()) if before else "")


def _is_count(text: str, year: re.Match[str]) -> bool:
    """Whether a number counts things: "over 2050 houses", "of the 1984 flats"."""
    counted = _COUNTED.search(text[: year.end()])
    return counted is not None and _THINGS.match(text, year.end()) is not None


def _opened(word: str, onward: bool, first: date, last: date) -> Period:
    """The days that "since", "before" and the like make of a stretch of days."""
    if word in ("since", "no earlier than", "not before", "as from") or (word == "from" and onward):
        return Period(first, None)
    if word == "after":
        return Period(last + timedelta(1), None)
    if word in ("before", "prior to", "run-up to"):
        return Period(None, first - timedelta(1))
    if word in ("until", "till", "by", "as of", "up to", "no later than", "through"):
        return Period(None, last)
    return Period(first, last)


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


# What the expressions mean.


def _month(text: str) -> int:
    """The number of a month's name or of its beginning."""
    return next(n for n, name in enumerate(_EN.months, 1) if name.startswith(text[:3].lower()))


def _number(text: str) -> int:
    bare = text.strip().lower()
    return int(bare) if bare.isdigit() else _SPOKEN[bare]


def _in_year(match: re.Match[str], made: Callable[[int], date], anchor: date) -> date:
    """The day in the year that is named, else the latest one up to the anchor."""
    named = match.groupdict()
    if named.get("year"):
        return made(int(named["year"]))
    if named.get("thatyear"):
        return made(anchor.year - (named["thatyear"].lower() == "last"))
    if named.get("yearsago"):
        return made(anchor.year - _number(named["yearsago"]))
    for year in range(anchor.year, anchor.year - 9, -1):  # a leap day may be eight years ago
        try:
            if (day := made(year)) <= anchor:
                return day
        except ValueError:
            continue
    raise ValueError(f"no such day: {match[0]}")


def _digits(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def _one_day(match: re.Match[str], anchor: date) -> Days:
    number, month = _digits(match["day"]), _month(match["month"])
    day = _in_year(match, lambda year: date(year, month, number), anchor)
    return day, day


def _some_days(match: re.Match[str], anchor: date) -> Days:
    _, last = _one_day(match, anchor)
    return last.replace(day=_digits(match["first"])), last


def _figures(match: re.Match[str], _anchor: date) -> Days:
    day = date(*(int(match[name]) for name in ("year", "month", "day")))
    return day, day


def _month_first(match: re.Match[str]) -> bool | None:
    """Whether the first of two numbers is the month; None where both may be."""
    one, two = int(match["one"]), int(match["two"])
    if one == two:
        return False
    return None if max(one, two) <= 12 else two > 12


def _slashed(match: re.Match[str], anchor: date) -> Days:
    first = _month_first(match)
    if first is None:
        raise ValueError(f"it is open which is the month: {match[0]}")
    month, number = (match["one"], match["two"]) if first else (match["two"], match["one"])
    day = _in_year(match, lambda year: date(year, int(month), int(number)), anchor)
    return day, day


def _whole_month(match: re.Match[str], anchor: date) -> Days:
    last = (match.groupdict().get("last") or "").lower() == "last"
    until = anchor.replace(day=1) - timedelta(1) if last else anchor
    first = _in_year(match, lambda year: date(year, _month(match["month"]), 1), until)
    return _span(first, "month")


def _whole_year(match: re.Match[str], _anchor: date) -> Days:
    return _span(date(int(match["year"]), 1, 1), "year")


def _years(match: re.Match[str], _anchor: date) -> Days:
    word = next(name for name in match.groups() if name).lower().lstrip("'")
    decade = (
        _EN.tens.index(word.replace("ies", "y")) * 10 + 20 if word.isalpha() else int(word[:-1])
    )
    first = decade if decade > 99 else 1900 + decade
    return _span(date(first, 1, 1), "decade")


def _part_of_year(match: re.Match[str], anchor: date) -> Days:
    """A quarter or a half."""
    named = match.groupdict()
    quarter = (named.get("part") or "").lower() != "half"
    count = 4 if quarter else 2
    number = int(named["number"]) if named.get("number") else _ORDINALS[match["which"].lower()]
    month = ((number or count) - 1) * 12 // count + 1
    first = _in_year(match, lambda year: date(year, month, 1), anchor)
    return first, first + relativedelta(months=12 // count, days=-1)


def _season(match: re.Match[str], anchor: date) -> Days:
    first, last = _EN.seasons[match["season"].lower()]
    length = relativedelta(months=(last - first) % 12 + 1, days=-1)
    begun = _in_year(match, lambda year: date(year, first, 1), anchor)
    if (match["last"] or "").lower() == "last" and begun + length >= anchor:
        begun -= relativedelta(years=1)
    return begun, begun + length


def _part_of_month(match: re.Match[str], anchor: date) -> Days:
    """A half, or a week counted from the first day."""
    first, last = _whole_month(match, anchor)
    number = (
        int(match["which"][0]) if match["which"][0].isdigit() else _ORDINALS[match["which"].lower()]
    )
    if match["part"].lower() == "half":
        middle = first + timedelta(14)
        return (first, middle) if number == 1 else (middle + timedelta(1), last)
    begun = first + timedelta(7 * (number - 1)) if number else last - timedelta(6)
    return begun, min(last, begun + timedelta(6))


def _week_of(match: re.Match[str], anchor: date) -> Days:
    return _span(_begun("week", _one_day(match, anchor)[0]), "week")


def _third_of_unit(match: re.Match[str], anchor: date) -> Days:
    """A third of a unit: the start of this year, the end of last month."""
    unit, place = match["unit"].lower(), _THIRDS[match["start"].lower()]
    back = (match["which"] or "").lower() == "last"
    first, last = _span(_begun(unit, anchor) - back * _LENGTHS[unit], unit)
    if unit == "year":
        first += relativedelta(months=4 * place)
        return first, first + relativedelta(months=4, days=-1)
    return first + timedelta(10 * place), last if place == 2 else first + timedelta(10 * place + 9)


def _ordinal(match: re.Match[str], anchor: date) -> Days:
    """A day of the month alone, "on the 3rd": the latest such day."""
    number = int(match["day"])
    for back in range(12):
        first = anchor.replace(day=1) - relativedelta(months=back)
        if number <= _span(first, "month")[1].day and first.replace(day=number) <= anchor:
            return first.replace(day=number), first.replace(day=number)
    raise ValueError(f"no such day: {match[0]}")


def _short_year(match: re.Match[str], anchor: date) -> Days:
    number = 1900 + int(match["two"])
    return _span(date(number + 100 * (number + 100 <= anchor.year), 1, 1), "year")


def _dotted(match: re.Match[str], anchor: date) -> Days:
    number, month = int(match["day"]), int(match["month"])
    day = _in_year(match, lambda year: date(year, month, number), anchor)
    return day, day


def _third(match: re.Match[str], anchor: date) -> Days:
    """The beginning, middle or end of a month or a year, by thirds."""
    place = _THIRDS[(match["early"] or match["start"]).lower()]
    if match["month"] is None:
        first = date(int(match["whole"]), 1 + 4 * place, 1)
        return first, first + relativedelta(months=4, days=-1)
    first, last = _whole_month(match, anchor)
    return first + timedelta(10 * place), last if place == 2 else first + timedelta(10 * place + 9)


def _holiday(match: re.Match[str], anchor: date) -> Days:
    month, number = _EN.holidays[match["holiday"].lower().replace("'", "")]
    day = _in_year(match, lambda year: date(year, month, number), anchor)
    return day, day


def _weekday(match: re.Match[str], anchor: date) -> Days:
    named = match["weekday"].lower()
    wanted = next(n for n, day in enumerate(_EN.weekdays) if day.startswith(named[:3]))
    if match["lastweek"] and "before last" in match["lastweek"].lower():
        day = anchor - timedelta(((anchor.weekday() - wanted) % 7 or 7) + 7)
        return day, day
    if match["lastweek"]:
        day = _begun("week", anchor) - timedelta(7 - wanted)
        return day, day
    back = (anchor.weekday() - wanted) % 7
    how = (match["how"] or "").lower()
    day = anchor - timedelta(back or (7 if how in ("last", "this") else 0))
    return day, day


def _weekend(match: re.Match[str], anchor: date) -> Days:
    last = (match["how"] or "").lower() == "last"
    saturday = anchor - timedelta((anchor.weekday() - 5) % 7)
    if last and saturday + timedelta(1) >= anchor:
        saturday -= timedelta(7)
    return saturday, saturday + timedelta(1)


def _near(match: re.Match[str], anchor: date) -> Days:
    day = anchor - timedelta(match[0].lower() in ("yesterday", "last night", "overnight"))
    return day, anchor if match[0].lower() == "overnight" else day


def _ago(match: re.Match[str], anchor: date) -> Days:
    number, unit = _number(match["count"]), match["unit"].lower()
    day = anchor - (timedelta(hours=number) if unit == "hour" else number * _LENGTHS[unit])
    return day, day


def _last_several(match: re.Match[str], anchor: date) -> Days:
    number, unit = _number(match["count"] or "1"), match["unit"].lower()
    if unit == "hour":
        return anchor - timedelta(math.ceil(number / 24)), anchor
    return anchor - number * _LENGTHS[unit], anchor


def _unit(match: re.Match[str], anchor: date) -> Days:
    """A unit of the calendar: "last week", "this month", "the year before last"."""
    unit, which = match["unit"].lower(), match["which"].lower()
    back = {"this": 0, "next": -1, "before last": 2}.get(which, 1)
    return _span(_begun(unit, anchor) - back * _LENGTHS[unit], unit)


def _span(first: date, unit: str) -> Days:
    """The first and last day of a unit of the calendar that begins on a day."""
    return first, first + _LENGTHS[unit] - timedelta(1)


def _begun(unit: str, day: date) -> date:
    """The first day of the unit of the calendar that a day is in."""
    if unit in ("day", "week", "wk"):
        return day - timedelta(0 if unit == "day" else day.weekday())
    year = day.year - day.year % 10 if unit == "decade" else day.year
    month = {"month": day.month, "quarter": 3 * ((day.month - 1) // 3) + 1}.get(unit, 1)
    return date(year, month, 1)


def _rule(
    pattern: str,
    days: Callable[[re.Match[str], date], Days],
    preposition: bool = False,
    exact: bool = False,
) -> _Rule:
    """A rule; the pattern minds capitals where ``exact``."""
    return _Rule(re.compile(pattern, 0 if exact else re.IGNORECASE), days, preposition)


_DATED = rf"(?:(?:on )?\b(?:{_WEEKDAY}),? (?:the )?)?"  # "Saturday 23 March"
_BARE_MONTH = "|".join(name.capitalize() for name in _EN.months)  # "may" and "march" are verbs
_SLASHED = _rule(rf"\b(?P<one>\d{{1,2}})[/-](?P<two>\d{{1,2}})[/-](?P<year>{_YEAR})", _slashed)
_SHORT = _rule(r"(?<![\d/-])(?P<one>\d{1,2})/(?P<two>\d{1,2})(?![\d/-])", _slashed, True)
_YEARS = _rule(rf"(?P<year>{_YEAR})", _whole_year, True)
_RULES = (
    _rule(rf"{_DATED}(?P<day>{_DAY})(?: of)? (?P<month>{_MONTH}){_IN_YEAR}", _one_day),
    _rule(rf"{_DATED}(?P<month>{_MONTH}) (?P<day>{_DAY})(?!,\d){_IN_YEAR}", _one_day),
    _rule(
        rf"(?P<first>{_DAY})\s*{_TO}\s*(?:the )?(?P<day>{_DAY})(?: of)? (?P<month>{_MONTH})"
        rf"{_IN_YEAR}",
        _some_days,
    ),
    _rule(
        rf"(?P<month>{_MONTH}) (?P<first>{_DAY})\s*{_TO}\s*(?:the )?(?P<day>{_DAY})(?!,\d)"
        rf"{_IN_YEAR}",
        _some_days,
    ),
    _rule(rf"(?P<year>{_YEAR})[-/](?P<month>\d\d?)[-/](?P<day>\d\d?)\b", _figures),
    _rule(rf"\b(?P<day>\d\d?)\.\s?(?P<month>\d\d?)\.\s?(?P<year>{_YEAR})", _figures),
    _SLASHED,
    _SHORT,
    _rule(rf"\b(?P<month>{_MONTH}),?(?: of)? (?P<year>{_YEAR})", _whole_month),
    _rule(rf"\b(?P<month>{_MONTH})(?: of)? (?P<thatyear>last|this) year", _whole_month),
    _rule(rf"\b(?:(?P<last>last|this) )?(?P<month>{_MONTH})(?! \d)", _whole_month, True),
    _rule(rf"\b(?P<last>this) (?P<month>{_BARE_MONTH})\b", _whole_month, exact=True),
    _rule(rf"\b(?P<last>last) (?P<month>{_MONTH})", _whole_month),
    _YEARS,
    _rule(
        r"\b((?:19|20)\d0s)\b|((?<!\w)'\d0s)\b|\b(twenties|thirties|forties|fifties|sixties"
        r"|seventies|eighties|nineties)\b",
        _years,
    ),
    _rule(rf"\bQ(?P<number>[1-4]) (?P<year>{_YEAR})", _part_of_year),
    _rule(
        rf"\b(?P<which>{'|'.join(_ORDINALS)}) (?P<part>quarter|half)"
        rf"(?=(?: of)? (?:{_YEAR}|(?:this|last) year))"
        rf"{_IN_YEAR}",
        _part_of_year,
    ),
    _rule(rf"\b(?:(?P<last>last|this) )?(?P<season>{_SEASON})\b{_IN_YEAR}", _season, True),
    _rule(rf"\b(?P<last>last|this) (?P<season>{_SEASON})\b", _season),
    _rule(rf"\b(?P<last>)(?P<season>{_SEASON})(?: of)? (?P<year>{_YEAR})", _season),
    _rule(
        rf"\b(?:(?P<start>start|beginning|middle|end) of |(?P<early>early|mid|late)[ -])"
        rf"(?:(?P<month>{_MONTH}){_IN_YEAR}|(?P<whole>{_YEAR}))",
        _third,
    ),
    _rule(
        rf"\b(?P<which>first|second|third|fourth|last|[1-4](?:st|nd|rd|th)) "
        rf"(?P<part>half|week|wk) of (?P<month>{_MONTH}){_IN_YEAR}",
        _part_of_month,
    ),
    _rule(rf"\bweek of (?:(?P<day>{_DAY})(?: of)? (?P<month>{_MONTH}){_IN_YEAR})", _week_of),
    _rule(rf"\bweek of (?:(?P<month>{_MONTH}) (?P<day>{_DAY}){_IN_YEAR})", _week_of),
    _rule(
        r"\b(?P<start>start|beginning|middle|end) of (?:the|(?P<which>this|last)) "
        r"(?P<unit>month|year)\b",
        _third_of_unit,
    ),
    _rule(r"\b(?P<day>\d{1,2})(?:st|nd|rd|th)\b(?! \w)", _ordinal, True),
    _rule(r"(?<!\w)'(?P<two>\d\d)\b(?!s)", _short_year, True),
    _rule(r"\b(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?!\d)", _dotted, True),
    _rule(r"\b(?:now)\b", lambda _, anchor: (anchor, anchor), True),
    _rule(rf"\b(?P<holiday>{_HOLIDAY})\b{_IN_YEAR}", _holiday),
    _rule(
        rf"\b(?:(?P<how>last|this) )?(?P<weekday>{_WEEKDAY})\b(?P<lastweek>)"
        r"(?!'s)",
        _weekday,
        True,
    ),
    _rule(rf"\b(?P<how>last|this) (?P<weekday>{_WEEKDAY})\b(?P<lastweek>)(?!'s)", _weekday),
    _rule(
        rf"\b(?P<how>)(?P<weekday>{_WEEKDAY})\b\.?"
        r"(?P<lastweek>(?: of)? last w(?:ee)?k| before last)\b",
        _weekday,
    ),
    _rule(r"\b(?:(?P<how>last|this) )?weekend\b", _weekend, True),
    _rule(r"\b(?P<how>)weekend just gone\b", _weekend),
    _rule(r"\b(?P<how>last|this) weekend\b", _weekend),
    _rule(
        r"\b(?:today|yesterday|tonight|last night|overnight|this (?:morning|afternoon|evening))\b",
        _near,
    ),
    _rule(rf"\b(?P<count>(?!(?:a )?few){_COUNT}) (?P<unit>{_UNIT})s? ago\b", _ago),
    _rule(rf"\b(?:the )?(?:last|past) (?P<count>{_COUNT}) (?P<unit>{_UNIT})s?\b", _last_several),
    _rule(r"\b(?:the )?(?:past|last) (?P<count>)(?P<unit>fortnight)\b", _last_several),
    _rule(rf"\bpast (?P<count>)(?P<unit>{_UNIT})\b", _last_several, True),
    _rule(
        r"(?<!\bthe )\b(?P<which>this|last|previous|next) "
        rf"(?P<unit>{_CALENDAR})\b",
        _unit,
    ),
    _rule(rf"\b(?P<which>last|previous|this) (?P<unit>{_CALENDAR})\b", _unit, True),
    _rule(rf"\b(?P<unit>{_CALENDAR}) (?P<which>before last)\b", _unit),
)
