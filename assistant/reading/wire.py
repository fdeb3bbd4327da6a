"""Formats of news agencies: NITF, NewsML-G2, IPTC ninjs 1.x to 3.x; and feeds, RSS and Atom.

Sources: the specifications of the IPTC (iptc.org/standards); feeds are read by feedparser. Entities
are never expanded, and nothing that a file names is fetched.
"""

from __future__ import annotations

import html as html_text
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from assistant.reading.articles import Unreadable

_TEXT = ("text", "composite")  # types of ninjs that may be articles
_BLOCKS = frozenset(
    "p hl1 hl2 hl3 h1 h2 h3 h4 h5 h6 li tr dt dd ul ol table section article aside header footer"
    " blockquote pre div hr".split()
)
_CELLS = ("td", "th")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:x0?[bcBC]|1[12]);")
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
        yield from map(_of_nitf, _all(root, "nitf"))
    else:
        raise Unreadable(f"XML with the root {kind!r} is not read (NITF, NewsML-G2, RSS, Atom are)")


def is_ninjs(value: Any) -> bool:
    """Whether an object of a JSON file is an item of IPTC ninjs."""
    if not isinstance(value, dict) or not isinstance(value.get("uri"), str) or "text" in value:
        return False
    held = {str(name).lower() for name in value}
    lists = [value.get(name) for name in ("bodies", "headlines") if name in value]
    typed = {"versioncreated", "firstcreated", "pubstatus", "body_xhtml", "body_text"} & held
    return bool(typed or lists) and all(_are_objects(one) for one in lists)


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def of_ninjs(item: Mapping[str, Any]) -> Fields:
    """The fields of an item of IPTC ninjs.

    Raises:
        Unreadable: it is a picture or the like, is withheld, or under embargo.
    """
    held = {str(name).lower(): value for name, value in item.items()}
    kind = str(held.get("type") or "text")
    if kind not in _TEXT:
        raise Unreadable(f"a {kind}, no article")
    _check(_code(str(held.get("pubstatus") or "")), held.get("embargoed"))
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
        "language": _language(held.get("language")),
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
    marked = [_marked(value) for kind, value in told if "ml" in kind and value]
    plain = [value for kind, value in told if "ml" not in kind and value]
    short = _role(held, "descriptions", "text") or str(held.get("description_text") or "")
    cut = [one for one in plain if "\n" in one.strip()]
    return next((one for one in (*cut, *marked, *plain, short) if one.strip()), "")


def _marked(markup: str) -> str:
    """The text of HTML or XML."""
    if not markup.lstrip().startswith("<?xml") and "<nitf" not in markup[:500]:
        return text_of_html(markup)
    root = _parsed(markup.encode())
    return _blocks(next(iter(_all(root, "body.content")), root))


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
    for one in list(root.iter(etree.Entity)):  # "&eacute;" of a DTD that is not read
        _replaced(one, html_text.unescape(one.text))
    return root


def _replaced(node: Any, text: str) -> None:
    """Put a text in the place of a node."""
    before, parent = node.getprevious(), node.getparent()
    text += node.tail or ""
    if before is not None:
        before.tail = (before.tail or "") + text
    else:
        parent.text = (parent.text or "") + text
    node.tail = None
    parent.remove(node)


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""


def _all(element: Any, name: str) -> list[Any]:
    return [one for one in element.iter() if _name(one) == name]


def _text_of(element: Any, name: str) -> str:
    """What the first element of a name says, in one line; "" where there is none."""
    return next((_line(one) for one in _all(element, name) if _line(one)), "")


def _line(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _code(value: str) -> str:
    """The last part of a code or an address of one: "stat:usable" is "usable"."""
    return re.split("[:/#]", value)[-1].lower()


def _coded(element: Any, name: str) -> str:
    """The code of the first element of a name."""
    found = (one.get("qcode") or one.get("uri") or "" for one in _all(element, name))
    return _code(next(found, ""))


def _said(element: Any, name: str, attribute: str) -> str:
    """An attribute of the first element of a name that has it, else what the element says."""
    found = (one.get(attribute) or _line(one) for one in _all(element, name))
    return next(filter(None, found), "")


def _language(tag: Any) -> str:
    return re.split("[-_]", str(tag or ""))[0].lower()


def _of_nitf(root: Any, outer: Fields | None = None) -> Fields:
    """The fields of a NITF document, within what a NewsML-G2 item says of it."""
    content = next(iter(_all(root, "body.content")), None)
    if content is None:
        raise Unreadable("NITF without body.content")
    ids = [one.get("id-string") for one in _all(root, "doc-id")]
    embargo = next((one.get("norm") for one in _all(root, "date.release")), None)
    status = next((one.get("management-status") or "" for one in _all(root, "docdata")), "")
    _check(_code(status), embargo)
    issued = next((one.get("norm") for one in _all(root, "date.issue")), None)
    published = next((one.get("date.publication") for one in _all(root, "pubdata")), None)
    note = next((one.get("info") or "" for one in _all(root, "ed-msg")), "")
    correction = note if _CORRECTS.search(note) else _said(root, "correction", "info")
    byline = next(iter(_all(root, "byline")), None)
    parts = [] if byline is None else [" ".join(part.split()) for part in byline.itertext()]
    said = re.sub(r"\s+,", ",", " ".join(filter(None, parts)))
    own = _dated(issued or published, None) | {
        "id": next(filter(None, ids), None),
        "title": _text_of(root, "hl1") or _text_of(root, "title"),
        "text": _blocks(content),
        "byline": _BY.sub("", said),
        "outlet": _text_of(root, "distributor") or _said(root, "doc.copyright", "holder"),
        "language": _language(root.get("baselang")),
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
    kind = _coded(item, "itemClass") or "text"
    if kind != "text":
        raise Unreadable(f"a {kind}, no article")
    held = [_line(one) or "further notice" for one in _all(item, "embargoed")]
    _check(_coded(item, "pubStatus"), next(iter(held), None))
    holder = next(iter(_all(item, "copyrightHolder") or _all(item, "provider")), None)
    creator = next(iter(_all(item, "creator")), None)
    note = _text_of(item, "edNote")
    corrects = _CORRECTS.search(note) or "correct" in _coded(item, "signal")
    first = _text_of(item, "firstCreated") or _text_of(item, "contentCreated")
    language = next((one.get("tag") or "" for one in _all(item, "language")), "")
    outer = _dated(first or None, _text_of(item, "versionCreated") or None) | {
        "id": item.get("guid"),
        "title": _text_of(item, "headline"),
        "outlet": "" if holder is None else _text_of(holder, "name"),
        "byline": _BY.sub("", _text_of(item, "by")),
        "license": _text_of(item, "usageTerms") or _text_of(item, "copyrightNotice"),
        "language": _language(language or item.get(_XML_LANG)),
        "correction": (note or "corrected") if corrects else "",
    }
    creators = "" if creator is None else _text_of(creator, "name")
    return _with_content(item, outer, creators)


_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def _with_content(item: Any, outer: Fields, creator: str) -> Fields:
    """The fields with the text: NITF or another markup inline, else plain data."""
    nitf = next(iter(_all(item, "nitf")), None)
    if nitf is not None:
        found = _of_nitf(nitf, outer)
        return {**found, "byline": found["byline"] or creator}
    inline = next(iter(_all(item, "inlineXML")), None)
    text = (
        _blocks(inline)
        if inline is not None
        else "\n\n".join("".join(one.itertext()).strip() for one in _all(item, "inlineData"))
    )
    return {**outer, "byline": outer["byline"] or creator, "text": text}


def _raw(element: Any) -> str:
    return "".join(element.itertext()).strip()


def _of_feed(data: bytes) -> Iterator[Fields | Unreadable]:
    """The entries of a feed, with as much text as it gives."""
    import feedparser

    feed = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
    if not feed.entries:
        raise Unreadable("a feed without entries")
    outlet = feed.feed.get("title")
    for entry in map(dict, feed.entries):  # as given: else one day stands in for another
        told = [*(entry.get("content") or []), entry.get("summary_detail") or {}]
        texts = [_of_detail(one) for one in told]
        yield {
            "id": entry.get("id"),
            "url": entry.get("link"),
            "title": _of_detail(entry.get("title_detail") or {}),
            "text": max(texts, key=len, default=""),
            "byline": entry.get("author"),
            "outlet": (entry.get("source") or {}).get("title") or outlet,
            "published": _stated(entry, "published") or _stated(entry, "updated"),
            "updated": _stated(entry, "updated"),
            "license": feed.feed.get("rights"),
        }


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


def text_of_html(markup: str) -> str:
    """The text of a piece of HTML, a paragraph a block."""
    from lxml import etree, html

    bare = _CONTROLS.sub(" ", markup)
    if "<" not in bare and "&" not in bare:
        return bare.strip()
    try:
        return _blocks(html.fragment_fromstring(bare, create_parent="div"))
    except (ValueError, AssertionError, etree.LxmlError):
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
        if _name(one) == "q":
            one.text, one.tail = f"“{one.text}", f"”{one.tail or ''}"
        if _name(one) in _CELLS:
            one.tail = f" {one.tail or ''}"
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
    day = "-".join(found.groups()) if found else ""
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError:
        return None


def _check(status: str, embargo: Any) -> None:
    """Whether something may be used now.

    Raises:
        Unreadable: it is withheld or cancelled, or its embargo is not over.
    """
    if status not in ("usable", ""):
        raise Unreadable(f"its publisher calls it {status}")
    if embargo and (_until(str(embargo)) or datetime.max.replace(tzinfo=UTC)) > datetime.now(UTC):
        raise Unreadable(f"under embargo until {embargo}; add it again then")


def _until(moment: str) -> datetime | None:
    try:
        until = datetime.fromisoformat(moment.strip())
    except ValueError:
        return None
    return until if until.tzinfo else until.replace(tzinfo=UTC)
