"""Answers by article: the lines of a story or a list."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.language import terms
from assistant.language.names import mentions
from assistant.quoting.belonging import Belonging
from assistant.quoting.candidates import Candidate, of_source
from assistant.quoting.choosing import Encode
from assistant.quoting.confidence import Confidence
from assistant.quoting.matter import Figures, Matter
from assistant.quoting.scoring import ScoredSentence
from assistant.text import is_damaged
from assistant.types import Evidence, Question

OF_A_STORY = 8  # sentences; articles that are fewer have more each
_LATEST = (3, 1, 1)  # sentences of the newest articles, where a story's latest is asked
_BETTER = 3.0  # logits by which another sentence tells more of a story than the article's first
_LEAST = -2.0  # logit that it has at least
_BEFORE = 0.5  # the same logits where one article alone is told

Score = Callable[[Sequence[Candidate]], Sequence[ScoredSentence]]
"""How well sentences answer the question."""


@dataclass(slots=True)
class Article:
    """An article's sentences in the evidence, in order; none that is damaged while others serve."""

    found: list[Candidate] = field(default_factory=list)
    """Its first sentence, and those of the passage that was found."""
    rest: list[Candidate] = field(default_factory=list)
    """The others."""

    def has(self, name: str) -> bool:
        """Whether a name stands in it."""
        return any(name in one.text for one in (*self.found, *self.rest))

    @property
    def score(self) -> float:
        """Score of its best passage."""
        return self.found[0].article_score


def lines(
    question: Question,
    evidence: Sequence[Evidence],
    score: Score,
    confidence: Confidence,
    matter: Matter,
    belonging: Belonging,
    encode: Encode,
) -> tuple[list[ScoredSentence], float]:
    """The lines of a story or a list, in order, and how likely they are on the matter.

    A line for each article on it: its first sentence, or in a story another one that answers far
    better. A story that few articles tell has more sentences of each: what belongs beside it.

    Args:
        question: as it was understood; one without a matter gets whatever was published.
        evidence: as ``leads`` has put it.
        score: judges sentences.
        confidence: tells how likely it is that any of them is on the matter.
        matter: decides which articles are.
        belonging: decides which sentences of a story are told.
        encode: texts to unit vectors.
    """
    articles, sure = articles_of(evidence), 1.0
    kept = [(ScoredSentence(one.found[0], 0.0), one) for one in articles]
    if question.parts[0].query and articles:
        scored = score([one for article in articles for one in article.found])
        kept = _kept(question, articles, scored, matter, encode)
        sure = confidence.of(scored)
    if question.form == "story" and question.most and question.order != "latest":
        kept = _fewer(kept, question.most)
    kept.sort(key=lambda one: one[0].day, reverse=question.order != "date")
    if question.form == "list":
        return [line for line, _ in kept], sure if kept else 0.0
    every: list[ScoredSentence] = []
    for count, (line, article) in zip(_counts(question, len(kept)), kept, strict=False):
        others = [one for one in (*article.found, *article.rest) if one is not line.candidate]
        left = list(score(others)) if others and count > 1 else []
        # What is short begins with the news, and so does each article of several.
        news_first = question.order == "latest" or question.most or len(kept) > 1
        first = line if news_first else opening(line, left)
        pool = [one for one in (line, *left) if one is not first]
        every += told(first, pool, count, question.parts[0].query, belonging)
    return every[: question.most], sure if kept else 0.0


def _counts(question: Question, articles: int) -> Sequence[int]:
    """How many sentences of each of a story's articles are told, at most."""
    if question.order == "latest":
        return _LATEST
    if not question.parts[0].query:
        return [1] * articles
    most = min(OF_A_STORY, question.most or OF_A_STORY)
    return [max(1, most // max(1, articles))] * articles


def _fewer(
    kept: list[tuple[ScoredSentence, Article]], most: int
) -> list[tuple[ScoredSentence, Article]]:
    """So many articles: the first and the last of the story, and the best of the others."""
    days = sorted(kept, key=lambda one: one[0].day)
    ends = [days[-1], days[0]] if len(kept) > most > 1 else []
    return [*ends, *(one for one in kept if one not in ends)][:most]


def _kept(
    question: Question,
    articles: Sequence[Article],
    scored: Sequence[ScoredSentence],
    matter: Matter,
    encode: Encode,
) -> list[tuple[ScoredSentence, Article]]:
    """The articles that belong, with the sentence that stands for each."""
    query, by_id = question.parts[0].query, {id(one.candidate): one for one in scored}
    name = _name(query, articles)
    belong = matter.belong(question.form, judged(query, articles, scored, encode))
    return [
        (_line(one, by_id, question.form, name), one)
        for one in itertools.compress(articles, belong)
    ]


def articles_of(evidence: Sequence[Evidence]) -> list[Article]:
    """The articles of the evidence, best first."""
    articles: dict[str, Article] = {}
    for item in evidence:
        own = articles.setdefault(item.hit.passage.article.id, Article())
        sentences = of_source(item)
        whole = [one for one in sentences if not is_damaged(one.text)] or sentences
        first, others = (whole[:1], whole[1:]) if not own.found else ([], whole)
        own.found += first
        if item.hit.found:
            own.found += others
        else:
            own.rest += others
    return [own for own in articles.values() if own.found]


def judged(
    query: str, articles: Sequence[Article], scored: Sequence[ScoredSentence], encode: Encode
) -> list[Figures]:
    """What tells of each article whether it is on the matter.

    Args:
        query: what the story or the list is about.
        articles: best first.
        scored: what was found of them.
        encode: texts to unit vectors.
    """
    logits = {id(one.candidate): one.logit for one in scored}
    name, highest = _name(query, articles), max(article.score for article in articles)
    topic, *leads = encode([query, *(one.found[0].framed for one in articles)])
    return [
        Figures(
            behind=highest - article.score,
            first=logits[id(article.found[0])],
            best=max(logits[id(one)] for one in article.found),
            likeness=float(topic @ lead),
            named=bool(name) and article.has(name),
        )
        for article, lead in zip(articles, leads, strict=True)
    ]


def _line(
    article: Article, scored: Mapping[int, ScoredSentence], form: str, name: str
) -> ScoredSentence:
    """The sentence that stands for an article.

    Its first one, or the first that has the name which is asked of; in a story without a name
    another that answers far better.
    """
    first, *others = [scored[id(one)] for one in article.found]
    if form == "list" or name:
        own = sorted((*article.found, *article.rest), key=lambda one: one.start)
        last = re.compile(rf"\b{re.escape(name.split()[-1])}\b") if name else None
        named = (one for one in own if last and last.search(one.text))
        return next((ScoredSentence(one, first.logit) for one in named), first)
    best = max(others, key=lambda one: one.logit, default=first)
    better = best.logit >= max(first.logit + _BETTER, _LEAST)
    return best if better else first


def _name(query: str, articles: Sequence[Article]) -> str:
    """The name that a query is, if it is no more than one; as the articles have it, if typed small.

    "corvane hydro" is a name where they have "Corvane Hydro".
    """
    if query.islower():
        words = r"\s+".join(map(re.escape, query.split()))
        typed = re.compile(rf"(?<=\w )\b{words}\b", re.IGNORECASE)  # within a sentence
        held = (typed.search(one.text) for article in articles for one in article.found)
        query = next((one[0] for one in held if one and _is_capital(one[0])), query)
    found = mentions(query)
    return found[0].name if len(found) == 1 and terms(found[0].name) == terms(query) else ""


def _is_capital(text: str) -> bool:
    return all(word[:1].isupper() for word in text.split())


def told(
    first: ScoredSentence,
    others: Sequence[ScoredSentence],
    count: int,
    query: str,
    belonging: Belonging,
) -> list[ScoredSentence]:
    """At most so many sentences of an article, in its order, those that belong together.

    Args:
        first: the sentence that is chosen first.
        others: its other sentences.
        count: sentences, at least one.
        query: what the story is about.
        belonging: tells which belong.
    """
    chosen, left = [first], list(others)
    best = max((first, *left), key=lambda one: one.score)
    while len(chosen) < count and (found := belonging.next("story", query, chosen, left, best)):
        chosen.append(found[1])
        left.remove(found[1])
    return sorted(chosen, key=lambda one: one.candidate.start)


def opening(line: ScoredSentence, others: Sequence[ScoredSentence]) -> ScoredSentence:
    """The sentence that is chosen first: an article's line, or another that answers better."""
    best = max(others, key=lambda one: one.logit, default=line)
    return best if best.logit >= line.logit + _BEFORE else line
