"""Quotations in a text: what stands in quotation marks, whatever their shape.

English, British, French, German, Swedish and Japanese marks, straight ones and two single ones for
a double one. An apostrophe is no mark. Of quotations within each other the outermost is found. One
that is open at the end of its paragraph ends there; the next paragraph opens another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import regex

from assistant.types import Span

_CLOSED_BY = {
    "“": "”",
    "”": "”",
    "„": "“”",
    "«": "»",
    "»": "«",
    "‹": "›",
    "›": "‹",
    '"': '"',
    "＂": "＂",
    "❝": "❞",
    "‟": "”",
    "「": "」",
    "『": "』",
    "''": "''",
    "``": "''",
    "‘": "’",
    "'": "'",
}
_MARK = re.compile(r"''|``|[“”„«»‹›\"＂❝❞‟「」『』‘’']")
_EITHER = frozenset("”»›\"＂'") | {"''"}  # they may close as well
_SINGLE = frozenset("‘’'")
_BEFORE = regex.compile(
    r"(?:^|[\s(\[{—–:/-]|[“«„\"‘])$"
)  # an opening mark, if not one of the clear
_SHORTENED = regex.compile(r"(?:\d\ds?|em|tis|twas|til|cause|bout|round|n)\b", regex.IGNORECASE)

_LOOKED_AT = 60  # marks behind a single one, which may be an apostrophe that nothing closes

# A line of hard-wrapped text goes on in the next: it is long, and nothing closes it.
LINE = re.compile(r"[^\n]+(?:(?<=[^\n]{40})(?<![.!?:…\"”'’])\n(?=\S)[^\n]+)*")
"""A paragraph."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """A stretch in quotation marks."""

    span: Span
    """From its opening mark to one past its closing mark."""
    inside: Span
    """Without its marks."""
    closed: bool
    """False where it is open at the end of its paragraph."""


def quotations(text: str) -> list[Quotation]:
    """The quotations in a text, in order; none crosses the end of a paragraph."""
    return [one for found in LINE.finditer(text) for one in _of_paragraph(found[0], found.start())]


def is_quoted(text: str, place: int) -> bool:
    """Whether a place of a text is within a quotation."""
    return any(one.span.start < place < one.span.end for one in quotations(text))


def _of_paragraph(text: str, offset: int) -> Iterator[Quotation]:
    at = 0
    while (mark := _opening(text, at)) is not None:
        start, inside = mark.span()
        end, at = _closing(text, inside, mark[0]) or (len(text), len(text))
        closed = at > end
        if not closed and mark[0] in _SINGLE and not _may_stay_open(text, inside):
            at = inside  # an apostrophe
            continue
        spans = Span(offset + start, offset + at), Span(offset + inside, offset + end)
        yield Quotation(*spans, closed)


def _opening(text: str, at: int) -> re.Match[str] | None:
    """The first mark from a place on that opens a quotation."""
    for mark in _MARK.finditer(text, at):
        if mark[0] in _CLOSED_BY and _may_open(text, mark):
            return mark
    return None


def _may_open(text: str, mark: re.Match[str]) -> bool:
    behind = text[mark.end() : mark.end() + 1]
    if mark[0] not in _EITHER | {"‘"}:
        return bool(behind)
    if not behind or behind.isspace():
        return False
    if not _BEFORE.search(text[max(0, mark.start() - 1) : mark.start()]):
        return False
    return mark[0] not in _SINGLE or not _SHORTENED.match(text, mark.end())


def _may_stay_open(text: str, inside: int) -> bool:
    """Whether a single mark that nothing closes opens a quotation: a sentence follows."""
    return text[inside : inside + 1].isupper() and text.rstrip()[-1:] in ".!?…"


def _closing(text: str, inside: int, opened: str) -> tuple[int, int] | None:
    """The span of the mark that closes a quotation; None where none does."""
    depth, possible = 0, None
    marks = _MARK.finditer(text, inside)
    for mark in islice(marks, _LOOKED_AT) if opened in _SINGLE else marks:
        if mark[0] == opened and opened not in _EITHER and _may_open(text, mark):
            depth += 1  # the same within: « Il a dit « non » »
        elif not _closes(text, mark, opened):
            continue
        elif depth:
            depth -= 1
        elif mark[0] in _SINGLE and _is_genitive(text, mark):
            possible = possible or mark.span()
        else:
            return mark.span()
    return possible


def _closes(text: str, mark: re.Match[str], opened: str) -> bool:
    """Whether a mark may close what another one opened: a single one stands before no letter."""
    fits = mark[0] == "''" if opened in ("''", "``") else mark[0] in _CLOSED_BY[opened]
    if not fits or mark[0] not in _SINGLE:
        return fits
    before, behind = text[mark.start() - 1], text[mark.end() : mark.end() + 1]
    return not before.isspace() and not behind.isalnum()


def _is_genitive(text: str, mark: re.Match[str]) -> bool:
    """Whether a single mark is rather that of "the workers’ union"."""
    before, behind = text[mark.start() - 1], text[mark.end() : mark.end() + 2]
    return before == "s" and len(behind) == 2 and behind[0] == " " and behind[1].isalpha()
