"""What a web page says of its article in JSON-LD (schema.org), references followed."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from assistant.text import folded, words

# https://schema.org/Article with all that is below it, and what feeds put beside it.
_TYPES = frozenset(
    "Article AdvertiserContentArticle NewsArticle AnalysisNewsArticle AskPublicNewsArticle"
    " BackgroundNewsArticle OpinionNewsArticle ReportageNewsArticle ReviewNewsArticle Report"
    " SatiricalArticle ScholarlyArticle MedicalScholarlyArticle SocialMediaPosting BlogPosting"
    " LiveBlogPosting DiscussionForumPosting TechArticle APIReference".split()
)
_WRAPPING = re.compile(r"^\s*(?://\s*)?(?:<!\[CDATA\[|<!--)|(?:(?://\s*)?\]\]>|-->)\s*$")
_TRAILING = re.compile(r",(?=\s*[}\]])")
_NO_NAME = re.compile(
    r"^(?:[a-z][\w+.-]*://|www\.|mailto:|[#/@])|^\S+\.(?:com|org|net)/", re.IGNORECASE
)
_KIND = re.compile(r"[\w]+$")  # of "https://schema.org/NewsArticle"
_ALIKE = 0.6  # share of words that two headlines of one story have in common
_DEEPEST = 5  # references that are followed one after another

Node = Mapping[str, Any]


def articles(scripts: Iterable[str]) -> list[dict[str, Any]]:
    """The fields of each article that the scripts describe, in order; text or lists of text.

    ``headline``, ``published``, ``updated``, ``byline``, ``outlet``, ``url``, ``correction``,
    ``license``, ``language``, as far as they are stated. A script that is no JSON is left out, but
    for line ends and tabs in strings, a trailing comma or semicolon, and comments around it.
    """
    nodes = [node for script in scripts for node in _nodes(_parsed(script))]
    known = {str(node["@id"]): node for node in nodes if node.get("@id") and len(node) > 1}
    return [_fields(node, known) for node in nodes if _TYPES & set(_kinds(node))]


def about(
    found: Iterable[dict[str, Any]], urls: Iterable[str], headlines: Iterable[str]
) -> dict[str, Any]:
    """The article that a page is about: by its address, else by its headline, else the only one.

    Args:
        found: what ``articles`` gave.
        urls: the page's own addresses.
        headlines: what the page calls itself, the surest first.
    """
    every, own = list(found), {_address(url) for url in urls}
    for one in every:
        if one.get("url") and _address(one["url"]) in own:
            return one
    called = list(headlines)
    for headline in called:
        best = max(every, key=lambda one: _likeness(one.get("headline", ""), headline), default={})
        if best and _likeness(best.get("headline", ""), headline) >= _ALIKE:
            return best
    return next((one for one in every if not called or not (own and one.get("url"))), {})


def _parsed(script: str) -> Any:
    bare = _WRAPPING.sub("", _WRAPPING.sub("", script)).strip().rstrip(";").rstrip()
    for text in (bare, _TRAILING.sub("", bare)):
        try:
            return json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue  # a page with broken metadata still has its text
    return None


def _nodes(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Every object in a value, those within others too."""
    if depth > 2 * _DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            yield from _nodes(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for name in ("@graph", "mainEntity", "mainEntityOfPage", "author", "publisher", "hasPart"):
            yield from _nodes(value.get(name), depth + 1)


def _kinds(node: Node) -> list[str]:
    kinds = node.get("@type")
    named = kinds if isinstance(kinds, list) else [kinds]
    return [found[0] for kind in named if (found := _KIND.search(str(kind)))]


def _fields(node: Node, known: Mapping[str, Node]) -> dict[str, Any]:
    def name(key: str) -> str | None:
        return _name(node.get(key), known)

    stated = {
        "headline": name("headline") or name("name"),
        "published": _text(node.get("datePublished")),
        "updated": _text(node.get("dateModified")),
        "byline": name("author") or name("creator"),
        "outlet": name("publisher") or name("sourceOrganization"),
        "url": _url(node.get("url")) or _url(node.get("mainEntityOfPage")) or _url(node.get("@id")),
        "correction": name("correction"),
        "license": _text(node.get("license")) or name("license"),
        "language": _text(node.get("inLanguage")),
    }
    return {key: value for key, value in stated.items() if value}


def _name(value: Any, known: Mapping[str, Node], depth: int = 0) -> str | None:
    """The readable part of a value: text, a thing with a name, a reference, or a list of them.

    An address is no name.
    """
    if depth > _DEEPEST:
        return None
    if isinstance(value, list):
        names = (_name(one, known, depth + 1) for one in value)
        return ", ".join(dict.fromkeys(filter(None, names))) or None
    if isinstance(value, dict):
        keys = ("name", "text", "description", "headline")
        own = next((value[key] for key in keys if value.get(key)), None)
        if own is None and str(value.get("@id")) in known:
            own = known[str(value["@id"])]
            return _name({key: one for key, one in own.items() if key != "@id"}, known, depth + 1)
        return _name(own, known, depth + 1)
    if isinstance(value, str) and value in known and known[value].get("name"):
        return _name(known[value]["name"], known, depth + 1)
    text = _text(value)
    return None if not text or _NO_NAME.search(text) else text


def _url(value: Any) -> str | None:
    """The address in a value: itself, a page's, or its id."""
    if isinstance(value, dict):
        value = value.get("url") or value.get("@id")
    if isinstance(value, list):
        value = next(filter(None, map(_url, value)), None)
    return value if isinstance(value, str) and value.startswith("http") else None


def _text(value: Any) -> str | None:
    return html.unescape(value).strip() if isinstance(value, str) else None


def _address(url: str) -> str:
    """An address without scheme, "www.", query, fragment and final slash, for comparison."""
    bare = re.sub(r"^https?://(?:www\.)?|[?#].*$", "", url.strip(), flags=re.IGNORECASE)
    return bare.rstrip("/").casefold()


def _likeness(one: str, other: str) -> float:
    """Share of the shorter headline's words that the other has."""
    mine, theirs = set(words(folded(one))), set(words(folded(other)))
    return len(mine & theirs) / max(1, min(len(mine), len(theirs)))
