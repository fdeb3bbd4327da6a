"""How well each sentence answers each part of a question, in logits of the reader."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.language import stem, terms
from assistant.models.reader import Reader
from assistant.quoting.candidates import Candidate
from assistant.text import is_damaged, words
from assistant.types import Part, Question, Source

Shares = Callable[[Sequence[str]], Mapping[str, float]]
"""The share of passages that hold each term, from 0 to 1."""

_INSIDE = 2.0  # logits for an article of the days that the question names
_TOLD = 1.5  # logits less for a sentence that the answer before a follow-up has shown
_LEANING = 0.5  # logits less for a sentence that needs the one before it
_DAMAGE = 4.0  # logits less for a sentence with remains of markup
_ARTICLE = 0.22  # weight of the article's score, as the confidence weighs it (confidence.json)

_BRACKETS = re.compile(r"\s?\[[^\]]*\]")  # citation numbers, and what was put beside a sentence

# Without a reader: a share of the question's words, stretched to the scale of logits.
_WORDS_SCALE = 6.0
_WORDS_ZERO = -3.0
_AROUND_WEIGHT = 0.5
_RAREST = 1e-4  # least share of passages: a rarer word gets no more weight


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence, judged for one part of the question."""

    candidate: Candidate
    logit: float
    """How well it answers, by the reader or by words alone."""
    favour: float = 0.0
    """What makes it more welcome than others that answer as well, in logits."""

    @property
    def score(self) -> float:
        """The same with what its article's best passage adds, and with the favour."""
        return self.logit + _ARTICLE * self.candidate.article_score + self.favour

    @property
    def day(self) -> date:
        """When its article was published."""
        return self.candidate.article.published or date.min


class Scorer:
    """Judges sentences."""

    def __init__(self, reader: Reader | None, shares: Shares) -> None:
        self._reader = reader
        self.shares = shares
        """How many passages hold each term."""

    def score(
        self, question: Question, candidates: Sequence[Candidate], most: int | None = None
    ) -> list[list[ScoredSentence]]:
        """For each part of the question, the candidates with their scores, best first.

        Args:
            question: as it was understood.
            candidates: those of the best passages first.
            most: how many are judged; of more, those that share the part's words.
        """
        told, goes_on = _told_before(question), follows(question)
        ranked = []
        for part in question.parts:
            own = [one for one in candidates if one.article.id not in part.but]
            listed = self._shortlist(part.query, own, most)
            ranked.append(self._ranked(part, listed, told, goes_on and not part.but))
        return ranked

    def _shortlist(
        self, query: str, candidates: Sequence[Candidate], most: int | None
    ) -> Sequence[Candidate]:
        """So many candidates: the first ones, and as many that share most words with a query."""
        if most is None or len(candidates) <= most:
            return candidates
        first, others = candidates[: most // 2], candidates[most // 2 :]
        shared = by_words(self.shares, query, others)
        best = sorted(range(len(others)), key=lambda place: -shared[place])[: most - len(first)]
        return [*first, *(others[place] for place in sorted(best))]

    def _ranked(
        self, part: Part, candidates: Sequence[Candidate], told: str, follows: bool
    ) -> list[ScoredSentence]:
        logits = self._logits(part.query, candidates)
        if follows:  # by itself, too, so that it is not the question before that is answered
            alone = self._logits(part.text, candidates)
            logits = [(one + other) / 2 for one, other in zip(logits, alone, strict=True)]
        favours = [
            favour(one, part) - _TOLD * (" ".join(words(one.text)) in told) for one in candidates
        ]
        return sorted(map(ScoredSentence, candidates, logits, favours), key=lambda one: -one.score)

    def _logits(self, query: str, candidates: Sequence[Candidate]) -> list[float]:
        if self._reader is None:
            return by_words(self.shares, query, candidates)
        return self._reader.answers(query, [one.framed for one in candidates])


def favour(candidate: Candidate, part: Part) -> float:
    """More for what was published on the days that the question names.

    Less for damaged text, and for what cannot be read by itself.
    """
    day = candidate.article.published
    named = part.since or part.until
    inside = day and (part.since or day) <= day <= (part.until or day)
    harm = _DAMAGE * is_damaged(candidate.text) + _LEANING * candidate.leans
    return (_INSIDE if named and inside else 0.0) - harm


def follows(question: Question) -> bool:
    """Whether a question leans on the one before it."""
    return bool(question.history) and question.standalone not in ("", question.text)


def _told_before(question: Question) -> str:
    """The words of the answer that a follow-up goes on from; none for a new question."""
    answer = question.history[-1].answer if follows(question) else ""
    return " ".join(words(_BRACKETS.sub("", answer)))


def by_words(shares: Shares, query: str, candidates: Sequence[Candidate]) -> list[float]:
    """Share of the question's words that a sentence holds, weighted by their rarity.

    The weight of a word is log(1 + 1 / share), share being that of the passages that hold it:
    inverse document frequency (K. Spärck Jones, 1972), smoothed so that a word that stands in every
    passage still counts. A word that only the headline or another candidate of its article holds
    counts half.
    """
    weights = {
        stem(term): math.log1p(1 / max(share, _RAREST))
        for term, share in shares(terms(query)).items()
    }
    articles: dict[Source, set[str]] = {}
    for one in candidates:
        articles.setdefault(one.article, _stems(one.heading)).update(_stems(one.text))
    scores = []
    for one in candidates:
        inside, around = _stems(one.text), articles[one.article]
        scores.append(_held(weights, inside) + _AROUND_WEIGHT * _held(weights, around - inside))
    return [_WORDS_ZERO + _WORDS_SCALE * score for score in scores]


def _held(weights: Mapping[str, float], stems: set[str]) -> float:
    total = sum(weights.values()) or 1.0  # a question may be all punctuation
    return sum(weight for word, weight in weights.items() if word in stems) / total


def _stems(text: str) -> set[str]:
    return {stem(word) for word in words(text)}
