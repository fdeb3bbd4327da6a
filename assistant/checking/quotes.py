"""Texts in quotation marks: verbatim in what is cited, or not shown."""

from __future__ import annotations

import re

from assistant.text import find

_MARKS = re.compile(
    r"“([^“”„«»]*)(?:”|$)|„([^“”„]*)(?:[“”]|$)|«([^«»]*)(?:»|$)|\"([^\"]*)(?:\"|$)|''((?:(?!'').)*)(?:''|$)"
    r"|(?<![\w’'])[‘'](?=\S)((?:[^‘’']|(?<=\w)[’'](?=\w))*?[^\s‘’'])[’'](?!\w)",
    re.DOTALL,
)
_EDGE = " \t\n,.;:"


def quoted(text: str) -> list[str]:
    """The texts in quotation marks, of any shape, without the marks and the stops at their ends."""
    found = (next(g for g in match.groups() if g is not None) for match in _MARKS.finditer(text))
    return [bare for one in found if (bare := one.strip(_EDGE))]


def holds(text: str, quote: str) -> bool:
    """True where a quote stands in a text, and no word is cut at its ends."""
    span = find(quote, text)
    while span is not None:
        cut = [text[at - 1 : at + 1] for at in (span.start, span.end) if at]
        if not any(len(pair) > 1 and pair.isalnum() for pair in cut):
            return True
        span = find(quote, text, span.start + 1)
    return False
