"""What the formats of agencies have in common: codes, days, embargoes, notes that correct."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from assistant.reading.articles import Unreadable, moment

Fields = dict[str, Any]
"""Of an article, as ``articles.build`` takes them."""
CORRECTS = re.compile(r"\b(?:correct(?:s|ed|ion)|clarif(?:ies|ied|ication))\b", re.IGNORECASE)
BY = re.compile(r"^\s*(?:by|von|par|av)\s+", re.IGNORECASE)


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
