"""Answers by article: the lines of a story or a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from assistant.language import terms
from assistant.language.names import mentions
from assistant.models.framing import leans
from assistant.quoting.candidates import Candidate, of_source
from assistant.quoting.confidence import Confidence
from assistant.quoting.scoring import ScoredSentence
from assistant.text import is_damaged
from assistant.types import Evidence, Question

_OF_A_STORY = 6  # sentences; articles that are fewer have more each
_LATEST = (3, 1, 1)  # sentences of the newest articles, where a story's latest is asked
_TELLS = 1.0  # logits from which a sentence surely tells more of the matter
_HEAD = 2  # sentences behind the first that tell what a report is about
_BETTER = 3.0  # logits by which another sentence tells more of a story than the article's first

Score = Callable[[Sequence[Candidate]], Sequence[ScoredSentence]]
"""How well sentences answer the question."""


@dataclass(slots=True)
class _Article:
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
    question: Question, evidence: Sequence[Evidence], score: Score, confidence: Confidence
) -> tuple[list[ScoredSentence], float]:
    """The lines of a story or a list, in order, and how likely they are on the matter.

    A line for each article on it: its first sentence, or in a story another one that answers far
    better. A story that few articles tell has more sentences of each: what answers well, else the
    second and third, and what its paragraphs begin with.

    Args:
        question: as it was understood; one without a matter gets whatever was published.
        evidence: as ``leads`` has put it.
        score: judges sentences.
        confidence: decides whether an article is on the matter.
    """
    articles, sure = _articles(evidence), 1.0
    kept = [(ScoredSentence(one.found[0], 0.0), one) for one in articles]
    if question.parts[0].query and articles:
        scored = score([one for article in articles for one in article.found])
        kept = _on_the_matter(question, articles, scored, confidence)
        sure = confidence.of(scored)
    kept.sort(key=lambda one: one[0].day, reverse=question.order != "date")
    if question.form == "list":
        return [line for line, _ in kept], sure if kept else 0.0
    counts: Sequence[int] = _LATEST
    if question.order != "latest":
        each = _OF_A_STORY // max(1, len(kept)) if question.parts[0].query else 1
        counts = [max(1, each)] * len(kept)
    told = [
        one
        for count, (line, article) in zip(counts, kept, strict=False)
        for one in _told(line, article, count, score)
    ]
    return told, sure if kept else 0.0


def _articles(evidence: Sequence[Evidence]) -> list[_Article]:
    """The articles of the evidence, best first."""
    articles: dict[str, _Article] = {}
    for item in evidence:
        own = articles.setdefault(item.hit.passage.article.id, _Article())
        sentences = of_source(item)
        whole = [one for one in sentences if not is_damaged(one.text)] or sentences
        first, others = (whole[:1], whole[1:]) if not own.found else ([], whole)
        own.found += first
        if item.hit.found:
            own.found += others
        else:
            own.rest += others
    return [own for own in articles.values() if own.found]


def _on_the_matter(
    question: Question,
    articles: Sequence[_Article],
    scored: Sequence[ScoredSentence],
    confidence: Confidence,
) -> list[tuple[ScoredSentence, _Article]]:
    """The articles on the matter with the sentence that stands for each.

    One is on it where its first sentence or another one answers well enough, and its best passage
    does not score far below the best article's; or where that scores nearly as high, or has the
    name that a list is asked of.
    """
    listed = question.form == "list"
    name = _name(question.parts[0].query) if listed else ""
    by_text = {id(one.candidate): one for one in scored}
    highest = max(article.score for article in articles)
    kept = []
    for article in articles:
        first, *others = [by_text[id(one)] for one in article.found]
        best = max(others, key=lambda one: one.logit, default=first)
        behind = highest - article.score
        tells = best.logit >= confidence.line and not listed  # which may be by the way
        answers = first.logit >= confidence.matter or tells
        near = behind <= confidence.near or (name and article.has(name))
        if near or (answers and behind <= confidence.far):
            better = tells and best.logit >= first.logit + _BETTER
            kept.append((best if better else first, article))
    return kept


def _name(query: str) -> str:
    """The name that a query is, if it is no more than one."""
    found = mentions(query)
    return found[0].name if len(found) == 1 and terms(found[0].name) == terms(query) else ""


def _told(
    line: ScoredSentence, article: _Article, count: int, score: Score
) -> list[ScoredSentence]:
    """As many sentences of an article, in its order: its line, and what tells more."""
    if count == 1:
        return [line]
    own = sorted((*article.found, *article.rest), key=lambda one: one.start)
    others = [one for one in own if one is not line.candidate]
    scored = {id(one.candidate): one for one in score(others)} if others else {}
    best = sorted(scored.values(), key=lambda one: -one.logit)
    chosen = [one for one in best if one.logit >= _TELLS][: count - 1]
    plain = [scored[id(one)] for one in others if not leans(one.text)]
    opening = plain[:_HEAD] + [one for one in plain[_HEAD:] if one.candidate.opens]
    chosen += [one for one in opening if one not in chosen][: count - 1 - len(chosen)]
    return sorted([line, *chosen], key=lambda one: one.candidate.start)
