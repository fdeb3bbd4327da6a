"""The sentences that a quoting writer may choose from, each in its context."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from assistant.language import same_name
from assistant.models.framing import heading, in_context, leans
from assistant.reading.injection import is_order
from assistant.text import sentences, words
from assistant.types import Evidence, Hit, Passage, Source, Span, Statement

_ARTICLES = 2  # best articles of which all passages are added, not only those found
_UNREAD = 3.0  # logits; a passage that no search found scores this far below its article's best
_TOLD = 3  # best articles of a story of which all passages are added
_SHORTEST = 3  # words; less is a heading or a caption
_HEADING = 10  # words of one, at most
_CLOSED = re.compile(r"[.!?:;…؟।。](?:\W|_|\[\d+\])*$")
_LISTED = re.compile(r"[-–—•*·‣◦]|\d+[.)] ")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of the evidence."""

    evidence: Evidence
    """The source it stands in."""
    start: int
    """First character in the article's text."""
    end: int
    """One past its last character."""
    text: str
    """The sentence."""
    before: str
    """The sentence before it in the article; empty for the first."""
    article_score: float
    """Score of the article's best passage."""
    opens: bool
    """Whether it begins a paragraph."""

    @property
    def leans(self) -> bool:
        """Whether it needs the sentence before it to be understood."""
        return bool(self.before) and leans(self.text)

    @property
    def framed(self) -> str:
        """As the reader reads it."""
        return in_context(self.heading, self.text, self.before)

    @property
    def article(self) -> Source:
        """Its article."""
        return self.evidence.hit.passage.article

    @property
    def heading(self) -> str:
        """Headline and date of its article."""
        return heading(self.article)


def widen(hits: Sequence[Hit], passages: Callable[[str, int], Sequence[Passage]]) -> list[Hit]:
    """The hits, and the rest of the articles that the very best are from.

    Args:
        hits: best first.
        passages: the passages of a version of an article.
    """
    chosen = list(hits)
    known = {hit.passage.key for hit in chosen}
    firsts: dict[str, Hit] = {}
    for hit in hits:
        firsts.setdefault(hit.passage.article.id, hit)
    for best in list(firsts.values())[:_ARTICLES]:
        chosen += [
            Hit(passage, best.score - _UNREAD, (), best.copies, best.part)
            for passage in passages(best.passage.article.id, best.passage.article.version)
            if passage.key not in known
        ]
    return sorted(chosen, key=lambda hit: -hit.score)


def leads(hits: Sequence[Hit], passages: Callable[[str, int], Sequence[Passage]]) -> list[Hit]:
    """The first passage of each article, then the best ones, then the rest of the best articles.

    Each has the score of its article's best passage; only that one is called found.

    Args:
        hits: best first.
        passages: the passages of a version of an article.
    """
    best: dict[str, Hit] = {}
    copies: set[str] = set()
    for hit in hits:
        if hit.passage.article.id not in copies:
            best.setdefault(hit.passage.article.id, hit)
            copies |= {copy.id for copy in hit.copies}
    whole = {
        name: [
            replace(hit, passage=passage, found=())
            for passage in passages(name, hit.passage.article.version)
        ]
        for name, hit in best.items()
    }
    rest = [hit for own in list(whole.values())[:_TOLD] for hit in own]
    chosen = [*(own[0] for own in whole.values() if own), *best.values(), *rest]
    found = {hit.passage.key: hit for hit in best.values()}
    return list({hit.passage.key: found.get(hit.passage.key, hit) for hit in chosen}.values())


def candidates(
    evidence: Sequence[Evidence],
    statements: Callable[[str, int], Sequence[Statement]],
    speakers: Sequence[str] = (),
) -> list[Candidate]:
    """The sentences of the evidence, those of the best passages first; none stands twice.

    Args:
        evidence: the sources, best first.
        statements: the statements of an article's version.
        speakers: only sentences that hold their statements, where any are given.
    """
    best: dict[str, float] = {}
    for item in evidence:
        article = item.hit.passage.article.id
        best[article] = max(best.get(article, item.hit.score), item.hit.score)
    found: dict[str, Candidate] = {}
    ends = {(i.hit.passage.article.id, i.hit.passage.end): i.hit.passage.text for i in evidence}
    for item in evidence:
        score = best[item.hit.passage.article.id]
        for candidate in _of_passage(item, _last_before(item, ends), score):
            found.setdefault(" ".join(words(candidate.text)), candidate)
    said = cache(statements)
    return [one for one in found.values() if not speakers or _said_by(one, said, speakers)]


def of_source(item: Evidence) -> list[Candidate]:
    """The sentences of a source by itself."""
    return list(_of_passage(item, "", item.hit.score))


def _said_by(
    one: Candidate, said: Callable[[str, int], Sequence[Statement]], speakers: Sequence[str]
) -> bool:
    """Whether a sentence holds a statement, in full or in part, by one of the speakers."""
    return any(
        same_name(name, statement.speaker)
        for statement in said(one.article.id, one.article.version)
        if not statement.in_title
        for span in (*statement.content_spans, statement.cue_span, statement.speaker_span)
        if span.start < one.end and one.start < span.end
        for name in speakers
    )


def _last_before(item: Evidence, texts: dict[tuple[str, int], str]) -> str:
    """The last sentence of the passage before this one, where that is among the evidence."""
    passage = item.hit.passage
    for (article, end), text in texts.items():
        if article == passage.article.id and 0 <= passage.start - end <= 3:
            last = sentences(text)[-1]
            return text[last.start : last.end]
    return ""


def _of_passage(item: Evidence, before: str, best: float) -> Iterator[Candidate]:
    passage, ended = item.hit.passage, 0
    for span in sentences(passage.text):
        text = passage.text[span.start : span.end]
        opens, ended = "\n" in passage.text[ended : span.start] or not span.start, span.end
        if is_order(text) or _is_heading(passage.text, span):
            continue
        if len(words(text)) >= _SHORTEST:
            start, end = passage.start + span.start, passage.start + span.end
            yield Candidate(item, start, end, text, before, best, opens)
        before = text


def _is_heading(passage: str, span: Span) -> bool:
    """Whether a sentence is a short line of its own that no mark ends: a heading, a caption."""
    text = passage[span.start : span.end]
    begins = not span.start or passage[: span.start].rstrip(" \t").endswith("\n")
    ends = passage[span.end :].lstrip(" \t")[:1] in ("", "\n")
    short = len(words(text)) <= _HEADING and not _CLOSED.search(text)
    return begins and ends and short and not _LISTED.match(text)
