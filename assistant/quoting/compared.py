"""Questions about two things that different articles tell of: a part for each.

"reyna ng dagat vs santa rufina: people aboard" is answered from two articles. A model that reads
the whole question with each sentence puts those of one article first, and the other thing is lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from assistant.language import stem, terms
from assistant.language.language import english
from assistant.quoting.candidates import Candidate
from assistant.quoting.scoring import Shares
from assistant.text import words
from assistant.types import Part, Question

_BEHIND = 8.0  # logits that the other article may score below the best
_LEAST = -5.0  # logits that it has at least
_ARTICLES = 6  # best ones among which the other is looked for
_RARE = 0.01  # share of passages; a word of more tells no article from others
_NAMES = 2  # so many rare words tell what an article is about, if its headline has none
_YEAR = re.compile(r"(?:19|20)\d\d")
_LINKS = ("and", "or", "v", "vs", "versus", "against", "with", "to", "of", "in", "at", "on", "the")
_LINK = rf"(?:{'|'.join(_LINKS)})\b\.?"
_LOOSE = re.compile(rf"(?:\s+{_LINK})+(?=\s*(?:[,;:?.!]|$))|^(?:\s*{_LINK})+\s+", re.IGNORECASE)


@dataclass(slots=True)
class _Article:
    """What an article holds, as stems."""

    score: float
    headline: set[str]
    held: set[str] = field(default_factory=set)


def compared(question: Question, found: Sequence[Candidate], shares: Shares) -> Question:
    """The question with a part for each of two things, where it has one part and asks about two.

    It does where the best article and another good one each hold rare words of it that the other
    has not, in the headline or two of them. Each part is searched for without the other's words,
    and answered from any article but the other's.

    Args:
        question: as it was understood.
        found: the sentences it may be answered by.
        shares: the share of passages that hold each term.
    """
    if len(question.parts) > 1:
        return question
    part, articles = question.parts[0], _articles(found)
    rare = _rare(part.query, shares)
    best, *others = sorted(articles, key=lambda name: -articles[name].score) or [""]
    for other in others[: _ARTICLES - 1]:
        behind = articles[best].score - articles[other].score
        if behind > _BEHIND or articles[other].score < _LEAST:
            break
        own, theirs = (
            _own(rare, articles[a], articles[b]) for a, b in ((best, other), (other, best))
        )
        if own and theirs:
            parts = [_about(part, rare, own, theirs, other), _about(part, rare, theirs, own, best)]
            parts.sort(key=lambda one: part.query.find(one.text))
            return replace(question, parts=tuple(parts))
    return question


def _articles(found: Sequence[Candidate]) -> dict[str, _Article]:
    articles: dict[str, _Article] = {}
    for one in found:
        headline = set(map(stem, words(one.heading)))
        own = articles.setdefault(one.article.id, _Article(one.article_score, headline))
        own.held |= headline | set(map(stem, words(one.text)))
    return articles


def _rare(query: str, shares: Shares) -> dict[str, str]:
    """The words of a question that tell articles apart, with their stems."""
    known = shares(terms(query))
    return {word: stem(word) for word in known if known[word] <= _RARE or _YEAR.fullmatch(word)}


def _own(rare: Mapping[str, str], article: _Article, other: _Article) -> list[str]:
    """What the article is about and the other is not, of the question's rare words."""
    own = [word for word, it in rare.items() if it in article.held and it not in other.held]
    about = [word for word in own if rare[word] in article.headline]
    names = [word for word in own if not _YEAR.fullmatch(word)]
    return about or (names if len(names) >= _NAMES else [])


def _about(
    part: Part, rare: Mapping[str, str], own: Sequence[str], theirs: Sequence[str], other: str
) -> Part:
    """The part that asks of one thing only."""
    empty = {*theirs, *_LINKS, *english().request_words}
    named = [word for word in rare if word not in empty]
    query = _without(part.query, theirs)
    return replace(part, text=_label(part.query, own, named), query=query, but=(other,))


def _label(query: str, own: Sequence[str], named: Sequence[str]) -> str:
    """The words of a thing as they were typed, with what stands between them.

    Other rare words right beside them are of its name: the "dagat" of "reyna ng dagat".
    """
    found = list(re.finditer(r"\w+", query))
    places = [n for n, one in enumerate(found) if one[0].lower() in own]
    first, last = places[0], places[-1]
    beside = [
        (n > 0 and query[found[n - 1].end() : found[n].start()].isspace(), one[0].lower() in named)
        for n, one in enumerate(found)
    ]
    while beside[first][0] and beside[first - 1][1]:
        first -= 1
    while last + 1 < len(found) and all(beside[last + 1]):
        last += 1
    return query[found[first].start() : found[last].end()]


def _without(query: str, others: Sequence[str]) -> str:
    """A question without some words, and without what would hang loose then."""
    bare = re.sub(r"\w+", lambda one: "" if one[0].lower() in others else one[0], query)
    while (shorter := _LOOSE.sub("", bare)) != bare:
        bare = shorter
    return " ".join(bare.split())
