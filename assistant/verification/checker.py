"""One claim against the passages that it cites."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.language import Parser
from assistant.language.facts import facts
from assistant.models.framing import encoder_text, heading
from assistant.models.verifier import Verifier
from assistant.types import Article, Span, Statement
from assistant.verification.alignment import Alignment, align, know, unsaid
from assistant.verification.attribution import wrong_speaker
from assistant.verification.embedding_cache import EmbeddingCache, Encode
from assistant.verification.figures import wrong_figure
from assistant.verification.modality import wrong_certainty
from assistant.verification.polarity import wrong_polarity
from assistant.verification.quantifiers import wrong_quantity
from assistant.verification.quotes import holds, quoted
from assistant.verification.readings import Reading, Source, read_claim, read_source, states
from assistant.verification.semantic_roles import swapped
from assistant.verification.unknown_names import unknown_name
from assistant.verification.word_order import altered

_LEAST_COSINE = 0.3  # of the encoder, between a claim and the sentence nearest to it
_SUPPORTED = -2.0  # least logit of the verifier; see docs/design/gate.md
_OWN_WORDS = 0.5  # what a claim's words in a sentence count beside the cosine
_LOOKED_AT = 4  # sentences that may complete the nearest one
_AS_NEAR = 0.1  # if the second sentence scores at most this much lower, it is tried alone

Pair = tuple[Source, Reading]


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of checking a claim."""

    ground: tuple[Pair, ...]
    """The sentences that say it; none where no cited sentence does."""
    reason: str = ""
    """Why it is not supported, for the reader; empty where it is."""


class Checker:
    """Holds claims against sources by rules; safe to use from several threads."""

    def __init__(self, parser: Parser, encode: Encode, verifier: Verifier | None) -> None:
        """Make a checker.

        Args:
            parser: reads the grammar of claims.
            encode: texts to unit vectors.
            verifier: turns away what the sentences do not say; without it the rules judge alone.
        """
        self._parser = parser
        self._encode = EmbeddingCache(encode)
        self._verifier = verifier

    def read(
        self, number: int, article: Article, span: Span, statements: Sequence[Statement]
    ) -> Source:
        """A passage of an article that claims cite by a number, read for checking."""
        source = read_source(number, article, span, statements, self._parser, self._encode)
        know(source.sentences, self._encode)
        return source

    def check(self, text: str, sources: Sequence[Source]) -> Finding:
        """The sentences of the sources that say what a claim says, or why none does."""
        needed: list[Pair] = []
        for quote in quoted(text):
            place = _holding(quote, sources)
            if place is None:
                return Finding((), f"these words are not in the source: “{quote}”")
            if place not in needed:
                needed.append(place)
        claim = read_claim(text, self._parser)
        if not states(claim):
            return Finding((), "it states nothing")
        first = "no cited sentence is near it"
        for number, pairs in enumerate(self._grounds(claim, sources, needed)):
            objection = self._objection(claim, pairs)
            if objection is None:
                return Finding(tuple(pairs))
            first = first if number else objection
        return Finding((), first)

    def _grounds(
        self, claim: Reading, sources: Sequence[Source], needed: list[Pair]
    ) -> Iterator[list[Pair]]:
        """Candidate evidence: sentences with its quotes, else the nearest; then with one more."""
        ranked = self._ranked(claim, sources)
        if not ranked or (ranked[0][1] < _LEAST_COSINE and not needed):
            return
        pairs = [pair for _, _, pair in ranked]
        base = needed or pairs[:1]
        missing = _facts(claim) - _facts(*(sentence for _, sentence in base))
        others = pairs[:_LOOKED_AT]
        others += [pair for pair in pairs[_LOOKED_AT:] if missing & _facts(pair[1])]
        yield base
        yield from ([*base, other] for other in self._adding(claim, base, others))
        if not needed and len(ranked) > 1 and ranked[1][0] > ranked[0][0] - _AS_NEAR:
            first, second = align(claim, pairs[:2], self._encode)
            if len(second.given) >= len(first.given):
                yield pairs[1:2]

    def _adding(
        self, claim: Reading, base: Sequence[Pair], others: Sequence[Pair]
    ) -> Iterator[Pair]:
        """The other sentences that match words of the claim, but names, which ``base`` does not."""
        rest = [other for other in others if other not in base]
        found = align(claim, [*base, *rest], self._encode)
        given = frozenset[int]().union(*(one.given for one in found[: len(base)]))
        tokens = claim.parse.tokens
        for pair, one in zip(rest, found[len(base) :], strict=True):
            if any(tokens[n].tag[:3] != "NNP" for n in one.given - given - claim.frame):
                yield pair

    def _ranked(self, claim: Reading, sources: Sequence[Source]) -> list[tuple[float, float, Pair]]:
        vector = self._encode([claim.text])[0]
        mine = {claim.stems[n] for n in claim.content}
        ranked = []
        for source in sources:
            for row, sentence in zip(source.vectors, source.sentences, strict=True):
                shared = mine & {sentence.stems[n] for n in sentence.content}
                cosine = float(row @ vector)
                score = cosine + _OWN_WORDS * len(shared) / max(1, len(mine))
                ranked.append((score, cosine, (source, sentence)))
        return sorted(ranked, key=lambda one: -one[0])

    def _objection(self, claim: Reading, pairs: Sequence[Pair]) -> str | None:
        ground = align(claim, pairs, self._encode)
        carrier = max(ground, key=lambda one: len(one.given - claim.frame))
        return (
            wrong_figure(claim, ground)
            or wrong_quantity(claim, ground)
            or unknown_name(claim, ground)
            or wrong_polarity(claim, ground)
            or wrong_certainty(claim, ground)
            or wrong_speaker(claim, carrier, ground)
            or swapped(claim, ground)
            or altered(claim, ground)
            or unsaid(claim, ground, self._encode)
            or self._unsupported(claim, ground)
        )

    def _unsupported(self, claim: Reading, ground: Sequence[Alignment]) -> str | None:
        if self._verifier is None:
            return None
        text = " ".join(one.sentence.text for one in ground)
        framed = encoder_text(heading(ground[0].source.article), text)
        (logit,) = self._verifier.supports(claim.text, [framed])
        return "the source does not say so" if logit < _SUPPORTED else None


def _holding(quote: str, sources: Sequence[Source]) -> Pair | None:
    every = ((source, one) for source in sources for one in source.sentences)
    return next(((s, one) for s, one in every if holds(one.text, quote)), None)


def _facts(*readings: Reading) -> set[object]:
    found: set[object] = set()
    for one in readings:
        held = facts(one.text)
        found |= held.numbers | held.names
    return found
