"""The fields that a file gives become an Article: cleaned, dated and with an id."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from assistant.text import clean, is_blank, opening
from assistant.types import Article

_ALIASES = {"date": "published", "headline": "title", "source": "outlet", "author": "byline"}
_TEXT_FIELDS = ("id", "title", "outlet", "byline", "correction", "url", "license", "language")
_MONTH = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE)
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id", re.IGNORECASE)
_LEAST_FOR_DETECTION = 80


class Unreadable(Exception):
    """Why something is no article; becomes ``Skipped.reason``."""


def build(fields: Mapping[str, Any], max_characters: int) -> Article:
    """An article from the fields of product.md, ``text`` among them.

    ``date``, ``headline``, ``source`` and ``author`` stand for ``published``, ``title``,
    ``outlet`` and ``byline``; unknown fields go to ``extra``.

    Raises:
        Unreadable: there is no text, it is too long, or a field has a wrong value.
    """
    known = {_ALIASES.get(key, key): value for key, value in fields.items() if value is not None}
    text = known.pop("text", None)
    if not isinstance(text, str):
        raise Unreadable("no text")
    values: dict[str, Any] = {name: _line(name, known.pop(name, None)) for name in _TEXT_FIELDS}
    for name in ("published", "updated"):
        values[name] = _day(name, known.pop(name, None))
    fictional = known.pop("fictional", False)
    if not isinstance(fictional, bool):
        raise Unreadable(f"fictional is {fictional!r}, neither true nor false")
    known.pop("version", None)  # the archive counts versions
    article = Article(
        **{name: value for name, value in values.items() if name not in ("id", "title")},
        id=values["id"] or "",
        title=values["title"] or "",
        text=text,
        fictional=fictional,
        extra={clean(str(key)): clean(str(value)) for key, value in known.items()},
    )
    return normalized(article, max_characters)


def normalized(article: Article, max_characters: int) -> Article:
    """The article as the archive keeps it: clean, with an id, a title and a language.

    Raises:
        Unreadable: nothing can be seen of its text, or it is too long.
    """
    if len(article.text) > max_characters:
        raise Unreadable(
            f"the text has {len(article.text):,} characters, over the limit of"
            f" {max_characters:,} (setting reading.max_characters)"
        )
    text = clean(article.text).strip("\n")
    if is_blank(text):
        raise Unreadable("no text: it is empty, or holds only white space or invisible characters")
    article = replace(
        article,
        text=text,
        url=_web_page(_line("url", article.url)),
        outlet=_line("outlet", article.outlet),
        byline=_line("byline", article.byline),
    )
    identity = _line("id", article.id) or _identity(article)
    title = _line("title", article.title) or opening(text)
    return replace(article, id=identity, title=title, language=article.language or _language(text))


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


def canonical(url: str) -> str:
    """The url without fragment and tracking parameters, its scheme and host in lower case."""
    parts = urlsplit(url.strip())
    query = [pair for pair in parse_qsl(parts.query) if not _TRACKING.fullmatch(pair[0])]
    return urlunsplit(
        (parts.scheme.lower(), parts.netloc.lower(), parts.path, urlencode(query), "")
    )


def _line(name: str, value: Any) -> str | None:
    """One cleaned line, or None where nothing would be seen of it."""
    if value is None:
        return None
    if isinstance(value, (list, tuple)) and all(isinstance(part, str) for part in value):
        value = ", ".join(value)
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        raise Unreadable(f"{name} is {type(value).__name__}, not text")
    line = " ".join(clean(str(value)).split())
    return None if is_blank(line) else line


def _day(name: str, value: Any) -> date | None:
    if value is None or isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    text = str(value).strip()
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        if not _MONTH.search(text):  # 03/04/2026 means two days; a named month means one
            raise Unreadable(f"{name} {text[:40]!r} is not a date as YYYY-MM-DD") from None
    from dateutil import parser

    try:
        return parser.parse(text).date()
    except (ValueError, OverflowError):
        raise Unreadable(f"{name} {text[:40]!r} is not a date as YYYY-MM-DD") from None


def _language(text: str) -> str | None:
    if len(text) < _LEAST_FOR_DETECTION:
        return None
    from py3langid import classify  # reads its table of 97 languages at import

    return str(classify(text[:2000])[0])
