"""A page's tree made ready for trafilatura, which finds the article's text in it.

It reads hidden text as well, takes the longest of several containers, and leaves tables out.
"""

from __future__ import annotations

import re
from typing import Any

_HIDDEN_CLASS = re.compile(
    r"(?:^|[\s_-])(?:visually-?hidden|visuallyhidden|sr-only|screen-?reader(?:-only|-text)?"
    r"|offscreen|off-screen|a11y-(?:hidden|only)|u-hidden|is-hidden|invisible)(?:$|[\s_-])",
    re.IGNORECASE,
)
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SIMPLE = re.compile(r"^\s*(?:[a-z]+)?([.#])([\w-]+)\s*$", re.IGNORECASE)
_NOTE = re.compile(r"\[?(?:\d{1,3}|[a-z]|\*|†)\]?", re.IGNORECASE)
_AROUND = re.compile(
    r"(?:^|[\s_-])(?:ads?|ad-?\w*|advert\w*|author\w*|breadcrumbs?|by-?lines?|captions?|comments?\w*"
    r"|consent|cookies?|galler\w*|kicker|stamp|copyright|credits?|dateline|discussion|footer|foot|legal|menu|meta\w*"
    r"|more-?(?:on|from|stories)|most-?read|nav\w*|newsletter\w*|onward|paywall|popular|promo\w*"
    r"|pub-?date|published|publicidad|read-?(?:more|next|time)|reading-?time|recirc\w*"
    r"|recommend\w*|related\w*|share\w*|sharing|sidebar|sign-?(?:off|up)|social\w*|sponsor\w*"
    r"|subscri\w*|tags?|teasers?|time-?stamp|toc|toolbar|tools|topics?|trending)(?:$|[\s_-])",
    re.IGNORECASE,
)
_CONSENT = re.compile(r"(?:^|[\s_-])(?:consent|cookies?)(?:$|[\s_-])", re.IGNORECASE)
_BESIDE = re.compile(  # of paragraphs
    r"(?:^|[\s_-])(?:authors?|by-?line|captions?|credits?|date(?:line)?|kicker|meta\w*|share|stamp"
    r"|tags)(?:$|[\s_-])",
    re.IGNORECASE,
)
_AROUND_TAGS = frozenset(
    "nav aside footer form button figcaption select iframe noscript dialog time address".split()
)
_AROUND_ROLES = frozenset("navigation complementary contentinfo dialog search banner".split())
_SHARE = 0.25  # of a page's long paragraphs; what has more is no surroundings
_MOST = 0.9  # of them, that the article's container has
_LONG = 60  # characters of a paragraph of an article
_WIDEST = 400  # characters of a table's cell; a longer one is layout
_INLINE = frozenset("span a b i em strong u s small sub sup mark q cite abbr time".split())


def prepare(tree: Any) -> None:
    """Take out what nobody sees and what stands around, and make lines of tables.

    And make one container of what has the article's paragraphs.
    """
    _drop_hidden(tree)
    _drop_surroundings(tree)
    for table in list(tree.iter("table")):
        _as_lines(table)
    _join(tree)


def _drop_surroundings(tree: Any) -> None:
    every = _long_text(tree)
    for element in list(tree.iter("*")):
        if element.getparent() is None or element.tag in ("html", "body", "main", "article"):
            continue
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if element.tag == "p" and not _BESIDE.search(names):
            continue
        if any(one.tag == "p" for one in element.iterancestors()):
            continue  # "on <time>3 March</time>"
        around = (
            element.tag in _AROUND_TAGS
            or (element.get("role") or "") in _AROUND_ROLES
            or (element.tag != "h1" and _AROUND.search(names))
        )
        asks = element.get("role") == "dialog" and _CONSENT.search(names)
        if asks or (around and _long_text(element) <= _SHARE * every):
            _remove(element)


def _long_text(element: Any) -> int:
    """Characters of the long paragraphs in an element."""
    texts = ("".join(one.itertext()).strip() for one in element.iter("p"))
    return sum(len(text) for text in texts if len(text) >= _LONG)


def _drop_hidden(tree: Any) -> None:
    classes, ids = _hidden_by_styles(tree)
    for element in list(tree.iter("*")):
        parent = element.getparent()
        if parent is None or element.tag in ("html", "body", "main", "article", "head"):
            continue
        own = set((element.get("class") or "").split())
        hidden = (
            element.tag == "template"
            or element.get("hidden") is not None
            or _HIDING.search(element.get("style") or "")
            or _HIDDEN_CLASS.search(element.get("class") or "")
            or (element.get("aria-hidden") == "true" and element.tag in _INLINE)
            or own & classes
            or element.get("id") in ids
            or _is_note_mark(element)
        )
        if hidden:
            _remove(element)


def _hidden_by_styles(tree: Any) -> tuple[set[str], set[str]]:
    """Classes and ids that the page's own style sheet hides, by simple selectors."""
    found: dict[str, set[str]] = {".": set(), "#": set()}
    for style in tree.iter("style"):
        for selectors, body in _RULE.findall(style.text or ""):
            if _HIDING.search(body):
                for selector in selectors.split(","):
                    if match := _SIMPLE.match(selector):
                        found[match[1]].add(match[2])
    return found["."], found["#"]


def _is_note_mark(element: Any) -> bool:
    """Whether an element is the mark of a note: [1] that leads to another place of the page."""
    text = "".join(element.itertext()).strip()
    if not _NOTE.fullmatch(text):
        return False
    links = [element] if element.tag == "a" else list(element.iter("a"))
    leads = any((link.get("href") or "").startswith("#") for link in links)
    return leads and (element.tag in ("a", "sup"))


def _remove(element: Any) -> None:
    """Take an element out and leave the text behind it."""
    parent, tail = element.getparent(), element.tail or ""
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def _join(tree: Any) -> None:
    """Make an article of the smallest element that has nearly all long paragraphs.

    Articles within it, as on a live page, become sections.
    """
    every = _long_text(tree)
    inside = tree.find("body")
    if not every or inside is None:
        return
    while True:
        within = (one for one in inside if _long_text(one) >= _MOST * every)
        child = next(within, None)
        if child is None or child.tag == "p":
            break
        inside = child
    if inside.tag in ("body", "td", "tr", "tbody", "ul", "ol"):
        return
    for one in inside.iter("article", "main"):
        one.tag = "section"
    inside.tag = "article"


def _as_lines(table: Any) -> None:
    """A table of data as a paragraph a row, its cells with bars between them."""
    rows = [
        [" ".join("".join(cell.itertext()).split()) for cell in row if cell.tag in ("td", "th")]
        for row in table.iter("tr")
    ]
    cells = [cell for row in rows for cell in row]
    layout = any(True for _ in table.iter("p")) or any(len(cell) > _WIDEST for cell in cells)
    if layout or len(rows) < 2 or max(map(len, rows)) < 2:
        return
    lines = [" | ".join(filter(None, row)) for row in rows]
    caption = table.find("caption")
    tail = table.tail
    text = "".join(caption.itertext()).strip() if caption is not None else ""
    table.clear()
    table.tag, table.tail = "div", tail
    for line in filter(None, [text, *lines]):
        paragraph = table.makeelement("p", {})
        paragraph.text = line
        table.append(paragraph)
