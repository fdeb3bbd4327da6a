"""How far a word such as "not" or "may" reaches in its sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.verification.readings import Reading

_RULES = 0.5  # share of matched tokens or content words that makes a marker apply
_APART = frozenset({"conj", "parataxis", "advcl", "relcl", "appos"})
_CONDITIONS = frozenset({"if", "unless", "provided"})


@dataclass(frozen=True, slots=True)
class Marker:
    """A negating or modal word, with its scope."""

    place: int
    """Its token."""
    scope: frozenset[int]
    """The tokens that it reaches."""
    content: frozenset[int]
    """The content words in the scope, without the word itself."""


def markers(reading: Reading, places: Iterable[int]) -> list[Marker]:
    """A marker for the word at each place; its scope is the clause of the verb that governs it."""
    found = []
    for place in places:
        scope = frozenset(_clause(reading, place))
        found.append(Marker(place, scope, scope & set(reading.content) - {place}))
    return found


def rules(marker: Marker, matched: frozenset[int]) -> bool:
    """True where the scope has half of the matched tokens, or as many as half its content words."""
    reached = len(marker.scope & matched)
    return reached > 0 and reached >= _RULES * min(len(matched), len(marker.content))


def _clause(reading: Reading, place: int) -> list[int]:
    parse, tokens = reading.parse, reading.parse.tokens
    head = place
    while not tokens[head].is_verb and tokens[head].head != head:
        head = tokens[head].head
    if tokens[head].dep in ("aux", "auxpass"):
        head = tokens[head].head
    if tokens[place].text.casefold() in _CONDITIONS:
        head = tokens[head].head  # what the condition is set for
    above = _above(reading, place) | set(parse.children(place))
    apart = [
        n
        for n in parse.subtree(head)
        if n not in above and tokens[n].dep in _APART and not _shares_subject(reading, n)
    ]
    return parse.subtree(head, without=[n for n in apart if n != head])


def _shares_subject(reading: Reading, place: int) -> bool:
    """True for a conjunct without a subject: "offer" in "will visit schools and offer help"."""
    own = reading.parse.children(place, "nsubj", "nsubjpass")
    return reading.parse.tokens[place].dep == "conj" and not own


def _above(reading: Reading, place: int) -> set[int]:
    tokens, found = reading.parse.tokens, {place}
    while tokens[place].head != place:
        place = tokens[place].head
        found.add(place)
    return found


def tokens_in(reading: Reading, spans: Sequence[tuple[int, int]]) -> list[int]:
    """Places of the tokens that begin within stretches of the text."""
    return [
        n
        for n, token in enumerate(reading.parse.tokens)
        if any(start <= token.start < end for start, end in spans)
    ]
