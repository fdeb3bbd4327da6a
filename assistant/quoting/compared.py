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
from assistant.quoting.scoring import Shares, follows
from assistant.text import word_spans, words
from assistant.types import Part, Question, Span

_BEHIND = 8.0  # logits that the other article may score below the best
_LEAST = -5.0  # logits that it has at least
_ARTICLES = 6  # best ones among which the other is looked for
_RARE = 0.01  # share of passages; a word of more tells no article from others
_NAMES = 2  # so many rare words tell what an article is about, if its headline has none
_YEAR = re.compile(r"(?:19|20)\d\d")
_BESIDE = re.compile(r"\b(?:and|or|vs?|versus|against|with|to|than|but)\b|[,;/&–—]", re.IGNORECASE)
_VERSUS = re.compile(r"\b(?:vs?|versus|against|compared|than)\b", re.IGNORECASE)
_LINKS = ("and", "or", "v", "vs", "versus", "against", "with", "to", "of", "in", "at", "on", "the")
_LINK = rf"(?:{'|'.join(_LINKS)})\b\.?"
_LOOSE = re.compile(rf"(?:\s+{_LINK})+(?=\s*(?:[,;:?.!]|$))|^(?:\s*{_LINK})+\s+", re.IGNORECASE)


@dataclass(slots=True)
class _Article:
    """What an article holds, as stems."""

    headline: set[str]
    held: set[str] = field(default_factory=set)


def compared(question: Question, found: Sequence[Candidate], shares: Shares) -> Question:
    """The question with a part for each of two things, where it has one part and asks about two.

    It does where the best article and another good one each hold rare words of it that the other
    has not, in the headline or two of them, and something joins these: "and", "vs", a comma. Each
    part is searched for without the other's words, and answered from any article but the other's.
    A follow-up is cut only where it compares with what was asked before.

    Args:
        question: as it was understood.
        found: the sentences it may be answered by, scored by a reranker.
        shares: the share of passages that hold each term.
    """
    part = question.parts[0]
    goes_on = follows(question) and question.form != "comparison"
    if len(question.parts) > 1 or goes_on or not found:
        return question
    best, *others = _near(found)
    if not others:
        return question
    articles = _articles([one for one in found if one.article.id in (best, *others)])
    rare = _rare(part.query, shares)
    for other in others:
        one = _own(rare, articles[best], articles[other])
        two = _own(rare, articles[other], articles[best])
        parts = _cut(part, rare, (one, other), (two, best)) if one and two else ()
        if parts:
            return replace(question, parts=parts)
    return question


def _near(found: Sequence[Candidate]) -> list[str]:
    """Ids of the best article and of others that score nearly as well, best first."""
    scores = {one.article.id: one.article_score for one in found}
    best, *others = sorted(scores, key=lambda name: -scores[name])[:_ARTICLES]
    least = max(_LEAST, scores[best] - _BEHIND)
    return [best, *(name for name in others if scores[name] >= least)]


def _articles(found: Sequence[Candidate]) -> dict[str, _Article]:
    articles: dict[str, _Article] = {}
    for one in found:
        own = articles.setdefault(one.article.id, _Article(set(map(stem, words(one.heading)))))
        own.held |= own.headline | set(map(stem, words(one.text)))
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


def _cut(part: Part, rare: Mapping[str, str], *things: tuple[list[str], str]) -> tuple[Part, ...]:
    """A part for each thing, in the order of the question; none where nothing joins them.

    Args:
        part: the question.
        rare: its rare words.
        things: the words of each, and the article of the other one.
    """
    empty = {*_LINKS, *english().request_words, *things[0][0], *things[1][0]}
    named = [word for word in rare if word not in empty]
    spans = [_span(part.query, own, theirs, named)
             for (own, _), (theirs, _) in (things, things[::-1])]  # fmt: skip
    (first, own, but), (second, theirs, but_not) = sorted(
        (span, *thing) for span, thing in zip(spans, things, strict=True)
    )
    between = part.query[first[1] : second[0]]
    joined = _BESIDE if any(not _YEAR.fullmatch(word) for word in (*own, *theirs)) else _VERSUS
    if first == second or not joined.search(between):
        return ()
    return tuple(
        replace(
            part, text=part.query[slice(*span)], query=_without(part.query, others), but=(article,)
        )
        for span, others, article in ((first, theirs, but), (second, own, but_not))
    )


def _span(
    query: str, own: Sequence[str], theirs: Sequence[str], named: Sequence[str]
) -> tuple[int, int]:
    """A thing as it was typed: from its first word to the last before anything joins another.

    Rare words right beside are of its name, too: the "dagat" of "reyna ng dagat". (0, 0) where no
    word of it is found.
    """
    found = [(word.removesuffix("'s"), span) for word, span in word_spans(query)]
    first = next((n for n, (word, _) in enumerate(found) if word in own), None)
    if first is None:
        return 0, 0
    last = first
    for n in range(first + 1, len(found)):
        between = query[found[n - 1][1].start : found[n][1].end]
        if found[n][0] in theirs or _BESIDE.search(between):
            break
        last = n if found[n][0] in own else last
    while first and found[first - 1][0] in named and _touch(query, *found[first - 1 : first + 1]):
        first -= 1
    while found[last + 1 :] and found[last + 1][0] in named and _touch(query, *found[last:][:2]):
        last += 1
    return found[first][1].start, found[last][1].end


def _touch(query: str, before: tuple[str, Span], after: tuple[str, Span]) -> bool:
    return query[before[1].end : after[1].start].isspace()


def _without(query: str, others: Sequence[str]) -> str:
    """A question without some words, and without what would hang loose then."""
    bare = query
    for word, span in reversed(word_spans(query)):
        if word.removesuffix("'s") in others:
            bare = bare[: span.start] + bare[span.end :]
    while (shorter := _LOOSE.sub("", bare)) != bare:
        bare = shorter
    return re.sub(r"\s+(?=[,;:?!])", "", " ".join(bare.split()))
