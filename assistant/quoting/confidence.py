"""Decide whether the evidence answers, by a logistic model (fitted by evals/fit_confidence.py).

Relevant evidence need not hold the answer. The model separates questions that the archive covers
from those it does not; three rules (``lacks``) catch some that the archive covers only in part.
What else was tried is in docs/design/quoting.md.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.quoting.matching import names_role, person_of, said_only, says
from assistant.quoting.scoring import ScoredSentence, Shares, share_held
from assistant.types import Evidence, Part, Question

_FILE = Path(__file__).with_name("confidence.json")
_TEN = 10.0  # logits
_PLANNED = re.compile(
    r"\b(?:due|plan\w*|expect\w*|schedul\w+|hop\w+|will|going to|promis\w+|intend\w*|supposed)\b",
    re.IGNORECASE,
)
_NOTHING = -11.0  # score of an unrelated passage, used if there is no other article


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the evidence answers."""

    confidence: float
    """From 0 to 1: how likely it answers the question."""
    answers: bool
    """Whether that is enough."""
    related: bool
    """Whether the evidence has to do with the question at all."""
    missing: tuple[bool, ...]
    """For each part of the question, whether it is left unanswered."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The fitted numbers."""

    weights: Mapping[str, float]
    """Logits per unit of each feature."""
    bias: float
    """Logit where every feature is 0."""
    answers: float
    """Least confidence for an answer."""
    part: float
    """Least confidence for a part to count as answered, if the question is answered at all."""
    related: float
    """Least score of the best sentence for evidence that has to do with the question."""


@cache
def fitted(reranked: bool) -> Numbers:
    """The numbers that the package ships, for scores of the cross-encoder or of words."""
    values = json.loads(_FILE.read_text(encoding="utf-8"))
    return Numbers(**values["reranked" if reranked else "by_words"])


class Confidence:
    """Judges whether the evidence answers."""

    def __init__(self, numbers: Numbers, shares: Shares) -> None:
        """Make a judge.

        Args:
            numbers: the fitted numbers.
            shares: share of passages that hold each term, from 0 to 1.
        """
        self._numbers = numbers
        self._shares = shares

    def judge(
        self,
        question: Question,
        evidence: Sequence[Evidence],
        ranked: Sequence[Sequence[ScoredSentence]],
    ) -> Verdict:
        """Whether the best sentences for each part answer it.

        Args:
            question: as understood.
            evidence: what was read, best first.
            ranked: for each part, the sentences, best first.
        """
        asked = list(zip(question.parts, ranked, strict=True))
        lacking = [lacks(*one) for one in asked]
        logits = [
            self._logit(features(part, evidence, sentences, self._shares))
            for part, sentences in asked
        ]
        able = [logit for logit, lack in zip(logits, lacking, strict=True) if not lack]
        best = _logistic(max(able or logits))
        answers = bool(able) and best >= self._numbers.answers
        missing = tuple(
            lack or not answers or _logistic(logit) < self._numbers.part
            for logit, lack in zip(logits, lacking, strict=True)
        )
        return Verdict(
            confidence=best if able else min(best, self._numbers.answers / 2),
            answers=answers,
            related=max(one.relevance for part in ranked for one in part) >= self._numbers.related,
            missing=missing,
        )

    def _logit(self, seen: Mapping[str, float]) -> float:
        weights = self._numbers.weights
        return self._numbers.bias + sum(weights[name] * value for name, value in seen.items())


def features(
    part: Part, evidence: Sequence[Evidence], ranked: Sequence[ScoredSentence], shares: Shares
) -> dict[str, float]:
    """What the model sees of a part; a feature that does not apply is 0.

    ``passage`` and ``sentence`` are the best scores, ``gap`` how far the best article is ahead of
    the next, each in tens of logits; ``words`` is the share of the question's words, weighted by
    rarity, that the best article holds, from -1 to 1; ``period`` is 1 where the best article is of
    the days asked about, -1 where it is not.
    """
    best = ranked[0]
    article = best.candidate.article
    others = [e.hit.score for e in evidence if e.hit.passage.article.id != article.id]
    texts = [e.hit.passage.text for e in evidence if e.hit.passage.article.id == article.id]
    held = share_held(shares, part.query, "\n".join([article.title, *texts]))
    return {
        "passage": best.candidate.article_score / _TEN,
        "sentence": max(one.relevance for one in ranked) / _TEN,
        "gap": (best.candidate.article_score - max(others, default=_NOTHING)) / _TEN,
        "words": 2 * held - 1,
        "period": _sign(best.timely) if part.since or part.until else 0.0,
    }


def lacks(part: Part, ranked: Sequence[ScoredSentence]) -> bool:
    """True if the best article cannot answer the part, however relevant it is.

    The part asks for the words of a person whom the article does not quote, for the name of
    somebody in a role ("the captain") that no sentence mentions together with a new name, or for
    what happened (not: was planned) after the article was published.
    """
    best = ranked[0].candidate.article
    read = [one.candidate for one in ranked]
    read = [one for one in read if one.article == best]
    # only where words are asked for: "When did Bo Lindt die?" needs no statement by him
    persons = [name for name in map(person_of, part.speakers) if name and said_only(part)]
    if persons and not any(says(name, one) for name in persons for one in read):
        return True
    of_later = part.since and part.until and best.published and best.published < part.since
    if of_later and not _PLANNED.search(part.query):
        return not any(one.timely for one in ranked if one.candidate in read)
    return part.role is not None and not any(names_role(part.role, part.query, one) for one in read)


def _sign(yes: bool) -> float:
    return 1.0 if yes else -1.0


def _logistic(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))
