"""Time in a question: the days that it speaks of, and whether it wants the latest.

A table of expressions, each with the days that it means. What lacks a year or a month is the latest
such day up to the next day that the question names, else up to the day of asking. Words before and
behind ("since", "until", "from … on") open a period at one end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.understanding.days import Days, month_first
from assistant.understanding.expressions import RULES, SHORT, SLASHED, TO, YEARS, Rule

_BEFORE = re.compile(
    r"\b(in|during|on|of|from|since|after|before|prior to|run-up to|until|till|no later than"
    r"|up to and including"
    r"|no earlier than|not before|as from"
    r"|by|between|up to|to|through|and|as of|over|within|for|at|around)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_ONWARD = re.compile(
    r"\s*(?:onwards?\b|forwards?\b"
    r"|on(?=\s*(?:$|[,.;:?!)])|\s+(?:and|of|in|at|for|by|with|from|to)\b))",
    re.IGNORECASE,
)
_TO_THE_END = re.compile(
    r"\s*(?:up )?(?:to|till|until|through(?: to)?) (?:the (?:very )?(?:end|finish)\b(?! of\b)"
    r"|(?:now|today|(?:the )?present)\s*(?:$|[,.;:?!)]))",
    re.IGNORECASE,
)
# "from the delays in autumn 2010 to the landing": what it ends with is no day.
_FROM_AN_EVENT = re.compile(r"\bfrom\b[^.?!;]{3,60}\b(?:in|of|on|during) (?:the )?$", re.IGNORECASE)
_TO_AN_EVENT = re.compile(
    r",? (?:up )?(?:to|till|until|through(?: to)?) (?:the|its|his|her|their|an?) [^\W\d]",
    re.IGNORECASE,
)
_JOINED = re.compile(rf"\s*{TO}\s*(?:the )?", re.IGNORECASE)
_LINKED = re.compile(rf"\s*(?:but )?(?:{TO}|before)\s*(?:the )?", re.IGNORECASE)
_TIME = re.compile(
    r"\b(?:(?P<open>since) |(?:before|after|until|till|by|at|around|from) )?"
    r"\d{1,2}(?::\d\d)? ?[ap]\.?m\b\.?,?(?: on\b)?",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\b(?:over|to|for|of|the) \d{4}$", re.IGNORECASE)
_THINGS = re.compile(r" (?!was\b|is\b|has\b|does\b)[a-z]+s\b")
_LATEST = re.compile(
    r"\b(?:latest|most recent|newest|up[ -]to[ -]date|current(?:ly)?|at the moment|as of now"
    r"|right now|so far|to date|these days|at present|as (?:it|things) stands?|now|still)\b"
    r"|\bstands? (?:now|today)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Period:
    """Days that a question speaks of, both included."""

    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class _Found:
    """An expression at a place of a question."""

    rule: Rule
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
    figures = (one.match for one in _found(text) if one.rule in (SLASHED, SHORT))
    return [match[0] for match in figures if month_first(match) is None]


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
        of_events = _FROM_AN_EVENT.search(bare[: one.match.start()]) and one is meant[0][0]
        if _TO_THE_END.match(bare, ends) or (of_events and _TO_AN_EVENT.match(bare, ends)):
            yield one, Period(days[0], None)
            continue
        yield one, _opened("" if ranged else one.word, bool(_ONWARD.match(bare, ends)), *days)


def _found(text: str) -> Iterator[_Found]:
    """The expressions of a text, in order, none inside another; the longest of several."""
    matches = [(rule, match) for rule in RULES for match in rule.pattern.finditer(text)]
    matches.sort(key=lambda one: (one[1].start(), -one[1].end()))
    end = 0
    for rule, match in matches:
        before = _BEFORE.search(text[: match.start()])
        behind = _JOINED.match(text, match.end())
        ranged = behind and any(one.start() == behind.end() for _, one in matches)
        if match.start() < end or (rule.preposition and not (before or ranged)):
            continue
        if rule is YEARS and _is_count(text, match):
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
    if word in (
        "until",
        "till",
        "by",
        "as of",
        "up to",
        "up to and including",
        "no later than",
        "through",
    ):
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
