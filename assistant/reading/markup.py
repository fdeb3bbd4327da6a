"""Text out of XML and HTML: parsed safely, a block a paragraph."""

from __future__ import annotations

import html as html_text
import re
from typing import Any

from assistant.reading.articles import Unreadable

_BLOCKS = frozenset(
    "p hl1 hl2 hl3 h1 h2 h3 h4 h5 h6 li tr dt dd ul ol table section article aside header footer"
    " blockquote pre div hr".split()
)
_CELLS = ("td", "th")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:x0?[bcBC]|1[12]);")
_LEFT_OUT = ("media", "media-caption", "script", "style", "figure", "figcaption", "head", "title")


def parsed(data: bytes) -> Any:
    """The root of an XML document; nothing that it declares is expanded, nothing fetched.

    Raises:
        Unreadable: it is none, or declares entities of its own.
    """
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


def name_of(element: Any) -> str:
    """An element's name without its namespace; "" for a comment."""
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""


def all_of(element: Any, name: str) -> list[Any]:
    """All elements of a name, in order, the element itself among them."""
    return [one for one in element.iter() if name_of(one) == name]


def text_of_html(markup: str) -> str:
    """The text of a piece of HTML, a paragraph a block."""
    from lxml import etree, html

    bare = _CONTROLS.sub(" ", markup)
    if "<" not in bare and "&" not in bare:
        return bare.strip()
    try:
        return blocks(html.fragment_fromstring(bare, create_parent="div"))
    except (ValueError, AssertionError, etree.LxmlError):
        return ""


def blocks(element: Any) -> str:
    """The text of an element: each block a paragraph, pictures and their captions left out."""
    parts: list[str] = []
    _walk(element, parts)
    paragraphs = " ".join(" ".join(parts).split(" ")).split("\n")
    return "\n\n".join(one for one in (" ".join(part.split()) for part in paragraphs) if one)


def _walk(element: Any, parts: list[str]) -> None:
    for one in list(element.iter("*")):  # to clear one takes its own away from what is walked
        if name_of(one) in _LEFT_OUT:
            tail = one.tail
            one.clear()
            one.tail = tail
    for one in element.iter("*"):
        block = name_of(one) in _BLOCKS
        one.text = ("\n" if block else "") + " ".join((one.text or "").split("\n"))
        if name_of(one) == "br":
            one.text = "\n"
        if name_of(one) == "q":
            one.text, one.tail = f"“{one.text}", f"”{one.tail or ''}"
        if name_of(one) in _CELLS:
            one.tail = f" {one.tail or ''}"
        one.tail = ("\n" if block else "") + " ".join((one.tail or "").split("\n"))
    parts += ["".join(element.itertext())]
