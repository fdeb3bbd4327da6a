"""Texts in quotation marks: verbatim in what is cited, or not shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.text import find
from assistant.types import Span

_FOLDED = str.maketrans("❝❞‟＂″「」『』", '“”“""“”“”')
_CLOSED_BY = {"“": "”", "„": "“”", "«": "»", "»": "«", "‹": "›", "›": "‹", '"': '"', "‶": '"'}
_SINGLE = re.compile(
    r"(?<![\w’'])[‘'](?=\S)((?:[^‘’']|(?<=\w)[’'](?=\w))*?[^\s‘’'])[’'](?!\w)", re.DOTALL
)
_EDGE = " \t\n,.;:"


def quoted(text: str) -> list[str]:
    """The texts in quotation marks, of any shape, without the marks and the stops at their ends.

    Of quotations within each other the outermost; one that is not closed goes on to the end.
    """
    text = text.translate(_FOLDED).replace("``", "‶").replace("''", '"')
    double = list(_double(text))
    outside = "".join(text[one:two] for one, two in _between(double, len(text)))
    found = [text[span.start : span.end] for span in double]
    found += [match[1] for match in _SINGLE.finditer(outside)]
    return [bare for one in found if (bare := one.strip(_EDGE))]


def _double(text: str) -> Iterator[Span]:
    """What stands within double marks."""
    open_: list[str] = []  # the marks that are open
    start = 0
    for at, char in enumerate(text):
        closed = next(
            (n for n in reversed(range(len(open_))) if char in _CLOSED_BY[open_[n]]), None
        )
        if closed is not None:
            del open_[closed:]
            if not open_:
                yield Span(start, at)
        elif char in _CLOSED_BY:
            start = start if open_ else at + 1
            open_.append(char)
    if open_:
        yield Span(start, len(text))


def _between(spans: Sequence[Span], length: int) -> Iterator[tuple[int, int]]:
    """The stretches outside of spans."""
    edges = [0, *(edge for span in spans for edge in (span.start, span.end)), length]
    return zip(edges[::2], edges[1::2], strict=True)


def holds(text: str, quote: str) -> bool:
    """True where a quote stands in a text, and no word is cut at its ends."""
    span = find(quote, text)
    while span is not None:
        cut = [text[at - 1 : at + 1] for at in (span.start, span.end) if at]
        if not any(len(pair) > 1 and pair.isalnum() for pair in cut):
            return True
        span = find(quote, text, span.start + 1)
    return False
