"""HTML pages: text and metadata by trafilatura, and what the page says of itself in JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from assistant.reading.articles import Unreadable

_TYPES = {"NewsArticle", "Article", "ReportageNewsArticle", "BlogPosting", "OpinionNewsArticle"}
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

    tree = trafilatura.load_html(data)
    if tree is None:
        raise Unreadable("not HTML")
    stated = {**_elements(tree), **_linked_data(tree)}
    document = trafilatura.bare_extraction(
        tree, include_comments=False, include_tables=False, with_metadata=False
    )
    text = getattr(document, "text", None) or ""
    found = {"title": getattr(document, "title", None) or tree.findtext(".//title")}
    fields = {key: value for key, value in {**found, **stated}.items() if value}
    return {**fields, "text": "\n\n".join(line for line in text.split("\n") if line.strip())}


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
    language = tree.get("lang") or ""
    return {**_present(fields), **_present({"language": language[:2].lower()})}


def _linked_data(tree: Any) -> dict[str, Any]:
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            objects = list(_objects(json.loads(script)))
        except (ValueError, RecursionError):
            continue  # a page with broken metadata still has its text
        for item in objects:
            kinds = item.get("@type")
            if _TYPES.intersection(kinds if isinstance(kinds, list) else [kinds]):
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
        "language": str(item.get("inLanguage") or "")[:2].lower(),
    }


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
