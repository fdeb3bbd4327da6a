"""Texts in quotation marks: verbatim in what is cited, or not shown."""

from __future__ import annotations

from assistant.quotations import quotations
from assistant.text import find

_EDGE = " \t\n,.;:"


def quoted(text: str) -> list[str]:
    """The texts in quotation marks, of any shape, without the marks and the stops at their ends.

    Of quotations within each other the outermost; one that is not closed goes on to the end.
    """
    found = (text[one.inside.start : one.inside.end] for one in quotations(text))
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
