"""A sentence as the parser gets it: quotations masked, parentheses behind names left out.

A parser trained on plain sentences loses its way in a long quotation. What somebody is quoted with
is therefore one word to it: "This," he said. So it does behind "Velt (@dvelt)"; short forms of
bodies stay: "the Ministry of Health (MOH)".
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import regex

from assistant.types import Span

MASK = "This"
_FEWEST = 3
_ENDS = re.compile(r"[?!…]|.[”’\"'»]{0,2},")  # from the last character of a quotation
_STOPS = frozenset(",.!?…")
_WORD = re.compile(r"\w+")
_OPENS = re.compile(r"(?:^|[,:;—–-]|\b(?:said|says|that))\s*$")
_ASIDE = regex.compile(r"(?<=\b\p{Lu}[\w’'-]*)\s\((?!\p{Lu}{2,}\))[^()\n]{1,60}\)")


@dataclass(frozen=True, slots=True)
class _Cut:
    """A stretch of the article that the parser gets otherwise, or not at all."""

    span: Span
    """In the article."""
    place: int
    """Where it begins in the masked text."""
    length: int
    """Characters there."""


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
    goes_on: tuple[bool, ...]
    """For each of them whether it ends as where its sentence goes on: “Yes,” she said."""
    all_quotes: tuple[Span, ...]
    """Everything in quotation marks, single terms too."""
    cuts: tuple[_Cut, ...]
    """What is masked or left out, in order."""

    def span(self, start: int, end: int) -> Span:
        """A stretch of ``text`` as a span of the article."""
        return Span(self._original(start, first=True), self._original(end, first=False))

    def _original(self, offset: int, first: bool) -> int:
        shift = self.start
        for cut in self.cuts:
            end = cut.place + cut.length
            inside = cut.place <= offset < end if first else cut.place < offset <= end
            if inside:
                return cut.span.start if first else cut.span.end
            if offset > end or (offset == end and (first or cut.length)):
                shift += cut.span.end - cut.span.start - cut.length
        return offset + shift


def mask(article: str, sentence: Span, quoted: Sequence[Span]) -> MaskedSentence:
    """A sentence with its quoted clauses masked; single quoted terms stay.

    Args:
        article: its text.
        sentence: where the sentence stands.
        quoted: the article's quotations, without their marks, in order.
    """
    own = (
        Span(max(q.start, sentence.start), min(q.end, sentence.end))
        for q in within(quoted, sentence)
    )
    every = [_trimmed(article, one) for one in own]
    clauses = [one for one in every if _is_clause(article, sentence, one)]
    whole = article[sentence.start : sentence.end]
    asides = [
        Span(*(sentence.start + at for at in found.span())) for found in _ASIDE.finditer(whole)
    ]
    asides = [one for one in asides if not any(_cross(one, clause) for clause in clauses)]
    pieces, cuts, done, size = [], [], sentence.start, 0
    for span in sorted([*clauses, *asides], key=lambda one: one.start):
        put = MASK if span in clauses else ""
        pieces += [article[done : span.start], put]
        size += span.start - done
        cuts.append(_Cut(span, size, len(put)))
        size, done = size + len(put), span.end
    return MaskedSentence(
        "".join([*pieces, article[done : sentence.end]]),
        sentence.start,
        tuple(clauses),
        tuple(cut.place for cut in cuts if cut.length),
        tuple(_ENDS.match(article, one.end - 1) is not None for one in clauses),
        tuple(every),
        tuple(cuts),
    )


def within(spans: Sequence[Span], place: Span) -> Sequence[Span]:
    """Those of some spans, apart from each other and in order, that share a character with one."""
    first = bisect_right(spans, place.start, key=lambda one: one.end)
    return spans[first : bisect_left(spans, place.end, key=lambda one: one.start)]


def _cross(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _trimmed(text: str, span: Span) -> Span:
    """The stretch without white space and commas at its ends; other stops stay."""
    first, last = span.start, span.end
    while first < last and text[first].isspace():
        first += 1
    while last > first and text[last - 1] in " \t\n,":
        last -= 1
    return Span(first, last)


def _is_clause(article: str, sentence: Span, quote: Span) -> bool:
    """Whether a quotation is what somebody says, and no term: short ones end in a stop."""
    words = article[quote.start : quote.end]
    before = article[sentence.start : quote.start].rstrip("“”„«»‹›\"'‘’「『` \u202f\u00a0")
    opens = _OPENS.search(before) is not None
    if len(_WORD.findall(words)) < _FEWEST:
        return opens and words[:1].isupper() and article[quote.end : quote.end + 1] in _STOPS
    return opens or words[0].isupper() or not words[0].isalnum()
