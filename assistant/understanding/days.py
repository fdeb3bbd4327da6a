"""What expressions of time in a question mean: a first and a last day, counted from an anchor.

What lacks a year or a month is the latest such day up to the anchor. The functions take a match of
a rule's pattern (expressions.py), whose groups name what it is made of, and the anchor.

Raises:
    ValueError, OverflowError: there is no such day, "31 February", or it is open which is meant.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from assistant.language.language import english

Days = tuple[date, date]
"""A first and a last day."""

_EN = english()
SPOKEN = _EN.numbers | {"a": 1, "an": 1, "few": 3, "couple of": 2, "a few": 3, "a couple of": 2}
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 0}
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


def _month_number(text: str) -> int:
    """The number of a month in figures, by its name or the beginning of that."""
    if text.isdigit():
        return int(text)
    return next(n for n, name in enumerate(_EN.months, 1) if name.startswith(text[:3].lower()))


def _count(text: str) -> int:
    bare = text.strip().lower()
    return int(bare) if bare.isdigit() else SPOKEN[bare]


def _in_year(match: re.Match[str], made: Callable[[int], date], anchor: date) -> date:
    """The day in the year that is named, else the latest one up to the anchor."""
    named = match.groupdict()
    if named.get("year"):
        return made(int(named["year"]))
    if named.get("thatyear"):
        return made(anchor.year - (named["thatyear"].lower() == "last"))
    if named.get("yearsago"):
        return made(anchor.year - _count(named["yearsago"]))
    for year in range(anchor.year, anchor.year - 9, -1):  # a leap day may be eight years ago
        try:
            if (day := made(year)) <= anchor:
                return day
        except ValueError:
            continue
    raise ValueError(f"no such day: {match[0]}")


def _digits(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def one_day(match: re.Match[str], anchor: date) -> Days:
    """What "3 March 2026", "March 3" means."""
    number, month = _digits(match["day"]), _month_number(match["month"])
    day = _in_year(match, lambda year: date(year, month, number), anchor)
    return day, day


def some_days(match: re.Match[str], anchor: date) -> Days:
    """What "3 to 5 March", "March 3-5" means."""
    _, last = one_day(match, anchor)
    return last.replace(day=_digits(match["first"])), last


def figures(match: re.Match[str], _anchor: date) -> Days:
    """What "2026-03-04", "4.3.2026" means."""
    day = date(*(int(match[name]) for name in ("year", "month", "day")))
    return day, day


def month_first(match: re.Match[str]) -> bool | None:
    """Whether the first of two numbers is the month; None where both may be."""
    one, two = int(match["one"]), int(match["two"])
    if one == two:
        return False
    return None if max(one, two) <= 12 else two > 12


def slashed(match: re.Match[str], anchor: date) -> Days:
    """What "23/04/2026"; open where both numbers may be the month means."""
    first = month_first(match)
    if first is None:
        raise ValueError(f"it is open which is the month: {match[0]}")
    month, number = (match["one"], match["two"]) if first else (match["two"], match["one"])
    day = _in_year(match, lambda year: date(year, int(month), int(number)), anchor)
    return day, day


def whole_month(match: re.Match[str], anchor: date) -> Days:
    """What "March 2026", "last March" means."""
    last = (match.groupdict().get("last") or "").lower() == "last"
    until = anchor.replace(day=1) - timedelta(1) if last else anchor
    first = _in_year(match, lambda year: date(year, _month_number(match["month"]), 1), until)
    return _span(first, "month")


def whole_year(match: re.Match[str], _anchor: date) -> Days:
    """A year: "2026"."""
    return _span(date(int(match["year"]), 1, 1), "year")


def years(match: re.Match[str], _anchor: date) -> Days:
    """What "the 1990s", "the nineties" means."""
    word = next(name for name in match.groups() if name).lower().lstrip("'")
    decade = (
        _EN.tens.index(word.replace("ies", "y")) * 10 + 20 if word.isalpha() else int(word[:-1])
    )
    first = decade if decade > 99 else 1900 + decade
    return _span(date(first, 1, 1), "decade")


def part_of_year(match: re.Match[str], anchor: date) -> Days:
    """A quarter or a half."""
    named = match.groupdict()
    quarter = (named.get("part") or "").lower() not in ("half", "h")
    count = 4 if quarter else 2
    number = int(named["number"]) if named.get("number") else ORDINALS[match["which"].lower()]
    month = ((number or count) - 1) * 12 // count + 1
    first = _in_year(match, lambda year: date(year, month, 1), anchor)
    return first, first + relativedelta(months=12 // count, days=-1)


def season(match: re.Match[str], anchor: date) -> Days:
    """What "spring 2026", "last winter" means."""
    first, last = _EN.seasons[match["season"].lower()]
    length = relativedelta(months=(last - first) % 12 + 1, days=-1)
    begun = _in_year(match, lambda year: date(year, first, 1), anchor)
    if (match["last"] or "").lower() == "last" and begun + length >= anchor:
        begun -= relativedelta(years=1)
    return begun, begun + length


def part_of_month(match: re.Match[str], anchor: date) -> Days:
    """A half, or a week counted from the first day."""
    first, last = whole_month(match, anchor)
    number = (
        int(match["which"][0]) if match["which"][0].isdigit() else ORDINALS[match["which"].lower()]
    )
    if match["part"].lower() == "half":
        middle = first + timedelta(14)
        return (first, middle) if number == 1 else (middle + timedelta(1), last)
    begun = first + timedelta(7 * (number - 1)) if number else last - timedelta(6)
    return begun, min(last, begun + timedelta(6))


def week_of(match: re.Match[str], anchor: date) -> Days:
    """What "the week of 3 May", from Monday means."""
    return _span(_begun("week", one_day(match, anchor)[0]), "week")


def third_of_unit(match: re.Match[str], anchor: date) -> Days:
    """A third of a unit: the start of this year, the end of last month."""
    unit, place = match["unit"].lower(), _THIRDS[match["start"].lower()]
    back = (match["which"] or "").lower() == "last"
    first, last = _span(_begun(unit, anchor) - back * _LENGTHS[unit], unit)
    if unit == "year":
        first += relativedelta(months=4 * place)
        return first, first + relativedelta(months=4, days=-1)
    return first + timedelta(10 * place), last if place == 2 else first + timedelta(10 * place + 9)


def ordinal(match: re.Match[str], anchor: date) -> Days:
    """A day of the month alone, "on the 3rd": the latest such day."""
    number = int(match["day"])
    for back in range(12):
        first = anchor.replace(day=1) - relativedelta(months=back)
        if number <= _span(first, "month")[1].day and first.replace(day=number) <= anchor:
            return first.replace(day=number), first.replace(day=number)
    raise ValueError(f"no such day: {match[0]}")


def short_year(match: re.Match[str], anchor: date) -> Days:
    """What "'98" means."""
    number = 1900 + int(match["two"])
    return _span(date(number + 100 * (number + 100 <= anchor.year), 1, 1), "year")


def month_of_short_year(match: re.Match[str], anchor: date) -> Days:
    """What "March '10" means."""
    first = short_year(match, anchor)[0].replace(month=_month_number(match["month"]))
    return _span(first, "month")


def some_years(match: re.Match[str], _anchor: date) -> Days:
    """What "2014-2018", "1914-18" means."""
    first, last = int(match["first"]), int(match["last"])
    if last < 100:
        last += first - first % 100
    if last < first:
        raise ValueError(f"no such years: {match[0]}")
    return date(first, 1, 1), date(last, 12, 31)


def day_of_month(match: re.Match[str], anchor: date) -> Days:
    """What "the 30th of last month" means."""
    back = relativedelta(months=match["which"].lower() == "last")
    number = int(match["day"])
    day = (anchor.replace(day=1) - back).replace(day=number)
    return day, day


def dotted(match: re.Match[str], anchor: date) -> Days:
    """What "31.10." means."""
    number, month = int(match["day"]), int(match["month"])
    day = _in_year(match, lambda year: date(year, month, number), anchor)
    return day, day


def third(match: re.Match[str], anchor: date) -> Days:
    """The beginning, middle or end of a month or a year, by thirds."""
    place = _THIRDS[(match["early"] or match["start"]).lower()]
    if match["month"] is None:
        first = date(int(match["whole"]), 1 + 4 * place, 1)
        return first, first + relativedelta(months=4, days=-1)
    first, last = whole_month(match, anchor)
    return first + timedelta(10 * place), last if place == 2 else first + timedelta(10 * place + 9)


def holiday(match: re.Match[str], anchor: date) -> Days:
    """What "Christmas Eve" means."""
    month, number = _EN.holidays[match["holiday"].lower().replace("'", "")]
    day = _in_year(match, lambda year: date(year, month, number), anchor)
    return day, day


def weekday(match: re.Match[str], anchor: date) -> Days:
    """What "on Monday", "last Monday", "Monday last week" means."""
    named = match["weekday"].lower()
    wanted = next(n for n, day in enumerate(_EN.weekdays) if day.startswith(named[:3]))
    if match["lastweek"] and "before last" in match["lastweek"].lower():
        day = anchor - timedelta(((anchor.weekday() - wanted) % 7 or 7) + 7)
        return day, day
    if match["lastweek"] and "ago" in match["lastweek"].lower():
        day = anchor - timedelta((anchor.weekday() - wanted) % 7 + 7)
        return day, day
    if match["lastweek"]:
        day = _begun("week", anchor) - timedelta(7 - wanted)
        return day, day
    back = (anchor.weekday() - wanted) % 7
    how = (match["how"] or "").lower()
    day = anchor - timedelta(back or (7 if how in ("last", "this") else 0))
    return day, day


def weekend(match: re.Match[str], anchor: date) -> Days:
    """What "at the weekend" means."""
    how = (match["how"] or "").lower()
    saturday = anchor - timedelta((anchor.weekday() - 5) % 7)
    if how and how != "this" and saturday + timedelta(1) >= anchor:
        saturday -= timedelta(7)
    if how == "before last":
        saturday -= timedelta(7)
    return saturday, saturday + timedelta(1)


def near(match: re.Match[str], anchor: date) -> Days:
    """What "today", "yesterday", "overnight" means."""
    told = match[0].lower()
    back = 2 if "before" in told else told in ("yesterday", "last night", "overnight")
    day = anchor - timedelta(back)
    return day, anchor if told == "overnight" else day


def ago(match: re.Match[str], anchor: date) -> Days:
    """What "three weeks ago": that one day means."""
    number, unit = _count(match["count"]), match["unit"].lower()
    day = anchor - (timedelta(hours=number) if unit == "hour" else number * _LENGTHS[unit])
    return day, day


def last_several(match: re.Match[str], anchor: date) -> Days:
    """What "the last three days", up to the anchor means."""
    number, unit = _count(match["count"] or "1"), match["unit"].lower()
    if unit == "hour":
        return anchor - timedelta(math.ceil(number / 24)), anchor
    return anchor - number * _LENGTHS[unit], anchor


def unit(match: re.Match[str], anchor: date) -> Days:
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
