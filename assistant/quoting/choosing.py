"""Choose an answer's sentences: cover each part, repeat nothing, and order them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from assistant.models.embedding import Vectors
from assistant.quoting.belonging import Belonging
from assistant.quoting.candidates import Candidate
from assistant.quoting.scoring import ScoredSentence
from assistant.text import words
from assistant.types import Form, Order

Encode = Callable[[Sequence[str]], Vectors]
"""Texts to unit vectors, a row each."""

_STRETCH = 1.3  # the first sentence of a pool may go so far over the limit of words
_ALIKE = 0.9  # cosine from which a sentence says what another has said
_SHARED = 0.5  # of the shorter one's words; sentences with less in common do not repeat
_PRONOUN = re.compile(r"[\W_]*(?:(?:but|and|also|however,?) )?(?:he|she|they|it)\b", re.IGNORECASE)
_LATEST = 3.0  # logits that the newest article is given where the latest is wanted
_LATEST_BEHIND = 4.0  # logits that its best sentence may lie behind the best one


Rest = Callable[[Sequence[ScoredSentence], float], list[ScoredSentence]]
"""Sentences with the rest of the quotations that they are of, in at most so many words more."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Sentences to choose from."""

    label: str
    """The part of the question that they answer, where it has several."""
    query: str
    """What is asked."""
    sentences: Sequence[ScoredSentence]
    """Best first, at least one."""

    def newest_first(self) -> Pool:
        """The same with the newest article raised, if it serves nearly as well as the best."""
        best = self.sentences[0].score
        newest = max(o.day for o in self.sentences if o.score >= best - _LATEST_BEHIND)
        raised = [replace(o, logit=o.logit + _LATEST * (o.day == newest)) for o in self.sentences]
        return replace(self, sentences=sorted(raised, key=lambda one: -one.score))


class Choice:
    """The sentences of an answer, chosen one by one, for each pool apart."""

    def __init__(
        self, pools: Sequence[Pool], form: Form, belonging: Belonging, encode: Encode
    ) -> None:
        """Nothing is chosen.

        Args:
            pools: what to choose from.
            form: of the answer.
            belonging: tells what belongs beside what is chosen.
            encode: makes the sentence vectors, to see what repeats.
        """
        self._pools = pools
        self._form = form
        self._belonging = belonging
        self._alike = _likeness(encode)
        self.groups: list[list[ScoredSentence]] = [[] for _ in pools]
        """What is chosen of each pool, in the order in which it was."""

    def fill(self, most: int, most_words: int) -> None:
        """Choose the best sentence of each pool, then whatever most likely belongs beside these.

        It stops at ``most`` sentences and one more for each further pool, at ``most_words`` words,
        or where nothing that is left belongs. A pool whose best sentence another one has given, or
        which repeats that, or is too long, gives none: "who won, and by how much?"
        """
        for place, pool in enumerate(self._pools):
            room = self.room(most_words * _STRETCH)
            fresh = next(self._fresh(pool, room), None)
            self.groups[place] += [fresh] if fresh is pool.sentences[0] else []
        while len(self._all) < most + len(self._pools) - 1:
            room, places = self.room(most_words), range(len(self._pools))
            options = [(*found, place) for place in places if (found := self._next(place, room))]
            if not options:
                break
            _, best, place = max(options, key=lambda option: option[0])
            self.groups[place].append(best)
        self._join(most_words)

    def complete(self, most_words: int, rest: Rest) -> None:
        """Put the rest of its quotations to each group, where there is room.

        Args:
            most_words: of the answer.
            rest: what belongs to a group's quotations in so many words, with the group.
        """
        for group in self.groups:
            others = [one for one in self._all if not _is_among(one, group)]
            more = rest(group, self.room(most_words))
            group[:] = [one for one in more if not _is_among(one, others)]

    def room(self, most_words: float) -> float:
        """How many of so many words are left."""
        return most_words - _size(self._all)

    @property
    def _all(self) -> list[ScoredSentence]:
        return [one for group in self.groups for one in group]

    def _fresh(self, pool: Pool, room: float) -> Iterator[ScoredSentence]:
        """What of a pool is not chosen, repeats nothing and is not too long, best first."""
        chosen = self._all
        for one in pool.sentences:
            text = one.candidate.text
            if (
                not _is_among(one, chosen)
                and (not chosen or _size([one]) <= room)
                and all(self._alike(text, o.candidate.text) < _ALIKE for o in chosen)
            ):
                yield one

    def _next(self, place: int, room: float) -> tuple[float, ScoredSentence] | None:
        """What of a pool most likely belongs, and how likely."""
        pool, beside = self._pools[place], self.groups[place]
        if not beside:
            return None
        left = self._fresh(pool, room)
        return self._belonging.next(self._form, pool.query, beside, left, pool.sentences[0])

    def _join(self, most_words: int) -> None:
        """Put the sentence before one that begins with a pronoun to it, where there is room."""
        for pool, group in zip(self._pools, self.groups, strict=True):
            for one in [one for one in group if _hangs(one)]:
                texts = (o for o in pool.sentences if o.candidate.text == one.candidate.before)
                before = next(texts, None)
                fits = before and _size([before]) <= self.room(most_words)
                if before and fits and not _is_among(before, self._all):
                    group.append(before)


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


def _is_among(one: ScoredSentence, chosen: Sequence[ScoredSentence]) -> bool:
    return any(one.candidate is other.candidate for other in chosen)


def in_order(
    chosen: Sequence[ScoredSentence], order: Order, as_told: bool = False
) -> list[ScoredSentence]:
    """Order sentences as they were chosen or, for "date" and "newest", by date.

    A sentence that leans on the one before it is put right after that, if both were chosen; but
    what answers best stays first, unless it begins with a pronoun.

    Args:
        chosen: in the order in which they were.
        order: of the answer.
        as_told: those of one article stand in its order.
    """
    placed = list(chosen)
    if as_told:
        articles = [one.candidate.article for one in chosen]
        placed.sort(key=lambda o: (articles.index(o.candidate.article), o.candidate.start))
    if order == "date":
        placed.sort(key=lambda one: (one.day, one.candidate.article.id, one.candidate.start))
    if order == "newest":
        placed.sort(key=lambda one: one.day, reverse=True)
    leaning = [
        one for place, one in enumerate(chosen) if (one.candidate.leans if place else _hangs(one))
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
