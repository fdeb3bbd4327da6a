"""The fields that a file gives become an Article: cleaned, dated and with an id."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from assistant.language.language import english
from assistant.reading.addresses import canonical
from assistant.text import clean, is_blank, one_line, opening
from assistant.types import Article

_ALIASES = {
    "date": "published",
    "headline": "title",
    "source": "outlet",
    "author": "byline",
    "embargoed": "embargo",
}
_LINES = ("id", "title", "outlet", "byline", "correction", "url", "license", "language")
_KNOWN = (*_LINES, "text", "published", "updated", "embargo", "fictional")
_SCALARS = (str, int, float, date)
_DEFAULT_DAYS = (datetime(1996, 2, 29), datetime(2003, 11, 1))
_MONTH = re.compile(rf"\b(?:{'|'.join(month[:3] for month in english().months)})", re.IGNORECASE)
_SLASHES = re.compile(r"^(\d{4})/(\d\d)/(\d\d)\b")
_LEAST_FOR_DETECTION = 80
_LABEL = re.compile(r"^\s*corrections?\s*(?::|[–—-](?=\s))\s*(?=\S)", re.IGNORECASE)  # of a note


class Unreadable(Exception):
    """Why something is no article; becomes ``Skipped.reason``."""


def build(fields: Mapping[str, Any], max_characters: int) -> Article:
    """An article from the fields of a file, ``text`` among them (docs/articles.md).

    ``date``, ``headline``, ``source`` and ``author`` stand for ``published``, ``title``,
    ``outlet`` and ``byline``; unknown fields go to ``extra``.

    Raises:
        Unreadable: there is no text, it is too long, or a field has a wrong value.
    """
    given = {_ALIASES.get(key, key): value for key, value in fields.items() if _given(value)}
    known = {name: given.pop(name, None) for name in _KNOWN}
    given.pop("version", None)  # the archive counts versions
    return _article(known, given, max_characters)


def normalized(article: Article, max_characters: int) -> Article:
    """The article as the archive keeps it: clean, with an id, a title and a language.

    Raises:
        Unreadable: nothing can be seen of its text, it is too long, or a field has a wrong value.
    """
    known = {name: getattr(article, name) for name in _KNOWN}
    return _article(known, article.extra, max_characters)


def _article(known: dict[str, Any], extra: Mapping[Any, Any], max_characters: int) -> Article:
    text = _text(known["text"], max_characters)
    lines = {name: _line(name, known[name]) for name in _LINES}
    fictional = known["fictional"] or False
    if not isinstance(fictional, bool):
        raise Unreadable(f"fictional is {fictional!r}, neither true nor false")
    article = Article(
        id=lines["id"] or "",
        text=text,
        title=lines["title"] or "",
        outlet=lines["outlet"],
        byline=lines["byline"],
        published=day("published", known["published"]),
        updated=day("updated", known["updated"]),
        correction=_LABEL.sub("", lines["correction"]) if lines["correction"] else None,
        url=_web_page(lines["url"]),
        license=lines["license"],
        embargo=moment("embargo", known["embargo"]),
        language=lines["language"] or _language(text),
        fictional=fictional,
        extra=dict(_extra(extra)),
    )
    identity = article.id or _identity(article)
    return replace(article, id=identity, title=article.title or opening(text))


def _given(value: Any) -> bool:
    return value is not None and value != ""


def _text(value: Any, max_characters: int) -> str:
    if not isinstance(value, str):
        raise Unreadable("no text")
    if len(value) > max_characters:
        raise Unreadable(
            f"the text has {len(value):,} characters, over the limit of"
            f" {max_characters:,} (setting reading.max_characters)"
        )
    text = clean(value).strip("\n")
    if is_blank(text):
        raise Unreadable("no text: it is empty, or holds only white space or invisible characters")
    return text


def _extra(fields: Mapping[Any, Any]) -> Iterator[tuple[str, str]]:
    """Other fields as text; nested ones are left out: YAML can make them grow without end."""
    for key, value in fields.items():
        values = value if isinstance(value, (list, tuple)) else [value]
        if all(isinstance(part, _SCALARS) for part in values):
            yield one_line(str(key)), clean(", ".join(map(str, values)))


def _web_page(url: str | None) -> str | None:
    """The url where it leads to a web page: a script or a file must never become a link."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme.lower() in ("http", "https") and parts.netloc else None


def _identity(article: Article) -> str:
    if article.url:
        return canonical(article.url)
    if article.title:
        key = f"{article.outlet or ''}\n{article.title}\n{article.published or ''}"
    else:
        key = article.text
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _line(name: str, value: Any) -> str | None:
    """One cleaned line, or None where nothing would be seen of it."""
    if value is None:
        return None
    if isinstance(value, (list, tuple)) and all(isinstance(part, str) for part in value):
        value = ", ".join(value)
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        raise Unreadable(f"{name} is {type(value).__name__}, not text")
    line = one_line(str(value))
    return None if is_blank(line) else line


def day(name: str, value: Any) -> date | None:
    """A stated day, as ``YYYY-MM-DD`` or with a named month; None for None.

    Raises:
        Unreadable: it is neither; 03/04/2026 means two days.
    """
    if value is None or isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    text = str(value).strip()
    try:
        return date.fromisoformat(_SLASHES.sub(r"\1-\2-\3", text)[:10])
    except ValueError:
        if not _MONTH.search(text):
            raise Unreadable(f"{name} {text[:40]!r} is not a date as YYYY-MM-DD") from None
    from dateutil import parser

    try:  # what is missing is filled from the default: two that differ show that it is
        days = {parser.parse(text, default=default).date() for default in _DEFAULT_DAYS}
    except (ValueError, OverflowError):
        days = set()
    if len(days) != 1:
        raise Unreadable(f"{name} {text[:40]!r} is not a date as YYYY-MM-DD")
    return days.pop()


def moment(name: str, value: Any) -> datetime | None:
    """A stated moment, as ISO 8601 has it; of a day its beginning; UTC where it names no zone.

    Raises:
        Unreadable: it is none. An embargo "until further notice" has no end that could be kept.
    """
    if value is None:
        return None
    try:
        stated = value if isinstance(value, date) else str(value).strip()
        found = datetime.fromisoformat(str(stated))
    except ValueError:
        raise Unreadable(f"{name} {str(value)[:40]!r} is no moment as ISO 8601 has it") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _language(text: str) -> str | None:
    if len(text) < _LEAST_FOR_DETECTION:
        return None
    from py3langid import classify  # reads its table of 97 languages at import

    return str(classify(text[:2000])[0])
