"""Moments as a reader's own clock shows them.

The browser says in a cookie in which time zone it is (page.js); until it has, moments are in UTC
and say so.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from assistant.text import spelt_day
from assistant.web.conversations import Conversation

_COOKIE = "zone"


def zone_of(cookies: Mapping[str, str]) -> tzinfo:
    """The reader's time zone; UTC where the browser has not named one that is known here."""
    try:
        return ZoneInfo(unquote(cookies.get(_COOKIE, "")))
    except (KeyError, ValueError, OSError, TypeError):  # what is or can be the name of no zone
        return UTC


def day(moment: str | datetime, zone: tzinfo) -> str:
    """The day of a moment (ISO, UTC): "Today", "Yesterday" or "28 November 2026"."""
    found, today = _local(moment, zone).date(), datetime.now(zone).date()
    near = {today: "Today", today - timedelta(days=1): "Yesterday"}
    return near.get(found) or spelt_day(found)


def by_day(found: Sequence[Conversation], zone: tzinfo) -> list[tuple[str, list[Conversation]]]:
    """Conversations under the day on which each was last changed, in their order."""
    days = itertools.groupby(found, key=lambda one: day(one.changed, zone))
    return [(told, list(own)) for told, own in days]


def hour(moment: str | datetime, zone: tzinfo) -> str:
    """The time of day of a moment (ISO, UTC): "14:05", and "14:05 UTC" where no zone is known."""
    return _local(moment, zone).strftime("%H:%M") + (" UTC" if zone is UTC else "")


def _local(moment: str | datetime, zone: tzinfo) -> datetime:
    told = moment if isinstance(moment, datetime) else datetime.fromisoformat(moment)
    return told.astimezone(zone)
