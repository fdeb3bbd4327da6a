"""The quoting writer: an answer made of the articles' own sentences."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.answering.evidence import Draft, DraftClaim, Quote
from assistant.archive.passages import encoder_text, heading
from assistant.models import Reranker
from assistant.retrieval import stem, terms
from assistant.settings import AnswerSettings
from assistant.text import sentences, words
from assistant.types import Evidence, Question

_READ = 5  # passages whose sentences are judged
_SHORTEST = 3  # words; less is a heading or a caption

# Measured on answerable questions and on the same questions with their articles left out: see
# docs/design/quoting.md. Logits of the cross-encoder.
_ANSWERS = -3.5
_RELATED = -7.0
_PASSAGE_WEIGHT = 0.5
_BEHIND = 6.0  # a sentence so far behind the best adds nothing to it

# Shares of the question's words, rare ones counting more, where there is no cross-encoder.
_ANSWERS_WORDS = 0.22
_RELATED_WORDS = 0.12
_HEADING_WEIGHT = 0.5
_BEHIND_WORDS = 0.35
_RAREST = 1e-4  # share of passages below which rarity says no more


@dataclass(frozen=True, slots=True)
class _Candidate:
    evidence: Evidence
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _Judgement:
    """What a judge says of the candidates, on its own scale."""

    scores: Sequence[float]
    confidence: float
    answers: bool
    related: bool
    behind: float


class QuotingWriter:
    """Quotes the sentences that answer, best first."""

    def __init__(
        self,
        reranker: Reranker | None,
        shares: Callable[[Sequence[str]], Mapping[str, float]],
        settings: AnswerSettings,
    ) -> None:
        """Make a writer.

        Args:
            reranker: judges sentences; without it the choice is by words.
            shares: share of passages that hold each term, from 0 to 1.
            settings: how many sentences to quote.
        """
        self._reranker = reranker
        self._shares = shares
        self._settings = settings

    def write(self, question: Question, evidence: Sequence[Evidence]) -> Draft:
        """A draft whose every claim is a whole sentence of the evidence, or an empty one."""
        candidates = list(_candidates(evidence))
        if not candidates:
            return Draft((), 0.0, related=False)
        text = question.standalone or question.text
        if self._reranker is not None:
            judgement = _by_meaning(self._reranker, text, candidates)
        else:
            judgement = _by_words(self._shares, text, candidates)
        if not judgement.answers:
            return Draft((), judgement.confidence, judgement.related)
        chosen = _choose(candidates, judgement, self._settings.sentences)
        return Draft(tuple(map(_claim, chosen)), judgement.confidence, related=True)


def _candidates(evidence: Sequence[Evidence]) -> Iterator[_Candidate]:
    for item in evidence[:_READ]:
        passage = item.hit.passage
        for span in sentences(passage.text):
            text = passage.text[span.start : span.end]
            if len(words(text)) >= _SHORTEST:
                start = passage.start + span.start
                yield _Candidate(item, start, start + len(text), text)


def _by_meaning(reranker: Reranker, question: str, candidates: Sequence[_Candidate]) -> _Judgement:
    texts = [encoder_text(heading(c.evidence.hit.passage.article), c.text) for c in candidates]
    logits = reranker.score(question, texts)
    passages = [candidate.evidence.hit.score for candidate in candidates]
    best = max(max(logits), max(passages))
    return _Judgement(
        scores=[a + _PASSAGE_WEIGHT * b for a, b in zip(logits, passages, strict=True)],
        confidence=1 / (1 + math.exp(-best)),  # the cross-encoder was trained with this link
        answers=best >= _ANSWERS,
        related=best >= _RELATED,
        behind=_BEHIND,
    )


def _by_words(
    shares: Callable[[Sequence[str]], Mapping[str, float]],
    question: str,
    candidates: Sequence[_Candidate],
) -> _Judgement:
    """Share of the question's words that a sentence holds, weighted by their rarity.

    The weight of a word is log(1 + 1 / share), share being that of the passages that hold it:
    inverse document frequency (K. Spärck Jones, 1972), smoothed so that a word that stands in every
    passage still counts. A word of the heading counts half.
    """
    weights = {
        stem(term): math.log1p(1 / max(share, _RAREST))
        for term, share in shares(terms(question)).items()
    }
    total = sum(weights.values()) or 1.0  # a question may be all punctuation

    def covered(stems: set[str]) -> float:
        return sum(weight for word, weight in weights.items() if word in stems) / total

    scores, reached = [], 0.0
    for candidate in candidates:
        passage = candidate.evidence.hit.passage
        inside, above = _stems(candidate.text), _stems(passage.article.title)
        scores.append(covered(inside) + _HEADING_WEIGHT * covered(above - inside))
        reached = max(reached, covered(_stems(passage.text) | above))
    return _Judgement(
        scores=scores,
        confidence=reached,
        answers=reached >= _ANSWERS_WORDS,
        related=reached >= _RELATED_WORDS,
        behind=_BEHIND_WORDS,
    )


def _stems(text: str) -> set[str]:
    return {stem(word) for word in words(text)}


def _choose(candidates: Sequence[_Candidate], judgement: _Judgement, most: int) -> list[_Candidate]:
    ranked = sorted(
        zip(judgement.scores, candidates, strict=True),
        key=lambda pair: (-pair[0], pair[1].evidence.number, pair[1].start),
    )
    least = ranked[0][0] - judgement.behind
    chosen: dict[str, _Candidate] = {}  # by its words: a sentence said twice adds nothing
    for score, candidate in ranked:
        if score >= least and len(chosen) < most:
            chosen.setdefault(" ".join(words(candidate.text)), candidate)
    return list(chosen.values())


def _claim(candidate: _Candidate) -> DraftClaim:
    quote = Quote(candidate.evidence.number, candidate.text, candidate.start, candidate.end)
    return DraftClaim(" ".join(candidate.text.split()), (quote,))
