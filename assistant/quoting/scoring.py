"""How well each sentence serves each part of a question, in the logits of the cross-encoder."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from assistant.language import Entity, Parser, stem, terms
from assistant.models.framing import encoder_text
from assistant.models.reader import Reader
from assistant.quoting.candidates import Candidate
from assistant.quoting.matching import BY_ENTITY, holds, plays, speaks
from assistant.text import words
from assistant.types import AnswerKind, Part, Question, Source

Shares = Callable[[Sequence[str]], Mapping[str, float]]
"""The share of passages that hold each term, from 0 to 1."""

# Measured in docs/design/quoting.md; logits.
_LEANING = 2  # context-dependent sentences that are scored again with the one before
_FOR_A_PART = 13  # best sentences that are scored again for each part of a question
_CONTEXT_COSTS = 2.0  # logits off a score made with the sentence before, which may itself raise it
_ARTICLE_WEIGHT = 0.5
_KIND = 1.5
_STATEMENT = 1.0
_SPEAKER = 2.0
_ROLE = 1.0
_PERIOD = 1.5
_DETAILS: set[AnswerKind] = {"date", "duration", "money", "number", "place"}
_GOES_ON = 2.5  # a continued quotation scores at least as much as the sentence before, less this
_REPORTED_WITHIN = timedelta(7)  # grace time after the period: reports appear later than events

# Without a cross-encoder: a share of the question's words, stretched to the logits' scale.
_WORDS_SCALE = 12.0
_WORDS_ZERO = -6.0
_AROUND_WEIGHT = 0.5
_RAREST = 1e-4  # least share of passages: a rarer word gets no more weight


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence, judged for one part of the question."""

    candidate: Candidate
    relevance: float
    """How well it answers, by the cross-encoder or by words alone."""
    score: float
    """The same with what its article, its kind and its speaker add."""
    timely: bool
    """Whether its article is of the days that the part names; True where it names none."""


class Scorer:
    """Judges sentences."""

    def __init__(self, reader: Reader | None, shares: Shares, parser: Parser) -> None:
        self._reader = reader
        self._shares = shares
        self._parser = parser

    def score(
        self, question: Question, candidates: Sequence[Candidate]
    ) -> list[list[ScoredSentence]]:
        """For each part of the question, the candidates with their scores, best first."""
        whole = self._relevance(question.standalone, candidates)
        entities = self._entities(question, candidates)
        known = set(words(question.standalone))
        scored = []
        for part in question.parts:
            single = len(question.parts) == 1
            own = whole if single else self._for_part(part, candidates, whole)
            judged = [
                _scored(part, one, (a + b) / 2, known, named)
                for one, a, b, named in zip(candidates, whole, own, entities, strict=True)
            ]
            if "statement" in part.kinds:
                judged = _going_on(judged)
            scored.append(sorted(judged, key=lambda s: -s.score))
        return scored

    def _for_part(
        self, part: Part, candidates: Sequence[Candidate], whole: Sequence[float]
    ) -> list[float]:
        """Relevance to a part; only the best sentences for the whole question are scored again."""
        own = list(whole)
        best = sorted(range(len(candidates)), key=lambda n: -whole[n])[:_FOR_A_PART]
        read = self._relevance(part.query, [candidates[n] for n in best])
        for n, logit in zip(best, read, strict=True):
            own[n] = logit
        return own

    def _entities(
        self, question: Question, candidates: Sequence[Candidate]
    ) -> Sequence[Sequence[Entity]]:
        wanted = {kind for part in question.parts for kind in part.kinds}
        if not wanted & BY_ENTITY:
            return [()] * len(candidates)
        return self._parser.entities([one.text for one in candidates])

    def _relevance(self, query: str, candidates: Sequence[Candidate]) -> list[float]:
        if self._reader is None:
            return by_words(self._shares, query, candidates)
        texts = [encoder_text(one.heading, one.text) for one in candidates]
        leaning = [n for n, one in enumerate(candidates) if one.leans][:_LEANING]
        texts += [
            encoder_text(candidates[n].heading, f"{candidates[n].before} {candidates[n].text}")
            for n in leaning
        ]
        logits = self._reader.answers(query, texts)
        scores = logits[: len(candidates)]
        for n, logit in zip(leaning, logits[len(candidates) :], strict=True):
            scores[n] = max(scores[n], logit - _CONTEXT_COSTS)
        return scores


def _scored(
    part: Part,
    candidate: Candidate,
    relevance: float,
    known: set[str],
    entities: Sequence[Entity],
) -> ScoredSentence:
    wanted: list[AnswerKind] = [kind for kind in part.kinds if kind != "statement"]
    fitting = sum(holds(kind, candidate.text, known, entities) for kind in wanted)
    score = relevance + _ARTICLE_WEIGHT * candidate.article_score + _KIND * fitting
    spoken = speaks(part, candidate)
    if "statement" in part.kinds and candidate.statements and not _DETAILS & set(wanted):
        score += _STATEMENT + _SPEAKER * spoken + _ROLE * plays(part, candidate)
    timely = _timely(part, candidate)
    score += _PERIOD * (timely and bool(part.since or part.until))
    return ScoredSentence(candidate, relevance, score, timely)


def _going_on(judged: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    """The same, with higher scores for quotations that continue the speaker of a good sentence."""
    by_text = {one.candidate.text: one for one in judged}
    return [
        replace(one, score=max(one.score, before.score - _GOES_ON))
        if (before := by_text.get(one.candidate.before)) and _same_speaker(before, one)
        else one
        for one in judged
    ]


def _same_speaker(before: ScoredSentence, after: ScoredSentence) -> bool:
    speakers = {statement.speaker for statement in before.candidate.statements}
    return any(
        statement.direct and statement.speaker in speakers
        for statement in after.candidate.statements
    )


def _timely(part: Part, candidate: Candidate) -> bool:
    """True where the article is of the days asked about, or the sentence names their year."""
    if part.since is None and part.until is None:
        return True
    day = candidate.article.published
    years = {str(limit.year) for limit in (part.since, part.until) if limit}
    if years & set(words(candidate.text)):
        return True
    return day is not None and (
        (part.since is None or day >= part.since)
        and (part.until is None or day <= part.until + _REPORTED_WITHIN)
    )


def by_words(shares: Shares, query: str, candidates: Sequence[Candidate]) -> list[float]:
    """Share of the question's words that a sentence holds, weighted by their rarity.

    The weight of a word is log(1 + 1 / share), share being that of the passages that hold it:
    inverse document frequency (K. Spärck Jones, 1972), smoothed so that a word that stands in every
    passage still counts. A word that only the headline or another candidate of its article holds
    counts half.
    """
    weights = _weights(shares, query)
    articles: dict[Source, set[str]] = {}
    for one in candidates:
        articles.setdefault(one.article, _stems(one.heading)).update(_stems(one.text))
    scores = []
    for one in candidates:
        inside, around = _stems(one.text), articles[one.article]
        scores.append(_held(weights, inside) + _AROUND_WEIGHT * _held(weights, around - inside))
    return [_WORDS_ZERO + _WORDS_SCALE * score for score in scores]


def share_held(shares: Shares, query: str, text: str) -> float:
    """Share of a question's words that a text holds, weighted by rarity, from 0 to 1."""
    return _held(_weights(shares, query), _stems(text))


def _weights(shares: Shares, query: str) -> dict[str, float]:
    return {
        stem(term): math.log1p(1 / max(share, _RAREST))
        for term, share in shares(terms(query)).items()
    }


def _held(weights: Mapping[str, float], stems: set[str]) -> float:
    total = sum(weights.values()) or 1.0  # a question may be all punctuation
    return sum(weight for word, weight in weights.items() if word in stems) / total


def _stems(text: str) -> set[str]:
    return {stem(word) for word in words(text)}
