"""Choose an answer's sentences: cover each part, avoid near-duplicates, and order them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from assistant.models.embedding import Vectors
from assistant.quoting.candidates import Candidate
from assistant.quoting.scoring import ScoredSentence
from assistant.text import words
from assistant.types import Order

Encode = Callable[[Sequence[str]], Vectors]
"""Texts to unit vectors, a row each."""

_BEHIND = 6.0  # logits; a sentence that scores this far below the best of its part is left out
_BEHIND_LATER = 4.0  # the same, once ``_FREELY`` sentences a part are chosen
_FREELY = 3  # sentences a part that are chosen by the wider margin
_STRETCH = 1.3  # the first sentence of a part may go so far over the limit of words
_ALIKE = 0.8  # cosine from which a sentence says what another has said
_SHARED = 0.5  # of the shorter one's words; sentences with less in common get no vectors
_REPEATS = 10.0  # penalty in logits for each unit of cosine above ``_ALIKE``
_RANKED = 12  # sentences of a part that are looked at
_PRONOUN = re.compile(r"[\W_]*(?:(?:but|and|also|however,?) )?(?:he|she|they|it)\b", re.IGNORECASE)
_LATEST = 3.0  # logits that the newest article is given where the latest is wanted


def choose(
    ranked: Sequence[Sequence[ScoredSentence]],
    encode: Encode,
    most: int,
    most_words: int,
    order: Order,
) -> list[ScoredSentence]:
    """Choose sentences for each part in turn by maximal marginal relevance.

    Each step takes the best score less a penalty for similarity to what is chosen (J. Carbonell
    and J. Goldstein, 1998). It stops at ``most`` sentences and one more for each further part, at
    ``most_words`` words, or when the rest score far below the best of their part.

    Args:
        ranked: for each part, its sentences, best first.
        encode: makes the sentence vectors.
        most: sentences of an answer to one part.
        most_words: words of an answer; a single sentence may have more.
        order: "latest" favours the newest article.
    """
    pools = [_pool(part, order) for part in ranked]
    texts = list(dict.fromkeys(one.candidate.text for pool in pools for one in pool))
    near = _near(texts)
    vectors = dict(zip(near, encode(near), strict=True)) if near else {}
    chosen: list[ScoredSentence] = []
    spent = 0
    open_parts = list(range(len(pools)))
    least = [pool[0].score - _BEHIND if pool else 0.0 for pool in pools]
    while open_parts and len(chosen) < most + len(pools) - 1:
        part = open_parts.pop(0)
        first = len(chosen) < len(pools)
        room = most_words * (_STRETCH if first else 1.0) - spent
        if len(chosen) >= _FREELY * len(pools):
            least[part] = pools[part][0].score - _BEHIND_LATER
        found = _next(pools[part], chosen, vectors, least[part], room)
        if found is not None:
            chosen.append(found)
            spent += len(words(found.candidate.text))
            open_parts.append(part)
    return _joined(chosen, ranked, most_words - spent)


def _joined(
    chosen: list[ScoredSentence], ranked: Sequence[Sequence[ScoredSentence]], room: float
) -> list[ScoredSentence]:
    """The same with the sentence before one that begins with a pronoun, where there is room."""
    known = {one.candidate.text: one for part in ranked for one in part}
    for one in list(chosen):
        before = known.get(one.candidate.before)
        if before is None or not _PRONOUN.match(one.candidate.text):
            continue
        size = len(words(before.candidate.text))
        if before.candidate not in [other.candidate for other in chosen] and size <= room:
            chosen.append(before)
            room -= size
    return chosen


def _near(texts: Sequence[str]) -> list[str]:
    """The texts that share so many words with another that they may say the same."""
    held = {text: set(words(text)) for text in texts}
    return [
        one
        for one in texts
        if any(
            other != one
            and len(held[one] & held[other]) >= _SHARED * min(len(held[one]), len(held[other]))
            for other in texts
        )
    ]


def _follows(one: Candidate, other: Candidate) -> bool:
    return one.article == other.article and one.before == other.text and one.start > other.start


def _pool(part: Sequence[ScoredSentence], order: Order) -> list[ScoredSentence]:
    if order == "latest":
        raised = [replace(o, score=o.score + _LATEST * _is_newest(o, part)) for o in part]
        part = sorted(raised, key=lambda one: -one.score)
    return list(part[:_RANKED])


def _is_newest(one: ScoredSentence, part: Sequence[ScoredSentence]) -> bool:
    days = [_day(other.candidate) for other in part if other.score >= part[0].score - _BEHIND]
    return _day(one.candidate) == max(days)


def _day(candidate: Candidate) -> date:
    return candidate.article.published or date.min


def _next(
    pool: Sequence[ScoredSentence],
    chosen: Sequence[ScoredSentence],
    vectors: dict[str, Vectors],
    least: float,
    room: float,
) -> ScoredSentence | None:
    """The best of the pool that is not chosen, not far behind and not too long."""
    taken = [one.candidate for one in chosen]
    best, best_score = None, least
    for one in pool:
        too_long = bool(chosen) and len(words(one.candidate.text)) > room
        if one.candidate in taken or too_long:
            continue
        alike = max(
            (
                float(np.dot(vectors[one.candidate.text], vectors[other.text]))
                for other in taken
                if one.candidate.text in vectors and other.text in vectors
            ),
            default=0.0,
        )
        score = one.score - _REPEATS * max(0.0, alike - _ALIKE)
        if score >= best_score and (best is None or score > best_score):
            best, best_score = one, score
    return best


def in_order(chosen: Sequence[ScoredSentence], order: Order) -> list[ScoredSentence]:
    """Order sentences as they were chosen or, for ``order`` "date", by date and position.

    A context-dependent sentence is put right after the one before it, if both were chosen.
    """
    placed = list(chosen)
    if order == "date":
        placed.sort(
            key=lambda one: (
                _day(one.candidate),
                one.candidate.article.id,
                one.candidate.start,
            )
        )
    leaning = [one for one in chosen if one.candidate.leans]
    for one in sorted(leaning, key=lambda one: one.candidate.start):
        before = next((o for o in placed if _follows(one.candidate, o.candidate)), None)
        if before is not None:
            placed.remove(one)
            placed.insert(placed.index(before) + 1, one)
    return placed
