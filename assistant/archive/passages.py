"""An article is cut into passages: whole sentences, packed to a size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.models.embedding import Embedder
from assistant.models.framing import heading
from assistant.models.tokens import count_tokens
from assistant.text import sentences
from assistant.types import Article, Passage, Span

_FRAME = 2  # the two marks that an encoder puts around a text

_HEADING_PIECES = 64

_LONGEST = 1200  # characters; counting the tokens of one endless word takes time squared


@dataclass(frozen=True, slots=True)
class _Sized:
    span: Span
    tokens: int
    pieces: int


def split(article: Article, embedder: Embedder, tokens: int) -> tuple[str, list[Passage]]:
    """Passages of at most ``tokens`` tiktoken tokens, in order, never across a sentence.

    Passage and heading together stay within what the embedder reads. Only a sentence that is
    longer than a passage by itself is cut, at white space where it has any.

    Returns:
        The heading to encode with each passage (shortened where it is very long), and the
        passages; ``article.text[p.start:p.end] == p.text`` for each.
    """
    title = _shortened(heading(article), embedder)
    room = embedder.max_pieces - _FRAME - embedder.count_pieces([title])[0]
    spans = [part for span in sentences(article.text) for part in _cut(article.text, span)]
    sized = _fitting(article.text, spans, embedder, tokens, room)
    source = article.source
    return title, [
        Passage(source, ordinal, span.start, span.end, article.text[span.start : span.end])
        for ordinal, span in enumerate(_packed(sized, tokens, room))
    ]


def _shortened(title: str, embedder: Embedder) -> str:
    while embedder.count_pieces([title])[0] > _HEADING_PIECES:
        title = title[: len(title) // 2]
    return title


def _cut(text: str, span: Span) -> Iterator[Span]:
    """The span in halves of halves, until each part has at most ``_LONGEST`` characters."""
    if span.end - span.start <= _LONGEST:
        yield span
    else:
        for half in _halves(text, span):
            yield from _cut(text, half)


def _halves(text: str, span: Span) -> tuple[Span, Span]:
    middle = (span.start + span.end) // 2
    space = text.rfind(" ", span.start + 1, middle)
    left = right = space if space > 0 else middle
    while right < span.end - 1 and text[right].isspace():
        right += 1
    return Span(span.start, left), Span(right, span.end)


def _fitting(
    text: str, spans: Sequence[Span], embedder: Embedder, tokens: int, room: int
) -> list[_Sized]:
    parts = [text[span.start : span.end] for span in spans]
    sizes = zip(spans, count_tokens(parts), embedder.count_pieces(parts), strict=True)
    fitting: list[_Sized] = []
    for span, token_count, piece_count in sizes:
        sized = _Sized(span, token_count, piece_count)
        too_long = sized.tokens > tokens or sized.pieces > room
        if too_long and span.end - span.start > 1:
            fitting += _fitting(text, _halves(text, span), embedder, tokens, room)
        else:
            fitting.append(sized)
    return fitting


def _packed(sized: Sequence[_Sized], tokens: int, room: int) -> Iterator[Span]:
    held: list[_Sized] = []
    for item in sized:
        full = (
            sum(h.tokens for h in held) + item.tokens > tokens
            or sum(h.pieces for h in held) + item.pieces > room
        )
        if held and full:
            yield Span(held[0].span.start, held[-1].span.end)
            held = []
        held.append(item)
    if held:
        yield Span(held[0].span.start, held[-1].span.end)
