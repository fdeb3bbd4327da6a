"""IPTC ninjs 1.x to 3.x: news items in JSON (iptc.org/standards/ninjs)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
from assistant.reading.markup import all_of, blocks, parsed, text_of_html

_TEXT = ("text", "composite")  # types of ninjs that may be articles


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
        Unreadable: it is a picture or the like, or is withheld.
    """
    held = {str(name).lower(): value for name, value in item.items()}
    kind = str(held.get("type") or "text")
    if kind not in _TEXT:
        raise Unreadable(f"a {kind}, no article")
    embargo = check_usable(code(str(held.get("pubstatus") or "")), held.get("embargoed"))
    first = held.get("firstcreated") or held.get("contentcreated") or held.get("versioncreated")
    note = str(held.get("ednote") or "")
    uri, title = str(held["uri"]), held.get("headline") or _role(held, "headlines", "main")
    return dated(first, held.get("versioncreated")) | {
        "id": uri,
        "url": uri,
        "title": title or held.get("title"),
        "text": without_title(_ninjs_text(held), str(title or "")),
        "byline": BY.sub("", str(held.get("byline") or held.get("by") or "")),
        "outlet": held.get("copyrightholder") or _first_name(held.get("infosources")),
        "license": held.get("usageterms") or held.get("copyrightnotice"),
        "language": language(held.get("language")),
        "correction": note if CORRECTS.search(note) else None,
        "located": held.get("located"),
        "embargo": embargo,
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
    root = parsed(markup.encode())
    return blocks(next(iter(all_of(root, "body.content")), root))


def _role(held: Mapping[str, Any], name: str, role: str) -> str:
    """The value of a list's entry that has a role."""
    entries = held.get(name) if isinstance(held.get(name), list) else []
    found = [one for one in entries or [] if isinstance(one, dict)]
    return next((str(one.get("value") or "") for one in found if one.get("role") == role), "")


def _first_name(entries: Any) -> str | None:
    found = [one for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
    return str(found[0].get("name") or "") if found else None
