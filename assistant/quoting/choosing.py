"""Choose an answer's sentences: cover each part, avoid near-duplicates, and order them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from assistant.models.embedding import Vectors
from assistant.quoting.candidates import Candidate
from assistant.quoting.scoring import ScoredSentence
from assistant.text import words
from assistant.types import Order

Encode = Callable[[Sequence[str]], Vectors]
"""Texts to unit vectors, a row each."""


@dataclass(frozen=True, slots=True)
class Adding:
    """What may follow the best sentence of a part."""

    behind: float
    """Logits by which it may score below the best."""
    least: float
    """Logit that it has at least."""


_BEHIND = 4.0  # logits; a sentence that scores this far below the best of its part is left out
ANY = Adding(_BEHIND, -math.inf)
TO_A_FACT = Adding(2.0, -2.0)  # which one sentence tells
TO_WORDS = Adding(_BEHIND, -1.0)
_STRETCH = 1.3  # the first sentence of a part may go so far over the limit of words
_ALIKE = 0.8  # cosine from which a sentence says what another has said
_SHARED = 0.5  # of the shorter one's words; sentences with less in common do not repeat
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
    adding: Adding = ANY,
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
        adding: what may follow the best sentence of a part.
    """
    pools = [_pool(part, order) for part in ranked]
    alike = _likeness(encode)
    chosen: list[ScoredSentence] = []
    open_pools = list(pools)
    turn = 0
    while open_pools and len(chosen) < most + len(pools) - 1:
        pool, first, turn = open_pools.pop(0), turn < len(pools), turn + 1  # of its part
        if first and adding is not ANY and _is_among(pool[0], chosen):
            continue  # another part's sentence answers it as well: "who won, and by how much?"
        room = most_words * (_STRETCH if first else 1.0) - _size(chosen)
        found = _next(pool if first else _added(pool, adding), chosen, alike, room)
        if found is not None:
            chosen.append(found)
            open_pools.append(pool)
    return _joined(chosen, ranked, most_words - _size(chosen))


def _likeness(encode: Encode) -> Callable[[str, str], float]:
    """The cosine of two sentences; 0 where they share few words, which costs no vectors."""

    @cache
    def alike(one: str, other: str) -> float:
        mine, theirs = set(words(one)), set(words(other))
        if len(mine & theirs) < _SHARED * min(len(mine), len(theirs)):
            return 0.0
        first, second = encode([one, other])
        return float(first @ second)

    return alike


def _size(chosen: Sequence[ScoredSentence]) -> int:
    return sum(len(words(one.candidate.text)) for one in chosen)


def _joined(
    chosen: list[ScoredSentence], ranked: Sequence[Sequence[ScoredSentence]], room: float
) -> list[ScoredSentence]:
    """The same with the sentence before one that begins with a pronoun, where there is room."""
    for one in list(chosen):
        own = [part for part in ranked if any(one is other for other in part)] or ranked
        texts = (other for part in own for other in part)
        preceding = (o for o in texts if o.candidate.text == one.candidate.before)
        before = next(preceding, None) if _hangs(one) else None
        if before and not _is_among(before, chosen) and _size([before]) <= room:
            chosen.append(before)
            room -= _size([before])
    return chosen


def _pool(part: Sequence[ScoredSentence], order: Order) -> list[ScoredSentence]:
    """The best sentences of a part, as far as they are not far behind the very best."""
    if order == "latest":
        newest = max(o.day for o in part if o.score >= part[0].score - _BEHIND)
        raised = [replace(o, logit=o.logit + _LATEST * (o.day == newest)) for o in part]
        part = sorted(raised, key=lambda one: -one.score)
    return [one for one in part[:_RANKED] if one.score >= part[0].score - _BEHIND]


def _added(pool: Sequence[ScoredSentence], adding: Adding) -> list[ScoredSentence]:
    """The best of a pool, and what may follow it."""
    first, *others = pool
    near = (one for one in others if one.score >= first.score - adding.behind)
    return [first, *(one for one in near if one.logit >= adding.least)]


def _next(
    pool: Sequence[ScoredSentence],
    chosen: Sequence[ScoredSentence],
    alike: Callable[[str, str], float],
    room: float,
) -> ScoredSentence | None:
    """The best of the pool that is not chosen, repeats little and is not too long."""
    fresh = [
        one for one in pool if not _is_among(one, chosen) and (not chosen or _size([one]) <= room)
    ]

    def worth(one: ScoredSentence) -> float:
        text = one.candidate.text
        nearest = max((alike(text, other.candidate.text) for other in chosen), default=0.0)
        return one.score - _REPEATS * max(0.0, nearest - _ALIKE)

    best = max(fresh, key=worth, default=None)
    return best if best and worth(best) >= pool[0].score - _BEHIND else None


def _is_among(one: ScoredSentence, chosen: Sequence[ScoredSentence]) -> bool:
    return any(one.candidate is other.candidate for other in chosen)


def in_order(
    chosen: Sequence[ScoredSentence], order: Order, spoken: bool = False
) -> list[ScoredSentence]:
    """Order sentences as they were chosen or, for "date" and "newest", by date.

    A sentence that leans on the one before it is put right after that, if both were chosen; but
    what answers best stays first, unless it begins with a pronoun. Of somebody's words
    (``spoken``) each sentence is put after the one before it.
    """
    placed = list(chosen)
    if order == "date":
        placed.sort(key=lambda one: (one.day, one.candidate.article.id, one.candidate.start))
    if order == "newest":
        placed.sort(key=lambda one: one.day, reverse=True)
    leaning = [
        one
        for place, one in enumerate(chosen)
        if spoken or (one.candidate.leans if place else _hangs(one))
    ]
    for one in sorted(leaning, key=lambda one: one.candidate.start):
        before = next((o for o in placed if _follows(one.candidate, o.candidate)), None)
        if before is not None:
            placed.remove(one)
            placed.insert(placed.index(before) + 1, one)
    return placed


def _hangs(one: ScoredSentence) -> bool:
    return _PRONOUN.match(one.candidate.text) is not None


def _follows(one: Candidate, other: Candidate) -> bool:
    return one.article == other.article and one.before == other.text and one.start > other.start
