"""Until when a press release is under embargo, as it says itself in its first lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

from assistant.language.language import english
from assistant.reading.articles import Unreadable

_FIRST = 8  # lines of a release, where it says so
_LONGEST = 120  # characters of what says until when
_MONTHS = [month.lower() for month in english().months]
_DAYS = "mon tues wednes thurs fri satur sun".split()
_LIKE_A_DAY = rf"(?=\W*(?:\d|noon\b|(?:{'|'.join(_DAYS)})day\b|(?:{'|'.join(_MONTHS)})\b))"
_STRONG = re.compile(
    r"[\W_]*(?:(?:press|news|media) release\b[\W_]*)?(?:this (?:press |news )?release is )?"
    r"(?:embargoed\b|(?:strictly |strict )?(?:under )?(?:strict )?embargo\b|sperrfrist\b)"
    r"(?: date\b| ends?\b)?(?: for (?:release|publication)\b)?"
    rf"(?:\s+(?:until|till)\b|\s+(?:for|on|to)\b{_LIKE_A_DAY}|\s*[:–—-]?{_LIKE_A_DAY}|[\W_]*$)"
    r"(?P<until>.*)"
    r"|[\W_]*not (?:for|to be) (?:releas|publi|broadcast)\w*(?: or \w+)? (?:before|until)\b"
    r"(?P<before>.*)",
    re.IGNORECASE,
)
_ALONE = re.compile(r"[\W_]*embargo[\W_]*$", re.IGNORECASE)  # a heading
_NEWS = re.compile(r"[\W_]*embargo\s+(?:until|till)\b", re.IGNORECASE)
_MOST_WORDS = 2  # that are left over where it is news of one
_DAY = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?P<month>{'|'.join(_MONTHS)}),? (?P<year>20\d\d)\b"
    rf"|\b(?P<month_first>{'|'.join(_MONTHS)}) (?P<day_behind>\d{{1,2}})(?:st|nd|rd|th)?,? "
    r"(?P<year_behind>20\d\d)\b|\b(?P<iso>20\d\d-\d\d-\d\d)\b",
    re.IGNORECASE,
)
_HOUR = re.compile(
    r"(?<![\d:.])(?:(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))(?::\d\d)?"
    r"(?: ?(?P<half>[ap])\.?m\b\.?)?"
    r"|(?P<hour_alone>\d{1,2}) ?(?P<half_alone>[ap])\.?m\b\.?"
    r"|(?P<figures>[0-2]\d[0-5]\d)\b|(?P<noon>(?:12 )?noon)\b)(?: ?(?:hrs?|hours|h|uhr)\b)?",
    re.IGNORECASE,
)
_ZONES = {  # minutes from UTC
    "gmt": 0, "utc": 0, "z": 0, "bst": 60, "cet": 60, "cest": 120, "eet": 120, "eest": 180,
    "sgt": 480, "hkt": 480, "jst": 540, "aest": 600, "est": -300, "edt": -240, "mst": -420,
    "pst": -480, "pdt": -420,
}  # fmt: skip
_ZONE = re.compile(
    rf"\b(?P<name>{'|'.join(_ZONES)})\b(?! ?[+-])"
    r"|(?:\b(?:gmt|utc) ?|(?<=\d) ?)(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?\b",
    re.IGNORECASE,
)
_EMPTY = re.compile(rf"\b(?:on|at|of|local time|(?:{'|'.join(_DAYS)})day)\b", re.IGNORECASE)


def embargo_in(lines: Iterable[str], sent: datetime | None = None) -> datetime | None:
    """Until when a press release says in its first lines that it is under embargo.

    Args:
        lines: of the release, its headline first.
        sent: when, whose zone counts where it names none; else UTC.

    Raises:
        Unreadable: it says so, and until when is not plain.
    """
    shown = [line for line in lines if line.strip()][:_FIRST]
    for line in shown:
        found = _STRONG.match(line[: 2 * _LONGEST])
        if not found or _ALONE.match(line):
            continue
        told = (found["until"] or found["before"] or "")[:_LONGEST].lstrip(" :–—-")
        told = re.sub(r"(?<=\d)T(?=\d\d:)", " ", told)  # ISO 8601
        until = _moment(re.split(r":\s+(?=[^\W\d])", told)[0], sent)
        if until is not None:
            return until
        if not (_NEWS.match(line) and len(_left_over(told).split()) > _MOST_WORDS):
            raise Unreadable(f"under embargo: {line.strip()[:80]!r}; add it again then")
    return None


def _moment(told: str, sent: datetime | None) -> datetime | None:
    """The moment that words name and nothing else; None where that is not plain."""
    if _left_over(told):
        return None
    (day,), hours, zones = _DAY.finditer(told), *_hours_and_zones(told)
    if len(hours) > 1 or len(zones) > 1:
        return None
    year = int(day["year"] or day["year_behind"] or day["iso"][:4])
    month = day["month"] or day["month_first"]
    number = _MONTHS.index(month.lower()) + 1 if month else int(day["iso"][5:7])
    figure = int(day["day"] or day["day_behind"] or day["iso"][8:])
    zone = timezone(_offset(zones[0])) if zones else (sent and sent.tzinfo) or UTC
    try:
        hour, minute = _clock(hours[0]) if hours else (0, 0)
        return datetime(year, number, figure, hour, minute, tzinfo=zone)
    except ValueError:
        return None


def _hours_and_zones(told: str) -> tuple[list[re.Match[str]], list[re.Match[str]]]:
    rest = _DAY.sub(lambda day: " " * len(day[0]), told)
    zones = list(_ZONE.finditer(rest))
    for zone in zones:
        rest = rest[: zone.start()] + " " * len(zone[0]) + rest[zone.end() :]
    return list(_HOUR.finditer(rest)), zones


def _left_over(told: str) -> str:
    """The words and figures that are no day, hour or zone; " ? " where not one day is named."""
    if len(_DAY.findall(told)) != 1:
        return " ? "
    rest = _EMPTY.sub(" ", _HOUR.sub(" ", _ZONE.sub(" ", _DAY.sub(" ", told))))
    return " ".join(re.findall(r"\w+", rest))


def _offset(zone: re.Match[str]) -> timedelta:
    if zone["name"]:
        return timedelta(minutes=_ZONES[zone["name"].lower()])
    minutes = 60 * int(zone["hours"]) + int(zone["minutes"] or 0)
    return timedelta(minutes=minutes if zone["sign"] == "+" else -minutes)


def _clock(found: re.Match[str]) -> tuple[int, int]:
    """Hour and minute, of 24 hours."""
    if found["noon"]:
        return 12, 0
    if found["figures"]:
        return int(found["figures"][:2]), int(found["figures"][2:])
    hour, half = int(found["hour"] or found["hour_alone"]), found["half"] or found["half_alone"]
    if half:
        hour = hour % 12 + 12 * (half.lower() == "p")
    return hour, int(found["minute"] or 0)
