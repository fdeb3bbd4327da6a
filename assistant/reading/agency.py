"""What the formats of agencies have in common: codes, days, embargoes, notes that correct."""

from __future__ import annotations

import re
import warnings
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from dateutil import parser

from assistant.reading.articles import Unreadable, moment

Fields = dict[str, Any]
"""Of an article, as ``articles.build`` takes them."""
CORRECTS = re.compile(r"\b(?:correct(?:s|ed|ion)|clarif(?:ies|ied|ication))\b", re.IGNORECASE)
BY = re.compile(r"^\s*(?:by|von|par|av)\s+", re.IGNORECASE)
_HELD = re.compile(
    r"^\W*(?:(?:strictly )?under )?embargo(?:ed)?(?: for release)?"
    r"(?:\s+(?:until|till)\b|\s*[:–—-]|\s+(?=\d)|\s*$)\W*(.*)$"
    r"|^\W*not for (?:release|publication) before\b\W*(.*)$",
    re.IGNORECASE,
)
_FIRST = 8  # lines of a text, where press releases say so
_ZONES = {  # hours from UTC
    name: hours * 3600
    for name, hours in {
        "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "IST": 5.5, "SGT": 8, "HKT": 8,
        "JST": 9, "AEST": 10, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7,
        "PST": -8, "PDT": -7,
    }.items()
}  # fmt: skip
_DEFAULT = datetime(1996, 2, 29), datetime(2003, 11, 1)


def code(value: str) -> str:
    """The last part of a code or an address of one: "stat:usable" is "usable"."""
    return re.split("[:/#]", value)[-1].lower()


def language(tag: Any) -> str:
    """The language of a tag as RFC 5646 has them: "en-GB" is "en"."""
    return re.split("[-_]", str(tag or ""))[0].lower()


def dated(first: Any, last: Any) -> Fields:
    """When it was first published, and when last if that was on another day."""
    published, updated = _day(first), _day(last)
    own = {"published": published or updated}
    return own | ({"updated": updated} if updated and updated != published else {})


def _day(value: Any) -> str | None:
    """The day of a moment, "2021-05-26T13:40:18+02:00" or "20210526T134018"; None for none."""
    found = re.match(r"\s*(\d{4})-?(\d\d)-?(\d\d)", str(value or ""))
    day = "-".join(found.groups()) if found else ""
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError:
        return None


def embargo_in(text: str, sent: datetime | None = None) -> datetime | None:
    """Until when a press release says in its first lines that it is under embargo.

    Args:
        text: of the release.
        sent: when, whose zone counts where it names none; else UTC.

    Raises:
        Unreadable: it says so, and until when is not understood.
    """
    lines = [line for line in text.split("\n") if line.strip()][:_FIRST]
    found = next(filter(None, map(_HELD.match, lines)), None)
    if found is None:
        return None
    told = (found[1] or found[2] or "").strip()
    zone = sent.tzinfo if sent and sent.tzinfo else UTC
    try:  # what is missing is filled from the default: two that differ show that it is
        with warnings.catch_warnings(action="error"):  # of a zone that is not known
            read = partial(parser.parse, told, fuzzy=True, tzinfos=_ZONES)
            moments = {read(default=one) for one in _DEFAULT}
    except (ValueError, OverflowError, parser.UnknownTimezoneWarning):
        moments = set()
    if len(moments) != 1:
        raise Unreadable(f"under embargo: {told[:80]!r}; add it again then")
    (until,) = moments
    return until if until.tzinfo else until.replace(tzinfo=zone)


def without_title(text: str, title: str) -> str:
    """A text without its headline, where that is its first paragraph."""
    first, _, rest = text.partition("\n")
    return rest.lstrip("\n") if rest and title and first.strip() == title.strip() else text


def check_usable(status: str, embargo: Any) -> datetime | None:
    """Until when something that may be used is under embargo; None where it is not.

    Raises:
        Unreadable: it is withheld or cancelled, or its embargo has no end that it states.
    """
    if status not in ("usable", ""):
        raise Unreadable(f"its publisher calls it {status}")
    if not embargo:
        return None
    try:
        return moment("embargo", embargo)
    except Unreadable:
        raise Unreadable(f"under embargo until {embargo}; add it again then") from None
