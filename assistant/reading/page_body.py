"""A page's tree made ready for trafilatura, which finds the article's text in it.

It reads hidden text as well, takes the longest of several containers, and leaves tables out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
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
_OTHER = re.compile(r"comment|related|promo|newsletter|teaser|sidebar|footer", re.IGNORECASE)
_LONG = 60  # characters of a paragraph of an article
_WIDEST = 400  # characters of a table's cell; a longer one is layout
_INLINE = frozenset("span a b i em strong u s small sub sup mark q cite abbr time".split())


def prepare(tree: Any) -> None:
    """Take out what nobody sees, put parts of one article together, and make lines of tables."""
    _drop_hidden(tree)
    _join(tree)
    for table in list(tree.iter("table")):
        _as_lines(table)


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
    """Move the paragraphs of containers of one class, apart in the page, into the first of them."""
    groups: dict[str, list[Any]] = defaultdict(list)
    for element in tree.iter("div", "section"):
        names = (element.get("class") or "").split() or [element.get("itemprop") or ""]
        if any(True for _ in _paragraphs(element)):
            for name in filter(None, names):
                groups[name].append(element)
    every = sum(_is_long(one) for one in tree.iter("p"))

    def held(own: list[Any]) -> int:
        return sum(1 for element in own for _ in _paragraphs(element))

    name = max(groups, key=lambda one: held(groups[one]), default="")
    first, *others = groups.get(name) or [None]
    if others and not _OTHER.search(name) and 2 * held(groups[name]) > every:
        for element in others:
            for child in [] if first in element.iterancestors() else list(element):
                first.append(child)


def _paragraphs(element: Any) -> Iterator[Any]:
    return (child for child in element if child.tag == "p" and _is_long(child))


def _is_long(paragraph: Any) -> bool:
    return len("".join(paragraph.itertext()).strip()) >= _LONG


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
