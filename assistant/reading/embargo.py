"""Until when a press release is under embargo, as it says itself in its first lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from assistant.language.language import english
from assistant.reading.articles import Unreadable

_FIRST = 8  # lines of a release, where it says so
_LONGEST = 200  # characters of such a line
_MONTHS = [month[:3].lower() for month in english().months]
_WEEKDAYS = "mon tue wed thu fri sat sun".split()
_WEEKDAY = rf"\b(?:{'|'.join(_WEEKDAYS)})[a-z]*\b\.?"
_MONTH = rf"(?:{'|'.join(_MONTHS)})[a-z]*\.?"
_DAY = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH}),? (?P<year>20\d\d)\b"
    rf"|\b(?P<month_first>{_MONTH}) (?P<day_behind>\d{{1,2}})(?:st|nd|rd|th)?,? "
    r"(?P<year_behind>20\d\d)\b|\b(?P<iso>20\d\d-\d\d-\d\d)(?!\d)",
    re.IGNORECASE,
)
_HOUR = re.compile(
    r"(?<![\d:./])(?:(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))(?!\.?\d)(?::\d\d)?"
    r"(?: ?(?P<half>[ap])\.?m\b\.?)?"
    r"|(?P<hour_alone>\d{1,2}) ?(?P<half_alone>[ap])\.?m\b\.?"
    r"|(?P<figures>[0-2]\d[0-5]\d)(?!\d)|(?P<noon>\b(?:12 )?noon)\b)(?: ?(?:hrs?|hours|h|uhr)\b)?",
    re.IGNORECASE,
)
_ZONES: dict[str, int | str] = {  # minutes from UTC, or a place, where summer time decides
    "gmt": 0, "utc": 0, "bst": 60, "cet": 60, "cest": 120, "eet": 120, "eest": 180, "sgt": 480,
    "hkt": 480, "jst": 540, "aest": 600, "est": -300, "edt": -240, "mst": -420, "pst": -480,
    "pdt": -420, "uk time": "Europe/London", "london time": "Europe/London",
    "et": "America/New_York", "eastern time": "America/New_York",
    "new york time": "America/New_York", "pt": "America/Los_Angeles",
    "pacific time": "America/Los_Angeles",
}  # fmt: skip
_ZONE = re.compile(
    rf"\b(?P<name>{'|'.join(sorted(_ZONES, key=len, reverse=True))})\b(?! ?[+-]\d)"
    r"|(?:\b(?:gmt|utc) ?|(?<=\d) ?)(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?\b"
    r"|(?<=\d)(?P<zulu>z)\b",
    re.IGNORECASE,
)
_LIKE_A_DAY = (
    r"(?:\d{1,2}[:.]\d\d|\b\d{1,2} ?[ap]\.?m\b|\b\d{4} ?h(?:rs|ours)?\b|\bnoon\b|\bmidnight\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}\b|\b{_MONTH} \d|\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d"
    rf"|\b20\d\d-\d\d-\d\d|{_WEEKDAY})"
)
_BEGINS = r"(?:^|[-–—|:(*>•\[])[\W_]*"
_STATED = re.compile(  # each of them says so of what follows, whatever that is
    rf"(?<!not )(?:\bembargoed\b|\b(?:strict(?:ly)?|under)(?: strict)? embargo\b)"
    rf"(?=[\W_]*$|.*\b(?:until|till)\b|.*\bnot (?:for|to)\b|.*{_LIKE_A_DAY})"
    rf"|{_BEGINS}(?:sperrfrist|embargo (?:date|time|lifts?|ends?))\b"
    rf"|{_BEGINS}embargo[\W_]{{1,4}}(?:until |till )?{_LIKE_A_DAY}"
    rf"|{_BEGINS}embargo\b(?! (?:lifted|has|is|was))(?!\W+none)"
    rf".{{0,20}}{_LIKE_A_DAY}.*{_LIKE_A_DAY}"
    r"|\bhold for (?:release|publication)\b"
    rf"|\bfor (?:release|publication|use) (?:at|on|from|after) .{{0,12}}{_LIKE_A_DAY}"
    r"|\b(?:not (?:for|to be)|(?:may|must) not be|do not|no)\b.{0,25}"
    r"\b(?:publi\w+|releas\w+|report\w*|used?|coverage|broadcast\w*)\b.{0,15}"
    rf"\b(?:before|until|till)\b(?=.*{_LIKE_A_DAY})",
    re.IGNORECASE,
)
_NEWS = re.compile(r"[\W_]*embargo\s+(?:until|till)\b", re.IGNORECASE)
_MOST_WORDS = 2  # that are left over where it is news of one
_EMPTY = re.compile(
    r"\b(?:on|at|of|the|from|for|in|is|this|local time|strict(?:ly)?|under|embargo(?:ed)?|until"
    r"|till|before|press|news|media|release[ds]?|publi(?:cation|shed|sh)|broadcast|used?|not|to|be"
    r"|may|do|please|report(?:ed)?|hold|lifts?|ends|date|time|notice|statement|or)\b"
    rf"|{_WEEKDAY}",
    re.IGNORECASE,
)


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
        told = re.sub(r"(?<=\d)T(?=\d\d:)", " ", line[:_LONGEST])  # ISO 8601
        if not _STATED.search(told):
            continue
        told = re.split(r"(?<=\d{4}):\s+(?=[^\W\d])", told)[0]  # a headline behind it
        until = _moment(told, sent)
        if until is not None:
            return until
        if not (_NEWS.match(told) and len(_left_over(told).split()) > _MOST_WORDS):
            raise Unreadable(f"under embargo: {line.strip()[:80]!r}; add it again then")
    return None


def _moment(told: str, sent: datetime | None) -> datetime | None:
    """The moment that a line names and nothing else; None where that is not plain."""
    if _left_over(told):
        return None
    (day,), hours, zones = _DAY.finditer(told), *_hours_and_zones(told)
    if len(hours) > 1 or len(zones) > 1:
        return None
    year = int(day["year"] or day["year_behind"] or day["iso"][:4])
    month = day["month"] or day["month_first"]
    number = _MONTHS.index(month[:3].lower()) + 1 if month else int(day["iso"][5:7])
    figure = int(day["day"] or day["day_behind"] or day["iso"][8:])
    zone = _zone(zones[0]) if zones else (sent and sent.tzinfo) or UTC
    try:
        hour, minute = _clock(hours[0]) if hours else (0, 0)
        made = datetime(year, number, figure, hour, minute, tzinfo=zone)
    except ValueError:
        return None
    weekdays = {one[:3].lower() for one in re.findall(_WEEKDAY, told, re.IGNORECASE)}
    return made if weekdays <= {_WEEKDAYS[made.weekday()]} else None


def _hours_and_zones(told: str) -> tuple[list[re.Match[str]], list[re.Match[str]]]:
    rest = _DAY.sub(lambda day: " " * len(day[0]), told)
    zones = list(_ZONE.finditer(rest))
    for zone in zones:
        rest = rest[: zone.start()] + " " * len(zone[0]) + rest[zone.end() :]
    return list(_HOUR.finditer(rest)), zones


def _left_over(told: str) -> str:
    """The words and figures that tell of no day, hour or zone; " ? " where not one day is named."""
    if len(_DAY.findall(told)) != 1:
        return " ? "
    rest = _EMPTY.sub(" ", _HOUR.sub(" ", _ZONE.sub(" ", _DAY.sub(" ", told))))
    return " ".join(re.findall(r"\w+", rest))


def _zone(found: re.Match[str]) -> tzinfo:
    if found["zulu"]:
        return UTC
    if found["name"]:
        known = _ZONES[found["name"].lower()]
        return ZoneInfo(known) if isinstance(known, str) else timezone(timedelta(minutes=known))
    minutes = 60 * int(found["hours"]) + int(found["minutes"] or 0)
    return timezone(timedelta(minutes=minutes if found["sign"] == "+" else -minutes))


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
