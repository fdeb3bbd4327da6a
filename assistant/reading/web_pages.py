"""HTML pages: text and metadata by trafilatura, and what the page says of itself in JSON-LD."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from assistant.reading.articles import Unreadable, day
from assistant.reading.plain import decode

_TYPES = ["NewsArticle", "Article", "ReportageNewsArticle", "BlogPosting", "OpinionNewsArticle"]
_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_LATIN = ("iso-8859-1", "iso8859-1", "latin-1", "latin1", "us-ascii", "ascii")
_META = {
    "published": ("article:published_time", "datePublished", "date", "dcterms.date", "pubdate"),
    "updated": ("article:modified_time", "dateModified", "lastmod"),
    "outlet": ("og:site_name", "application-name"),
    "title": ("og:title",),
    "byline": ("author", "article:author", "byl"),
    "url": ("og:url",),
}


def read_html(data: bytes) -> dict[str, Any]:
    """Fields of a web page.

    What the page states (JSON-LD, then meta elements) goes before what trafilatura finds. Dates
    are only taken where they are stated: a guessed date is worse than none.

    Raises:
        Unreadable: no article text is found in it.
    """
    import lxml_html_clean  # noqa: F401  trafilatura's justext fails to import without it
    import trafilatura

    tree = trafilatura.load_html(_decode(data))
    if tree is None:
        raise Unreadable("not HTML")
    stated = {**_elements(tree), **_linked_data(tree)}
    document = trafilatura.bare_extraction(
        tree, include_comments=False, include_tables=False, with_metadata=False
    )
    text = getattr(document, "text", None) or ""
    found = {"title": getattr(document, "title", None) or tree.findtext(".//title")}
    fields = {key: value for key, value in {**found, **stated}.items() if _usable(key, value)}
    return {**fields, "text": "\n\n".join(line for line in text.split("\n") if line.strip())}


def _decode(data: bytes) -> str:
    """The page as text, in the encoding that it declares, else in UTF-8; nothing is guessed."""
    declared = _CHARSET.search(data[:2048])
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    if name in ("utf-8", "utf8") or data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return _DECLARATION.sub("", decode(data))
    try:
        # Browsers read Latin-1 as Windows-1252, and so do those who write it.
        text = data.decode("cp1252" if name in _LATIN else name)
    except (LookupError, UnicodeDecodeError) as error:
        raise Unreadable(f"the page is not in the encoding that it declares: {error}") from None
    return _DECLARATION.sub("", text)


def _usable(key: str, value: Any) -> bool:
    """False for what is missing, and for a date that the page states in a form of its own."""
    if key in ("published", "updated"):
        try:
            return day(key, value) is not None
        except Unreadable:
            return False
    return bool(value)


def _elements(tree: Any) -> dict[str, Any]:
    stated: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        if name and element.get("content"):
            stated.setdefault(name, element.get("content"))
    fields = {
        field: next((stated[name] for name in names if name in stated), None)
        for field, names in _META.items()
    }
    canonical = tree.xpath("//link[@rel='canonical']/@href")
    if canonical:
        fields["url"] = canonical[0]
    return _present({**fields, "language": _language(tree.get("lang"))})


def _linked_data(tree: Any) -> dict[str, Any]:
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            objects = list(_objects(json.loads(script)))
        except (ValueError, RecursionError):
            continue  # a page with broken metadata still has its text
        for item in objects:
            kinds = item.get("@type")
            if any(kind in _TYPES for kind in (kinds if isinstance(kinds, list) else [kinds])):
                return _present(_article_fields(item))
    return {}


def _article_fields(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": item.get("headline") or item.get("name"),
        "published": item.get("datePublished"),
        "updated": item.get("dateModified"),
        "byline": _name(item.get("author")),
        "outlet": _name(item.get("publisher")),
        "url": item.get("url") or _name(item.get("mainEntityOfPage")),
        "correction": _name(item.get("correction")),
        "license": _name(item.get("license")),
        "language": _language(item.get("inLanguage")),
    }


def _language(value: Any) -> str | None:
    """The code of a language that is stated as one; a name like English is left to detection."""
    match = re.match(r"([a-zA-Z]{2})(?:[-_]|$)", value) if isinstance(value, str) else None
    return match[1].lower() if match else None


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for item in value:
            yield from _objects(item)
    elif isinstance(value, dict):
        yield value
        yield from _objects(value.get("@graph") or [])


def _name(value: Any) -> str | None:
    """The readable part of a JSON-LD value: text, a thing with a name, or a list of them."""
    if isinstance(value, list):
        return ", ".join(name for name in map(_name, value) if name) or None
    if isinstance(value, dict):
        keys = ("name", "text", "description", "url", "@id")
        value = next((value[key] for key in keys if value.get(key)), None)
    return value if isinstance(value, str) else None


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if isinstance(value, str) and value.strip()}
