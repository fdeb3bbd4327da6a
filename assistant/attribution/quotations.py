"""Quotations in a sentence, and the sentence with them masked.

A parser trained on plain sentences loses its way in a long quotation. What somebody is quoted with
is therefore one word to it: "This," he said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.types import Span

_QUOTED = re.compile(r"“([^“”]+)(?:”|$)|\"([^\"]+)(?:\"|$)|''([^'](?:(?!'').)*)(?:''|$)", re.DOTALL)
MASK = "This"
_FEWEST = 3
_WORD = re.compile(r"\w+")
_OPENS = re.compile(r"(?:^|[,:;—–-]|\b(?:said|says|that))\s*$")


@dataclass(frozen=True, slots=True)
class MaskedSentence:
    """A sentence whose quoted clauses are masked."""

    text: str
    """The sentence as the parser gets it."""
    start: int
    """Where the sentence begins in the article."""
    quotes: tuple[Span, ...]
    """The masked words in the article, without their marks."""
    places: tuple[int, ...]
    """Where the mask of each begins in ``text``."""
    all_quotes: tuple[Span, ...]
    """Everything in quotation marks, single terms too."""

    def span(self, start: int, end: int) -> Span:
        """A stretch of ``text`` as a span of the article."""
        return Span(self._original(start, first=True), self._original(end, first=False))

    def _original(self, offset: int, first: bool) -> int:
        shift = self.start
        for quote, place in zip(self.quotes, self.places, strict=True):
            inside = (
                place <= offset < place + len(MASK)
                if first
                else (place < offset <= place + len(MASK))
            )
            if inside:
                return quote.start if first else quote.end
            if offset >= place + len(MASK):
                shift += (quote.end - quote.start) - len(MASK)
        return offset + shift


def mask(sentence: str, start: int) -> MaskedSentence:
    """The sentence with its quoted clauses masked; single quoted terms stay."""
    pieces, quotes, places, every, done, size = [], [], [], [], 0, 0
    for match in _QUOTED.finditer(sentence):
        group = next(number for number in (1, 2, 3) if match[number] is not None)
        first, last = _trimmed(sentence, *match.span(group))
        every.append(Span(start + first, start + last))
        if not _is_clause(sentence, match.start(), sentence[first:last]):
            continue
        pieces += [sentence[done:first], MASK]
        size += first - done
        places.append(size)
        size += len(MASK)
        quotes.append(Span(start + first, start + last))
        done = last
    text = "".join([*pieces, sentence[done:]])
    return MaskedSentence(text, start, tuple(quotes), tuple(places), tuple(every))


def _trimmed(text: str, first: int, last: int) -> tuple[int, int]:
    """The stretch without white space and commas at its ends."""
    while first < last and text[first].isspace():
        first += 1
    while last > first and text[last - 1] in " \t\n,":
        last -= 1
    return first, last


def _is_clause(sentence: str, mark: int, words: str) -> bool:
    if len(_WORD.findall(words)) < _FEWEST:
        return False
    return (
        words[0].isupper() or not words[0].isalnum() or _OPENS.search(sentence[:mark]) is not None
    )
