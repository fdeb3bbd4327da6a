"""The table of expressions of time: a pattern each, and what tells the days that it means."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from assistant.language.language import english
from assistant.understanding import days
from assistant.understanding.days import ORDINALS, SPOKEN, Days

_EN = english()
_MONTH = rf"(?:{_EN.month_pattern})\b\.?"
_YEAR = r"\b(?:19|20)\d\d\b"
_DAY = r"\b\d{1,2}(?:st|nd|rd|th)?\b"
_WEEKDAY = "|".join(f"{day}|{day[:4]}|{day[:3]}" for day in _EN.weekdays) + "|thurs|weds"
_SEASON = "|".join(_EN.seasons)
_LONGEST_FIRST = sorted(_EN.holidays, key=len, reverse=True)
_HOLIDAY = "|".join(re.sub("(?<=[a-z])s ", "'?s ", one) for one in _LONGEST_FIRST)
_COUNT = rf"(?:\d+|{'|'.join(sorted(SPOKEN, key=len, reverse=True))})"
_CALENDAR = "day|week|wk|month|quarter|year|yr|decade"
_UNIT = f"hour|fortnight|{_CALENDAR}"
TO = r"(?:-|–|—|/|&|to|and|until|till|up to and including|up to|through|thru)"
_IN_YEAR = (
    rf"(?:,?(?: of| in)? (?P<year>{_YEAR})|(?: of)? (?P<thatyear>last|this) year"
    rf"|(?P<yearsago> {_COUNT}) years ago)?"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """An expression, and the days that it means, counted from a day."""

    pattern: re.Pattern[str]
    days: Callable[[re.Match[str], date], Days]
    preposition: bool = False
    """Whether it means days only behind a preposition."""


def _rule(
    pattern: str,
    days: Callable[[re.Match[str], date], Days],
    preposition: bool = False,
    exact: bool = False,
) -> Rule:
    """A rule; the pattern minds capitals where ``exact``."""
    return Rule(re.compile(pattern, 0 if exact else re.IGNORECASE), days, preposition)


_DATED = rf"(?:(?:on )?\b(?:{_WEEKDAY}),? (?:the )?)?"  # "Saturday 23 March"
_BARE_MONTH = "|".join(name.capitalize() for name in _EN.months)  # "may" and "march" are verbs
SLASHED = _rule(rf"\b(?P<one>\d{{1,2}})[/-](?P<two>\d{{1,2}})[/-](?P<year>{_YEAR})", days.slashed)
_WEEK_OF = "(?:week|wk) (?:of|beginning|commencing|starting)"
SHORT = _rule(r"(?<![\d/-])(?P<one>\d{1,2})/(?P<two>\d{1,2})(?![\d/-])", days.slashed, True)
YEARS = _rule(rf"(?P<year>{_YEAR})", days.whole_year, True)
RULES = (
    _rule(rf"{_DATED}(?P<day>{_DAY})(?: of)? (?P<month>{_MONTH}){_IN_YEAR}", days.one_day),
    _rule(rf"{_DATED}(?P<month>{_MONTH}) (?P<day>{_DAY})(?!,\d){_IN_YEAR}", days.one_day),
    _rule(
        rf"(?P<first>{_DAY})\s*{TO}\s*(?:the )?(?P<day>{_DAY})(?: of)? (?P<month>{_MONTH})"
        rf"{_IN_YEAR}",
        days.some_days,
    ),
    _rule(
        rf"(?P<month>{_MONTH}) (?P<first>{_DAY})\s*{TO}\s*(?:the )?(?P<day>{_DAY})(?!,\d)"
        rf"{_IN_YEAR}",
        days.some_days,
    ),
    _rule(rf"(?P<year>{_YEAR})[-/](?P<month>\d\d?)[-/](?P<day>\d\d?)\b", days.figures),
    _rule(rf"\b(?P<day>\d\d?)\.\s?(?P<month>\d\d?)\.\s?(?P<year>{_YEAR})", days.figures),
    SLASHED,
    SHORT,
    _rule(rf"\b(?P<month>{_MONTH}),?(?: of)? (?P<year>{_YEAR})", days.whole_month),
    _rule(rf"(?<![\w/])(?P<month>0?[1-9]|1[0-2])/(?P<year>{_YEAR})", days.whole_month, True),
    _rule(rf"\b(?P<month>{_MONTH}) '(?P<two>\d\d)\b", days.month_of_short_year),
    _rule(rf"\b(?P<month>{_MONTH})(?: of)? (?P<thatyear>last|this) year", days.whole_month),
    _rule(rf"\b(?:(?P<last>last|this) )?(?P<month>{_MONTH})(?! \d)", days.whole_month, True),
    _rule(rf"\b(?P<last>this) (?P<month>{_BARE_MONTH})\b", days.whole_month, exact=True),
    _rule(rf"\b(?P<last>last) (?P<month>{_MONTH})", days.whole_month),
    YEARS,
    _rule(rf"(?P<first>{_YEAR})\s?[-–—]\s?(?P<last>{_YEAR})", days.some_years),
    _rule(
        rf"(?P<first>{_YEAR})[-–—](?P<last>(?!0\d|1[0-2])\d\d)\b(?![-/]\d)", days.some_years, True
    ),
    _rule(
        r"\b((?:19|20)\d0s)\b|((?<!\w)'\d0s)\b|\b(twenties|thirties|forties|fifties|sixties"
        r"|seventies|eighties|nineties)\b",
        days.years,
    ),
    _rule(rf"\bQ(?P<number>[1-4]) (?P<year>{_YEAR})", days.part_of_year),
    _rule(rf"\b(?P<part>H)(?P<number>[12]) (?P<year>{_YEAR})", days.part_of_year),
    _rule(
        rf"\b(?P<which>{'|'.join(ORDINALS)}) (?P<part>quarter|half)"
        rf"(?=(?: of)? (?:{_YEAR}|(?:this|last) year))"
        rf"{_IN_YEAR}",
        days.part_of_year,
    ),
    _rule(rf"\b(?:(?P<last>last|this) )?(?P<season>{_SEASON})\b{_IN_YEAR}", days.season, True),
    _rule(rf"\b(?P<last>last|this) (?P<season>{_SEASON})\b", days.season),
    _rule(rf"\b(?P<last>)(?P<season>{_SEASON})(?: of)? (?P<year>{_YEAR})", days.season),
    _rule(
        rf"\b(?:(?P<start>start|beginning|middle|end) of |(?P<early>early|mid|late)[ -])"
        rf"(?:(?P<month>{_MONTH}){_IN_YEAR}|(?P<whole>{_YEAR}))",
        days.third,
    ),
    _rule(
        rf"\b(?P<which>first|second|third|fourth|last|[1-4](?:st|nd|rd|th)) "
        rf"(?P<part>half|week|wk) of (?P<month>{_MONTH}){_IN_YEAR}",
        days.part_of_month,
    ),
    _rule(rf"\b{_WEEK_OF} (?:(?P<day>{_DAY})(?: of)? (?P<month>{_MONTH}){_IN_YEAR})", days.week_of),
    _rule(rf"\b{_WEEK_OF} (?:(?P<month>{_MONTH}) (?P<day>{_DAY}){_IN_YEAR})", days.week_of),
    _rule(
        r"\b(?P<start>start|beginning|middle|end) of (?:the|(?P<which>this|last)) "
        r"(?P<unit>month|year)\b",
        days.third_of_unit,
    ),
    _rule(
        r"\b(?P<start>early|mid|late)[ -](?P<which>this|last) (?P<unit>month|year)\b",
        days.third_of_unit,
    ),
    _rule(r"\b(?P<day>\d{1,2})(?:st|nd|rd|th) of (?P<which>this|last) month\b", days.day_of_month),
    _rule(r"\b(?P<day>\d{1,2})(?:st|nd|rd|th)\b(?! \w)", days.ordinal, True),
    _rule(r"(?<!\w)'(?P<two>\d\d)\b(?!s)", days.short_year, True),
    _rule(r"\b(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?!\d)", days.dotted, True),
    _rule(r"\b(?:now)\b", lambda _, anchor: (anchor, anchor), True),
    _rule(rf"\b(?P<holiday>{_HOLIDAY})\b{_IN_YEAR}", days.holiday),
    _rule(
        rf"\b(?:(?P<how>last|this) )?(?P<weekday>{_WEEKDAY})\b(?P<lastweek>)"
        r"(?!'s)",
        days.weekday,
        True,
    ),
    _rule(rf"\b(?P<how>last|this) (?P<weekday>{_WEEKDAY})\b(?P<lastweek>)(?!'s)", days.weekday),
    _rule(
        rf"\b(?P<how>)(?P<weekday>{_WEEKDAY})\b\.?"
        r"(?P<lastweek>(?: of)? last w(?:ee)?k| before last| week ago)\b",
        days.weekday,
    ),
    _rule(r"\b(?:(?P<how>last|this) )?weekend\b", days.weekend, True),
    _rule(r"\b(?P<how>)weekend just gone\b", days.weekend),
    _rule(r"\bweekend (?P<how>before last)\b", days.weekend),
    _rule(r"\b(?P<how>last|this) weekend\b", days.weekend),
    _rule(
        r"\b(?:today|(?:the )?day before yesterday|yesterday|tonight|last night|overnight"
        r"|this (?:morning|afternoon|evening))\b",
        days.near,
    ),
    _rule(rf"\b(?P<count>(?!(?:a )?few){_COUNT}) (?P<unit>{_UNIT})s? ago(?: today)?\b", days.ago),
    _rule(
        rf"\b(?:the )?(?:last|past) (?P<count>{_COUNT}) (?P<unit>{_UNIT})s?\b", days.last_several
    ),
    _rule(r"\b(?:the )?(?:past|last) (?P<count>)(?P<unit>fortnight)\b", days.last_several),
    _rule(rf"\bpast (?P<count>)(?P<unit>{_UNIT})\b", days.last_several, True),
    _rule(
        r"(?<!\bthe )\b(?P<which>this|last|previous|next) "
        rf"(?P<unit>{_CALENDAR})\b",
        days.unit,
    ),
    _rule(rf"\b(?P<which>last|previous|this) (?P<unit>{_CALENDAR})\b", days.unit, True),
    _rule(rf"\b(?P<unit>{_CALENDAR}) (?P<which>before last)\b", days.unit),
)
