"""XML of news agencies, NITF and NewsML-G2, and feeds, RSS and Atom.

Sources: the specifications of the IPTC (iptc.org/standards); feeds are read by feedparser. Entities
are never expanded, and nothing that a file names is fetched.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from email.utils import parseaddr
from typing import Any

from assistant.reading.addresses import canonical
from assistant.reading.agency import (
    BY,
    CORRECTS,
    Fields,
    check_usable,
    code,
    dated,
    language,
    without_title,
)
from assistant.reading.articles import Unreadable
from assistant.reading.markup import all_of, blocks, name_of, parsed, text_of_html

_MAIL = re.compile(r"\S+@\S+ \([^()]+\)")
_FEEDS = ("rss", "feed", "RDF")
_UNIQUE = re.compile("https?://|tag:|urn:", re.IGNORECASE)  # ids that are so everywhere


def read_xml(data: bytes) -> Iterator[Fields | Unreadable]:
    """The fields of each article of an XML file, or why something in it is none.

    Raises:
        Unreadable: it is no XML, or none that is known.
    """
    root = parsed(data)
    kind = name_of(root)
    if kind in _FEEDS:
        yield from (entry.fields for entry in entries(data))
    elif kind == "nitf":
        yield _of_nitf(root)
    elif kind in ("newsItem", "newsMessage", "packageItem"):
        yield from _of_newsml(root)
    elif all_of(root, "nitf"):
        yield from map(_of_nitf, all_of(root, "nitf"))
    else:
        raise Unreadable(f"XML with the root {kind!r} is not read (NITF, NewsML-G2, RSS, Atom are)")


# XML


def _text_of(element: Any, name: str) -> str:
    """What the first element of a name says, in one line; "" where there is none."""
    return next((_line(one) for one in all_of(element, name) if _line(one)), "")


def _line(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _coded(element: Any, name: str) -> str:
    """The code of the first element of a name."""
    found = (one.get("qcode") or one.get("uri") or "" for one in all_of(element, name))
    return code(next(found, ""))


def _said(element: Any, name: str, attribute: str) -> str:
    """An attribute of the first element of a name that has it, else what the element says."""
    found = (one.get(attribute) or _line(one) for one in all_of(element, name))
    return next(filter(None, found), "")


def _of_nitf(root: Any, outer: Fields | None = None) -> Fields:
    """The fields of a NITF document, within what a NewsML-G2 item says of it."""
    content = next(iter(all_of(root, "body.content")), None)
    if content is None:
        raise Unreadable("NITF without body.content")
    ids = [one.get("id-string") for one in all_of(root, "doc-id")]
    embargo = next((one.get("norm") for one in all_of(root, "date.release")), None)
    status = next((one.get("management-status") or "" for one in all_of(root, "docdata")), "")
    until = check_usable(code(status), embargo)
    issued = next((one.get("norm") for one in all_of(root, "date.issue")), None)
    published = next((one.get("date.publication") for one in all_of(root, "pubdata")), None)
    note = next((one.get("info") or "" for one in all_of(root, "ed-msg")), "")
    correction = note if CORRECTS.search(note) else _said(root, "correction", "info")
    stated = next((one.get("norm") for one in all_of(root, "story.date")), None)
    own = dated(issued or published or stated, None) | {
        "id": next(filter(None, ids), None),
        "title": _text_of(root, "hl1") or _text_of(root, "title"),
        "text": blocks(content),
        "byline": _byline(root),
        "outlet": _text_of(root, "distributor")
        or _said(root, "doc.copyright", "holder")
        or _said(root, "pubdata", "name"),
        "language": language(root.get("baselang")),
        "correction": correction,
        "dateline": _text_of(root, "dateline"),
        "embargo": until,
    }
    return {**own, **{name: value for name, value in (outer or {}).items() if value}}


def _byline(root: Any) -> str:
    """Who wrote it, without their posts."""
    byline = next(iter(all_of(root, "byline")), None)
    if byline is None:
        return ""
    posts = {text for one in all_of(byline, "byttl") for text in one.itertext()}
    parts = [" ".join(part.split()) for part in byline.itertext() if part not in posts]
    named = BY.sub("", re.sub(r"\s+,", ",", f"{' '.join(filter(None, parts))} ")).strip(" ,")
    return named or BY.sub("", _line(byline))  # where all is called a post


def _of_newsml(root: Any) -> Iterator[Fields | Unreadable]:
    """The items of a NewsML-G2 file, whatever it wraps them in."""
    items = all_of(root, "newsItem")
    if not items:
        yield Unreadable("a package that names items and holds none")
    for item in items:
        try:
            yield _of_item(item)
        except Unreadable as reason:
            yield reason


def _of_item(item: Any) -> Fields:
    kind = _coded(item, "itemClass") or "text"
    if kind != "text":
        raise Unreadable(f"a {kind}, no article")
    held = [_line(one) or "further notice" for one in all_of(item, "embargoed")]
    embargo = check_usable(_coded(item, "pubStatus"), next(iter(held), None))
    holder = next(iter(all_of(item, "copyrightHolder") or all_of(item, "provider")), None)
    note = _text_of(item, "edNote")
    corrects = CORRECTS.search(note) or "correct" in _coded(item, "signal")
    first = _text_of(item, "firstCreated") or _text_of(item, "contentCreated")
    tag = next((one.get("tag") or "" for one in all_of(item, "language")), "")
    outer = dated(first or None, _text_of(item, "versionCreated") or None) | {
        "id": item.get("guid"),
        "title": _text_of(item, "headline"),
        "outlet": "" if holder is None else _text_of(holder, "name"),
        "byline": BY.sub("", _text_of(item, "by")),
        "license": _text_of(item, "usageTerms") or _text_of(item, "copyrightNotice"),
        "language": language(tag or item.get(_XML_LANG)),
        "correction": (note or "corrected") if corrects else "",
        "embargo": embargo,
    }
    creators = (_text_of(one, "name") for one in all_of(item, "creator"))
    return _with_content(item, outer, ", ".join(dict.fromkeys(filter(None, creators))))


_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def _with_content(item: Any, outer: Fields, creator: str) -> Fields:
    """The fields with the text: NITF or another markup inline, else plain data."""
    nitf = next(iter(all_of(item, "nitf")), None)
    if nitf is not None:
        found = _of_nitf(nitf, outer)
        return {**found, "byline": found["byline"] or creator}
    inline = next(iter(all_of(item, "inlineXML")), None)
    text = (
        blocks(inline)
        if inline is not None
        else "\n\n".join("".join(one.itertext()).strip() for one in all_of(item, "inlineData"))
    )
    text = without_title(text, outer["title"])
    return {**outer, "byline": outer["byline"] or creator, "text": text}


def _raw(element: Any) -> str:
    return "".join(element.itertext()).strip()


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a feed."""

    fields: Fields
    """Of the article, with as much text as the feed gives."""
    is_whole: bool
    """Whether that is the article's content, and not only its summary."""


def is_feed(data: bytes) -> bool:
    """Whether something is a feed."""
    try:
        return name_of(parsed(data)) in _FEEDS
    except Unreadable:
        return False


def entries(data: bytes) -> Iterator[Entry]:
    """The entries of a feed.

    Raises:
        Unreadable: it has none.
    """
    import feedparser

    feed = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
    if not feed.entries:
        raise Unreadable("a feed without entries")
    outlet = feed.feed.get("title")
    links = Counter(str(entry.get("link") or "") for entry in feed.entries)
    for entry in map(dict, feed.entries):  # as given: else one day stands in for another
        told = [*(entry.get("content") or []), entry.get("summary_detail") or {}]
        texts = [_of_detail(one) for one in told]
        link, given = str(entry.get("link") or ""), str(entry.get("id") or "")
        fields = {
            "id": _id_of(given, link, links[link]),
            "url": link,
            "title": _of_detail(entry.get("title_detail") or {}),
            "text": max(texts, key=len, default=""),
            "byline": _authors(entry),
            "outlet": (entry.get("source") or {}).get("title") or outlet,
            "published": _stated(entry, "published") or _stated(entry, "updated"),
            "updated": _stated(entry, "updated"),
            "license": entry.get("rights") or feed.feed.get("rights"),
        }
        yield Entry(fields, bool(entry.get("content")))


def _authors(entry: Mapping[str, Any]) -> str:
    """All authors of an entry by their names; an address where one has no other."""
    given = str(entry.get("author") or "")
    told = [one for one in entry.get("authors") or () if one]
    named = [str(one.get("name") or "") for one in told]
    if len(told) < 2 and _MAIL.fullmatch(given.strip()):  # "desk@field.example (Ada Brandt)"
        return parseaddr(given)[0] or given
    return ", ".join(dict.fromkeys(filter(None, named))) or given


def _id_of(given: str, link: str, entries: int) -> str:
    """What an entry is known by; "" for its link, which so many entries of its feed have.

    "101" may be the id of another feed's entry, too.
    """
    if not link or (_UNIQUE.match(given) and canonical(given) != canonical(link)):
        return given
    return "" if entries == 1 else f"{canonical(link)}#{given}"


def _of_detail(detail: Mapping[str, Any]) -> str:
    """The text of a part of an entry, by what it says that it is."""
    value = str(detail.get("value") or "")
    return (
        value.strip()
        if detail.get("type") == "text/plain" and "<" in value and "</" not in value
        else text_of_html(value)
    )


def _stated(entry: Mapping[str, Any], name: str) -> Any:
    """A day of an entry as it states it, in its own zone; None where it states none."""
    parsed = entry.get(f"{name}_parsed")
    if not parsed:
        return None
    from dateutil import parser

    try:
        return parser.parse(str(entry.get(name))).date()
    except (ValueError, OverflowError):
        return date(*parsed[:3])


# Text, days
