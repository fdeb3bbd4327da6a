"""One claim against the passages that it cites."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.language import Parser
from assistant.models.framing import encoder_text, heading, leans
from assistant.models.verifier import Verifier
from assistant.types import Article, Span, Statement
from assistant.verification.attribution import lost_speaker, wrong_speaker
from assistant.verification.figures import wrong_figure
from assistant.verification.objection import Objection
from assistant.verification.quantifiers import wrong_quantity
from assistant.verification.quotes import holds, quoted
from assistant.verification.readings import (
    Encode,
    Reading,
    Source,
    read_claim,
    read_source,
    states,
)
from assistant.verification.unknown_names import unknown_name

_LEAST_COSINE = 0.3  # of the encoder, between a claim and the sentence nearest to it
_SUPPORTED = 0.6  # least probability of the verifier; see docs/design/gate.md
_OWN_WORDS = 0.5  # what a claim's words in a sentence count beside the cosine
_LOOKED_AT = 4  # nearest sentences; one more where it has a name or number that they have not
_TOGETHER = (2, 3)  # of these, the likeliest, that may say it only together

Pair = tuple[Source, Reading]
Ground = tuple[Pair, ...]
RuleFunction = Callable[[Reading, Sequence[Source]], Objection | None]

RULES: Mapping[str, RuleFunction] = {
    "figures": wrong_figure,
    "name": unknown_name,
    "speaker": wrong_speaker,
    "quantity": wrong_quantity,
}
"""What decides alone, by all that is cited (``evals/gate.py --rules`` says how precisely)."""

GROUNDED: Mapping[str, Callable[[Reading, Sequence[Reading]], Objection | None]] = {
    "lost speaker": lost_speaker,
}
"""The same, by the sentences that come nearest to saying it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of checking a claim."""

    ground: Ground
    """The sentences that say it, or that come nearest to saying it; none where a rule objects."""
    objection: Objection | None = None
    """Why it is not supported; None where it is."""
    score: float | None = None
    """The verifier's probability that some cited sentences say it; None where it was not asked."""


class Checker:
    """Holds claims against sources: rules for what is exact, the verifier for the rest.

    Safe to use from several threads.
    """

    def __init__(
        self,
        parser: Parser,
        encode: Encode,
        verifier: Verifier | None,
        rules: Collection[str] = (*RULES, *GROUNDED),
    ) -> None:
        """Make a checker.

        Args:
            parser: reads the grammar of claims.
            encode: texts to unit vectors.
            verifier: judges what the rules let pass; without it they judge alone.
            rules: which of ``RULES`` and ``GROUNDED`` may object.
        """
        self._parser = parser
        self._encode = encode
        self._verifier = verifier
        self._rules = [RULES[name] for name in RULES if name in rules]
        self._grounded = [GROUNDED[name] for name in GROUNDED if name in rules]

    def read(
        self, number: int, article: Article, span: Span, statements: Sequence[Statement]
    ) -> Source:
        """A passage of an article that claims cite by a number, read for checking."""
        return read_source(number, article, span, statements, self._parser, self._encode)

    def check(self, text: str, sources: Sequence[Source], before: str = "") -> Finding:
        """The sentences of the sources that say what a claim says, or why none does.

        Args:
            text: the claim.
            sources: the passages that it cites.
            before: the sentence that it leans on, whose sources are among them; "" for none.
        """
        needed: list[Pair] = []
        for quote in quoted(text):
            place = _holding(quote, sources)
            if place is None:
                return Finding((), Objection("quotation", quote))
            if place not in needed:
                needed.append(place)
        claim = read_claim(text, self._parser)
        if not states(claim):
            return Finding((), Objection("nothing_stated"))
        if objection := next((o for rule in self._rules if (o := rule(claim, sources))), None):
            return Finding((), objection)
        near = self._near(claim, sources)
        if not near and not needed:
            return Finding((), Objection("unrelated"))
        finding = self._judged(f"{before} {text}".strip(), needed, near)
        told = [sentence for _, sentence in finding.ground]
        found = (o for rule in self._grounded if not before and (o := rule(claim, told)))
        return replace(finding, objection=next(found, finding.objection))

    def _judged(self, claim: str, needed: Sequence[Pair], near: Sequence[Pair]) -> Finding:
        """The likeliest of some grounds: what has its quotes, and one to three of the nearest."""
        others = [pair for pair in near if pair not in needed]
        alone = [_in_order([*needed, pair]) for pair in others] or [_in_order(needed)]
        if needed and others:
            alone.insert(0, _in_order(needed))
        if self._verifier is None:
            return Finding(alone[0])
        ranked = _ranked(self._verifier, claim, alone)
        best = [pair for _, ground in ranked for pair in ground if pair not in needed]
        joined = [_in_order([*needed, *best[:n]]) for n in _TOGETHER if len(best) >= n]
        # Of equally likely ones the first: the fewest sentences.
        score, ground = max(
            [*ranked, *_ranked(self._verifier, claim, joined)], key=lambda one: one[0]
        )
        if score < _SUPPORTED:
            return Finding(ground, Objection("verifier"), score)
        return Finding(ground, score=score)

    def _near(self, claim: Reading, sources: Sequence[Source]) -> list[Pair]:
        """The cited sentences nearest to a claim, and one more with a fact that they have not."""
        vector = self._encode([claim.text])[0]
        ranked: list[tuple[float, float, Pair]] = []
        for source in sources:
            for row, sentence in zip(source.vectors, source.sentences, strict=True):
                shared = len(claim.content & sentence.content) / max(1, len(claim.content))
                cosine = float(row @ vector)
                ranked.append((cosine + _OWN_WORDS * shared, cosine, (source, sentence)))
        ranked.sort(key=lambda one: -one[0])
        if not ranked or ranked[0][1] < _LEAST_COSINE:
            return []
        near = [pair for _, _, pair in ranked[:_LOOKED_AT]]
        missing = _facts(claim) - _facts(*(sentence for _, sentence in near))
        more = (pair for _, _, pair in ranked[_LOOKED_AT:] if missing & _facts(pair[1]))
        return [*near, *[one for one in [next(more, None)] if one]]


def _ranked(
    verifier: Verifier, claim: str, grounds: Sequence[Ground]
) -> list[tuple[float, Ground]]:
    """The grounds with the probabilities that they say a claim, the likeliest first."""
    logits = verifier.supports(claim, [_framed(one) for one in grounds])
    scores = [1 / (1 + math.exp(-one)) for one in logits]
    return sorted(zip(scores, grounds, strict=True), key=lambda one: -one[0])


def _in_order(pairs: Sequence[Pair]) -> Ground:
    return tuple(sorted(pairs, key=lambda pair: (pair[0].number, pair[1].start)))


def _framed(ground: Ground) -> str:
    """Sentences as the verifier reads them: what leans on the one before comes with it."""
    told: dict[str, list[str]] = {}  # by headline and day
    for source, sentence in ground:
        own = told.setdefault(heading(source.article), [])
        if leans(sentence.text) and sentence.before not in ("", *own):
            own.append(sentence.before)
        own.append(sentence.text)
    texts = {head: " ".join(" ".join(own).split()) for head, own in told.items()}
    return "\n".join(encoder_text(head, text) for head, text in texts.items())


def _holding(quote: str, sources: Sequence[Source]) -> Pair | None:
    every = ((source, one) for source in sources for one in source.sentences)
    return next(((s, one) for s, one in every if holds(one.text, quote)), None)


def _facts(*readings: Reading) -> set[object]:
    found: set[object] = set()
    for one in readings:
        found |= one.facts.numbers | one.facts.names
    return found
