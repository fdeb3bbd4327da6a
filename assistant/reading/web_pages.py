"""HTML pages: text by trafilatura, and what the page says of itself."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Any

from assistant.language.names import mentions
from assistant.reading import linked_data
from assistant.reading.articles import Unreadable, day
from assistant.reading.page_body import prepare
from assistant.reading.plain import decode
from assistant.text import folded, one_line, words

_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_LATIN = ("iso-8859-1", "iso8859-1", "latin-1", "latin1", "us-ascii", "ascii")
# Names of meta elements in lower case, the surest first.
_META = {
    "published": (
        "article:published_time og:article:published_time article:published datepublished"
        " date_published parsely-pub-date sailthru.date dc.date.issued dcterms.issued"
        " dcterms.created dc.date dcterms.date citation_publication_date citation_date"
        " publish-date publish_date publishdate publication_date pubdate published_time date"
    ).split(),
    "updated": (
        "article:modified_time og:article:modified_time og:updated_time datemodified"
        " dcterms.modified dc.date.modified lastmod last-modified"
    ).split(),
    "outlet": ["og:site_name", "application-name", "citation_journal_title", "dc.publisher"],
    "title": ["og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title"],
    "byline": [
        "author",
        "article:author",
        "byl",
        "parsely-author",
        "sailthru.author",
        "dc.creator",
    ],
    "url": ["og:url"],
}
_APART = "[not(ancestor::aside or ancestor::nav or ancestor::footer or ancestor::li)]"
_TIMES = (
    "//*[@itemprop='datePublished']",
    "//time[@pubdate]",
    f"//article//time[@datetime]{_APART}",
    f"//main//time[@datetime]{_APART}",
    f"//time[@datetime]{_APART}",
    f"//abbr[@title]{_APART}",
)
_CHANGES = (
    "//*[@itemprop='dateModified']",
    f"//time[contains(concat(' ', @class, ' '), ' updated ')][@datetime]{_APART}",
)
_OUTLETS = ("//*[@itemprop='publisher']//*[@itemprop='name']",)
_WRITERS = (
    "//*[@itemprop='author']//*[@itemprop='name']",
    "//*[@itemprop='author']",
    "//a[@rel='author']",
    *(
        f"//*[contains(concat(' ', @class, ' '), '{name}')]{_APART}"
        for name in ("byline", "author", "auteur", "autor", "reporter", "writer", "firma", "byl ")
    ),
)
_HEADLINES = "//article//h1", "//main//h1", "//h1"
_BY = re.compile(
    r"(?:^|\s)(?:(?:written|words|posted|submitted|reported|story|escrito|text) )?"
    r"(?:by|von|par|por|av|door|autora?)\b\s*:?\s+",
    re.IGNORECASE,
)
_JOINED = re.compile(r"(?:\s*(?:,|&|/|\band\b|\bund\b|\bet\b|\by\b|\bog\b|\boch\b|\ben\b)\s*)*")
_POSTS = frozenset(
    "staff writer writers correspondent reporter editor chief special contributor desk agency"
    " published updated print printer posted monday tuesday wednesday thursday friday saturday"
    " sunday".split()
)
_SHORTEST = 40  # characters of a name that does not look like one
_ADDRESS = re.compile(r"^(?:[a-z][\w+.-]*://|www\.|@|#|/)", re.IGNORECASE)
_NOBODY = re.compile(
    r"@|^(?:web ?master|admin(?:istrator)?|editor|staff|redaktion)$", re.IGNORECASE
)
_ENDED = re.compile(r"[.!?…][\"”’»)]*$")  # a sentence
_TOP = 8  # lines of a page's text that may stand above its headline
_LONGEST_BYLINE = 120  # characters
_SITE = r"\s*(?:[|·•»«]|\s[-–—]\s|::|:\s)\s*"  # between a headline and the site's name


def read_html(data: bytes) -> dict[str, Any]:
    """Fields of a web page.

    What the page states of the article that it is about (JSON-LD, then meta elements, then its
    headline and ``time``) goes before what trafilatura finds. Dates are only taken where they are
    stated: a guessed date is worse than none.

    Raises:
        Unreadable: no article text is found in it.
    """
    import lxml_html_clean  # noqa: F401  trafilatura's justext fails to import without it
    import trafilatura

    tree = trafilatura.load_html(_decode(data))
    if tree is None:
        raise Unreadable("not HTML")
    fields = _fields(tree)
    prepare(tree)
    document = trafilatura.bare_extraction(
        tree, include_comments=False, include_tables=False, with_metadata=False
    )
    text = getattr(document, "text", None) or ""
    lines = [line for line in text.split("\n") if line.strip()]
    title = fields.get("title", "")
    headline = next((n for n, one in enumerate(lines[:_TOP]) if _same(one, title)), None)
    if headline is not None and not any(map(_ENDED.search, lines[:headline])):
        lines = lines[headline + 1 :] or lines  # it, and the labels above it
    return {**fields, "text": "\n\n".join(lines)}


def _fields(tree: Any) -> dict[str, Any]:
    meta = _elements(tree)
    headlines = [
        one_line("".join(one.itertext())) for path in _HEADLINES for one in tree.xpath(path)
    ]
    headlines = [
        one for one in dict.fromkeys(headlines) if one and not _same(one, meta.get("outlet", ""))
    ]
    called = [*headlines[:1], *filter(None, [meta.get("title")])]
    scripts = tree.xpath("//script[@type='application/ld+json']/text()")
    urls = [*tree.xpath("//link[@rel='canonical']/@href"), *filter(None, [meta.get("url")])]
    linked = linked_data.about(linked_data.articles(scripts), urls, called)
    headline = linked.pop("headline", None) or meta.pop("title", None) or tree.findtext(".//title")
    meta.pop("title", None)
    stated = {**_visible(tree), **meta, **linked}
    seen, byline = _visible(tree).get("byline"), stated.get("byline", "")
    site = _same(byline, stated.get("outlet", "")) or byline in (tree.findtext(".//title") or "")
    if seen and site:  # the site is named as the author of everything
        stated["byline"] = seen
    stated["title"] = _title(headline, headlines, stated.get("outlet"))
    if urls and urls[0].startswith("http"):
        stated["url"] = urls[0]
    stated["language"] = _language(linked.get("language")) or _language(tree.get("lang"))
    return {key: value for key, value in stated.items() if _usable(key, value)}


def _headlines(tree: Any, outlet: str) -> list[str]:
    """What the page shows in its first rank of headings, those of the article first."""
    shown = (one_line("".join(one.itertext())) for path in _HEADLINES for one in tree.xpath(path))
    return [one for one in dict.fromkeys(shown) if one and not _same(one, outlet)]


def _title(stated: str | None, headlines: list[str], outlet: str | None) -> str | None:
    """The headline as it stands, without the site's name behind or before it.

    What the page shows as its only headline decides where the stated one begins or ends with it.
    """
    whole = one_line(html.unescape(stated or ""))
    cuts = [(at.start(), at.end()) for at in re.finditer(_SITE, whole)]
    parts = [whole, *(whole[:start] for start, _ in cuts), *(whole[end:] for _, end in cuts)]
    for shown in headlines:
        if any(_same(part, shown) for part in parts):
            return shown
    if outlet:
        site = re.escape(outlet)
        ends = rf"{_SITE}{site}\s*$|^\s*{site}{_SITE}"
        whole = re.sub(ends, "", whole, flags=re.IGNORECASE)
    return whole or (headlines[0] if headlines else None)


def _same(one: str, other: str) -> bool:
    return bool(other) and words(folded(one)) == words(folded(other))


def _visible(tree: Any) -> dict[str, str]:
    """Date and byline as the page shows them, marked as such."""
    found: dict[str, str] = {}
    for path in _TIMES:
        stamps = (
            one.get("datetime") or one.get("content") or one.get("title") or one_line(_text(one))
            for one in tree.xpath(path)
        )
        stamp = next((one for one in stamps if _usable("published", one)), None)
        if stamp:
            found["published"] = stamp
            break
    changed = (one.get("datetime") for path in _CHANGES for one in tree.xpath(path))
    if stamp := next((one for one in changed if one and _usable("updated", one)), None):
        found["updated"] = stamp
    return found | _names(tree)


def _names(tree: Any) -> dict[str, str]:
    """Who wrote it, and the outlet, where elements are marked as such or begin with "By"."""
    found = {}
    for path in _OUTLETS:
        if name := _line_of(tree, path):
            found["outlet"] = name
            break
    lines = [_line_of(tree, path) for path in _WRITERS]
    lines += [line for line in _short_lines(tree) if _BY.match(line)]
    byline = next(filter(None, map(_writers, lines)), None)
    return {**found, "byline": byline} if byline else found


def _writers(line: str) -> str | None:
    """The names in a byline: "Posted by Ada Brandt and Tom Lee, staff writers | Print"."""
    begun = _BY.search(line)
    rest = line[begun.end() :] if begun else line
    names: list[str] = []
    end = 0
    for one in mentions(rest):
        joined = _JOINED.fullmatch(rest, end, one.start)
        kept = list(
            itertools.takewhile(lambda word: not _POSTS & set(words(word)), one.name.split())
        )
        if not joined or not kept:
            break
        names.append(" ".join(kept))
        end = one.start + len(one.name)
    marked = not begun and not names and rest.isprintable() and not any(map(str.isdigit, rest))
    short = rest if marked and len(rest) <= _SHORTEST and _usable("byline", rest) else None
    return ", ".join(names) or short


def _short_lines(tree: Any) -> Iterator[str]:
    """The texts of elements that have no more than a line, outside of what stands around."""
    for element in tree.xpath(f"//body//*[not(self::script or self::style)]{_APART}"):
        line = one_line(_text(element))
        if line and len(line) <= _LONGEST_BYLINE:
            yield line


def _line_of(tree: Any, path: str) -> str:
    """What the elements of a path say, each once."""
    lines = (one.get("content") or one_line(_text(one)) for one in tree.xpath(path))
    return ", ".join(dict.fromkeys(filter(None, lines)))


def _text(element: Any) -> str:
    return "".join(element.itertext())


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
    """False for what is missing, a name that is an address, and a date in a form of its own."""
    if key in ("published", "updated"):
        try:
            return day(key, value) is not None
        except Unreadable:
            return False
    if key in ("byline", "outlet", "title") and _ADDRESS.match(str(value)):
        return False
    return bool(value) and not (key == "byline" and _NOBODY.search(str(value)))


def _elements(tree: Any) -> dict[str, str]:
    """What the meta elements state; an address is no name."""
    stated: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        if name and (element.get("content") or "").strip():
            stated.setdefault(name.lower(), []).append(
                html.unescape(element.get("content")).strip()
            )
    found = {field: _first(field, names, stated) for field, names in _META.items()}
    return {field: value for field, value in found.items() if value}


def _first(field: str, names: Iterable[str], stated: dict[str, list[str]]) -> str | None:
    """The first of some names that is stated and can be used; bylines all together."""
    for name in names:
        values = [value for value in stated.get(name, []) if _usable(field, value)]
        if values:
            return ", ".join(dict.fromkeys(values)) if field == "byline" else values[0]
    return None


def _language(value: Any) -> str | None:
    """The code of a language that is stated as one; a name like English is left to detection."""
    match = re.match(r"([a-zA-Z]{2})(?:[-_]|$)", value) if isinstance(value, str) else None
    return match[1].lower() if match else None
