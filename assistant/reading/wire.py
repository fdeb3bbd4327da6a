"""Formats of news agencies: NITF, NewsML-G2, IPTC ninjs 1.x to 3.x; and feeds, RSS and Atom.

Sources: the specifications of the IPTC (iptc.org/standards); feeds are read by feedparser. Entities
are never expanded, and nothing that a file names is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from assistant.reading.articles import Unreadable

_TEXT = ("text", "composite")  # types of ninjs that may be articles
_USABLE = ("usable", "stat:usable", "")
_BLOCKS = ("p", "hl1", "hl2", "hl3", "h1", "h2", "h3", "h4", "li", "tr", "blockquote", "div")
_LEFT_OUT = ("media", "media-caption", "script", "style", "figure", "figcaption", "head", "title")
_FEEDS = ("rss", "feed", "RDF")
_CORRECTS = re.compile(r"\b(?:correct(?:s|ed|ion)|clarif(?:ies|ied|ication))\b", re.IGNORECASE)
_BY = re.compile(r"^\s*(?:by|von|par|av)\s+", re.IGNORECASE)

Fields = dict[str, Any]


def read_xml(data: bytes) -> Iterator[Fields | Unreadable]:
    """The fields of each article of an XML file, or why something in it is none.

    Raises:
        Unreadable: it is no XML, or none that is known.
    """
    root = _parsed(data)
    kind = _name(root)
    if kind in _FEEDS:
        yield from _of_feed(data)
    elif kind == "nitf":
        yield _of_nitf(root)
    elif kind in ("newsItem", "newsMessage", "packageItem"):
        yield from _of_newsml(root)
    elif _all(root, "nitf"):
        yield _of_nitf(_all(root, "nitf")[0])
    else:
        raise Unreadable(f"XML with the root {kind!r} is not read (NITF, NewsML-G2, RSS, Atom are)")


def is_ninjs(value: Any) -> bool:
    """Whether an object of a JSON file is an item of IPTC ninjs."""
    marks = ("versioncreated", "versionCreated", "pubstatus", "pubStatus", "bodies", "body_xhtml",
             "body_text", "headlines")  # fmt: skip
    return isinstance(value, dict) and "uri" in value and any(name in value for name in marks)


def of_ninjs(item: Mapping[str, Any]) -> Fields:
    """The fields of an item of IPTC ninjs.

    Raises:
        Unreadable: it is a picture or the like, is withheld, or under embargo.
    """
    held = {str(name).lower(): value for name, value in item.items()}
    kind = str(held.get("type") or "text")
    if kind not in _TEXT:
        raise Unreadable(f"a {kind}, no article")
    _check(str(held.get("pubstatus") or ""), held.get("embargoed"))
    first = held.get("firstcreated") or held.get("contentcreated") or held.get("versioncreated")
    note = str(held.get("ednote") or "")
    uri = str(held["uri"])
    return _dated(first, held.get("versioncreated")) | {
        "id": uri,
        "url": uri,
        "title": held.get("headline") or _role(held, "headlines", "main") or held.get("title"),
        "text": _ninjs_text(held),
        "byline": _BY.sub("", str(held.get("byline") or held.get("by") or "")),
        "outlet": held.get("copyrightholder") or _first_name(held.get("infosources")),
        "license": held.get("usageterms") or held.get("copyrightnotice"),
        "language": str(held.get("language") or "")[:2].lower(),
        "correction": note if _CORRECTS.search(note) else None,
        "located": held.get("located"),
    }


def _ninjs_text(held: Mapping[str, Any]) -> str:
    """Its plain text if that has paragraphs, else its markup, else whatever there is."""
    bodies = held.get("bodies") if isinstance(held.get("bodies"), list) else []
    told = [
        (str(one.get("contentType") or one.get("contenttype") or ""), str(one.get("value") or ""))
        for one in bodies or []
        if isinstance(one, dict)
    ]
    told += [("html", str(held.get(name) or "")) for name in ("body_xhtml", "body_html")]
    told += [("text", str(held.get("body_text") or ""))]
    marked = [text_of_html(value) for kind, value in told if "html" in kind and value]
    plain = [value for kind, value in told if "html" not in kind and value]
    short = _role(held, "descriptions", "text") or str(held.get("description_text") or "")
    cut = [one for one in plain if "\n" in one.strip()]
    return next((one for one in (*cut, *marked, *plain, short) if one.strip()), "")


def _role(held: Mapping[str, Any], name: str, role: str) -> str:
    """The value of a list's entry that has a role."""
    entries = held.get(name) if isinstance(held.get(name), list) else []
    found = [one for one in entries or [] if isinstance(one, dict)]
    return next((str(one.get("value") or "") for one in found if one.get("role") == role), "")


def _first_name(entries: Any) -> str | None:
    found = [one for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
    return str(found[0].get("name") or "") if found else None


# XML


def _parsed(data: bytes) -> Any:
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"no XML: {str(error)[:200]}") from None
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and next(iter(declared.iterentities()), None) is not None:
        raise Unreadable("it declares entities of its own, which are not expanded")
    return root


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""


def _all(element: Any, name: str) -> list[Any]:
    return [one for one in element.iter() if _name(one) == name]


def _text_of(element: Any, name: str) -> str:
    """What the first element of a name says, in one line; "" where there is none."""
    return next((_line(one) for one in _all(element, name) if _line(one)), "")


def _line(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _of_nitf(root: Any, outer: Fields | None = None) -> Fields:
    """The fields of a NITF document, within what a NewsML-G2 item says of it."""
    content = next(iter(_all(root, "body.content")), None)
    if content is None:
        raise Unreadable("NITF without body.content")
    ids = [one.get("id-string") for one in _all(root, "doc-id")]
    embargo = next((one.get("norm") for one in _all(root, "date.release")), None)
    _check("", embargo)
    issued = next((one.get("norm") for one in _all(root, "date.issue")), None)
    published = next((one.get("date.publication") for one in _all(root, "pubdata")), None)
    note = next((one.get("info") or "" for one in _all(root, "ed-msg")), "")
    correction = note if _CORRECTS.search(note) else _text_of(root, "correction")
    byline = next(iter(_all(root, "byline")), None)
    said = "" if byline is None else _line(byline)
    own = _dated(issued or published, None) | {
        "id": next(filter(None, ids), None),
        "title": _text_of(root, "hl1") or _text_of(root, "title"),
        "text": _blocks(content),
        "byline": _BY.sub("", said),
        "outlet": _text_of(root, "distributor") or _text_of(root, "doc.copyright"),
        "language": (root.get("baselang") or "")[:2].lower(),
        "correction": correction,
        "dateline": _text_of(root, "dateline"),
    }
    return {**own, **{name: value for name, value in (outer or {}).items() if value}}


def _of_newsml(root: Any) -> Iterator[Fields | Unreadable]:
    """The items of a NewsML-G2 file, whatever it wraps them in."""
    items = _all(root, "newsItem")
    if not items:
        yield Unreadable("a package that names items and holds none")
    for item in items:
        try:
            yield _of_item(item)
        except Unreadable as reason:
            yield reason


def _of_item(item: Any) -> Fields:
    kind = next((one.get("qcode") or "" for one in _all(item, "itemClass")), "ninat:text")
    if not kind.endswith("text"):
        raise Unreadable(f"a {kind.rpartition(':')[2]}, no article")
    status = next((one.get("qcode") or "" for one in _all(item, "pubStatus")), "")
    _check(status, _text_of(item, "embargoed") or None)
    holder = next(iter(_all(item, "copyrightHolder") or _all(item, "provider")), None)
    creator = next(iter(_all(item, "creator")), None)
    note = _text_of(item, "edNote")
    signals = [one.get("qcode") or "" for one in _all(item, "signal")]
    corrects = _CORRECTS.search(note) or any("correct" in one for one in signals)
    first = _text_of(item, "firstCreated") or _text_of(item, "contentCreated")
    language = next((one.get("tag") or "" for one in _all(item, "language")), "")
    outer = _dated(first or None, _text_of(item, "versionCreated") or None) | {
        "id": item.get("guid"),
        "title": _text_of(item, "headline"),
        "outlet": "" if holder is None else _text_of(holder, "name"),
        "byline": _BY.sub("", _text_of(item, "by")),
        "license": _text_of(item, "usageTerms") or _text_of(item, "copyrightNotice"),
        "language": (language or item.get(_XML_LANG) or "")[:2].lower(),
        "correction": note if corrects else "",
        "located": _text_of(next(iter(_all(item, "located")), item), "name"),
    }
    creators = "" if creator is None else _text_of(creator, "name")
    return _with_content(item, outer, creators)


_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def _with_content(item: Any, outer: Fields, creator: str) -> Fields:
    """The fields with the text: NITF or another markup inline, else plain data."""
    nitf = next(iter(_all(item, "nitf")), None)
    if nitf is not None:
        return _of_nitf(nitf, outer)
    inline = next(iter(_all(item, "inlineXML")), None)
    text = (
        _blocks(inline)
        if inline is not None
        else "\n\n".join("".join(one.itertext()).strip() for one in _all(item, "inlineData"))
    )
    return {**outer, "byline": outer["byline"] or creator, "text": text}


def _of_feed(data: bytes) -> Iterator[Fields | Unreadable]:
    """The entries of a feed, with as much text as it gives."""
    import feedparser

    feed = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
    if not feed.entries:
        raise Unreadable("a feed without entries")
    outlet = feed.feed.get("title")
    for entry in map(dict, feed.entries):  # as given: else one day stands in for another
        told = [part.get("value") or "" for part in entry.get("content") or []]
        texts = [text_of_html(one) for one in (*told, entry.get("summary") or "") if one]
        yield {
            "id": entry.get("id"),
            "url": entry.get("link"),
            "title": text_of_html(entry.get("title") or ""),
            "text": max(texts, key=len, default=""),
            "byline": entry.get("author"),
            "outlet": (entry.get("source") or {}).get("title") or outlet,
            "published": _moment(entry.get("published_parsed") or entry.get("updated_parsed")),
            "updated": _moment(entry.get("updated_parsed")),
            "license": feed.feed.get("rights"),
        }


def _moment(parsed: Any) -> Any:
    return date(*parsed[:3]) if parsed else None


# Text, days


def text_of_html(markup: str) -> str:
    """The text of a piece of HTML, a paragraph a block."""
    from lxml import html

    if "<" not in markup and "&" not in markup:
        return markup.strip()
    try:
        return _blocks(html.fragment_fromstring(markup, create_parent="div"))
    except (ValueError, AssertionError):
        return ""


def _blocks(element: Any) -> str:
    """The text of an element: each block a paragraph, pictures and their captions left out."""
    parts: list[str] = []
    _walk(element, parts)
    paragraphs = " ".join(" ".join(parts).split(" ")).split("\n")
    return "\n\n".join(one for one in (" ".join(part.split()) for part in paragraphs) if one)


def _walk(element: Any, parts: list[str]) -> None:
    for one in element.iter("*"):
        if _name(one) in _LEFT_OUT:
            tail = one.tail
            one.clear()
            one.tail = tail
    for one in element.iter("*"):
        block = _name(one) in _BLOCKS
        one.text = ("\n" if block else "") + " ".join((one.text or "").split("\n"))
        if _name(one) == "br":
            one.text = "\n"
        one.tail = ("\n" if block else "") + " ".join((one.tail or "").split("\n"))
    parts += ["".join(element.itertext())]


def _dated(first: Any, last: Any) -> Fields:
    """When it was first published, and when last if that was on another day."""
    published, updated = _day(first), _day(last)
    own = {"published": published or updated}
    return own | ({"updated": updated} if updated and updated != published else {})


def _day(value: Any) -> str | None:
    """The day of a moment, "2021-05-26T13:40:18+02:00" or "20210526T134018"; None for none."""
    found = re.match(r"\s*(\d{4})-?(\d\d)-?(\d\d)", str(value or ""))
    return "-".join(found.groups()) if found else None


def _check(status: str, embargo: Any) -> None:
    """Whether something may be used now.

    Raises:
        Unreadable: it is withheld or cancelled, or its embargo is not over.
    """
    if status not in _USABLE:
        raise Unreadable(f"its publisher calls it {status.rpartition(':')[2]}")
    if embargo and (_until(str(embargo)) or datetime.max.replace(tzinfo=UTC)) > datetime.now(UTC):
        raise Unreadable(f"under embargo until {embargo}; add it again then")


def _until(moment: str) -> datetime | None:
    try:
        until = datetime.fromisoformat(moment.strip())
    except ValueError:
        return None
    return until if until.tzinfo else until.replace(tzinfo=UTC)
