"""The quoting writer: an answer made of the articles' own sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering.evidence import Draft, DraftClaim, Quote
from assistant.archive import Archive
from assistant.models.reader import Reader
from assistant.quoting.candidates import Candidate, candidates, first_sentences
from assistant.quoting.choosing import Encode, choose, in_order
from assistant.quoting.confidence import Confidence, fitted
from assistant.quoting.scoring import ScoredSentence, Scorer
from assistant.quoting.voices import Statements, by_speaker, parties
from assistant.settings import AnswerSettings
from assistant.types import Evidence, Part, Question

_OF_A_FACT = 3  # sentences: the one that says it, and two that add something
_LATEST = 3  # articles, where a story's latest is asked


@dataclass(frozen=True, slots=True)
class _Pool:
    """Sentences to choose from."""

    label: str
    """The part of the question that they answer, where it has several."""
    sentences: Sequence[ScoredSentence]

    def logit(self, one: ScoredSentence) -> float:
        """How well a sentence answers here; the least of all where it is not among these."""
        own = (other.logit for other in self.sentences if other.candidate is one.candidate)
        return next(own, -math.inf)


class QuotingWriter:
    """Quotes the sentences that answer, best first."""

    def __init__(
        self,
        scorer: Scorer,
        confidence: Confidence,
        statements: Statements,
        encode: Encode,
        settings: AnswerSettings,
    ) -> None:
        """Make a writer.

        Args:
            scorer: judges sentences.
            confidence: decides whether they answer.
            statements: who says what in an article.
            encode: texts to vectors, to see what repeats.
            settings: how much to quote.
        """
        self._scorer = scorer
        self._confidence = confidence
        self._statements = statements
        self._encode = encode
        self._settings = settings

    def rank(self, question: Question, evidence: Sequence[Evidence]) -> list[list[ScoredSentence]]:
        """For each part of the question the sentences it may be answered by, best first."""
        found = candidates(evidence, self._statements, question.filters.speakers)
        return self._scorer.score(question, found)

    def write(self, question: Question, evidence: Sequence[Evidence]) -> Draft:
        """A draft whose every claim is a whole sentence of the evidence, or an empty one."""
        if question.by_article:
            return self._lines(question, evidence)
        ranked = self.rank(question, evidence)
        if not any(ranked):
            return Draft((), 0.0, related=bool(evidence))
        verdict = self._confidence.judge(ranked)
        if not verdict.answers:
            return Draft((), verdict.confidence, verdict.related)
        pools: list[_Pool] = []
        missing: list[str] = []
        for part, found, lacks in zip(question.parts, ranked, verdict.missing, strict=True):
            fitting = [] if lacks else self._pools(question, part, found)
            label = part.text if len(question.parts) > 1 else ""
            pools += [_Pool(label, sentences) for sentences in fitting]
            missing += [] if fitting else [part.text]
        claims = self._chosen(question, pools) if pools else ()
        return Draft(claims, verdict.confidence, related=True, missing=tuple(missing))

    def _pools(
        self, question: Question, part: Part, ranked: list[ScoredSentence]
    ) -> list[list[ScoredSentence]]:
        """The sentences to choose from: of each person apart where their words are wanted."""
        if question.form == "words":
            return by_speaker(part, ranked, self._statements)
        if question.form == "sides":
            return parties(ranked, self._statements)
        return [ranked]

    def _chosen(self, question: Question, pools: Sequence[_Pool]) -> tuple[DraftClaim, ...]:
        """Sentences of the pools; each part of a question, and each person asked for, by itself."""
        most = self._settings.sentences
        if question.form == "fact":
            most = min(most, _OF_A_FACT)
        ranked = [pool.sentences for pool in pools]
        chosen = choose(ranked, self._encode, most, self._settings.words, question.order)
        if question.form == "sides":  # which are told in turn
            return tuple(_claim(one.candidate) for one in in_order(chosen, question.order))
        groups: list[list[ScoredSentence]] = [[] for _ in pools]
        for one in chosen:
            best = max(range(len(pools)), key=lambda place: pools[place].logit(one))
            groups[best].append(one)
        return tuple(
            _claim(one.candidate, pool.label)
            for pool, group in zip(pools, groups, strict=True)
            for one in in_order(group, question.order)
        )

    def _lines(self, question: Question, evidence: Sequence[Evidence]) -> Draft:
        """A line for each article on the matter, its first sentence."""
        leads = first_sentences(evidence)
        if question.parts[0].query:
            scored = self._scorer.score(question, leads)[0]
            kept, confidence = self._confidence.on_the_matter(scored), self._confidence.of(scored)
        else:  # whatever was published on those days
            kept, confidence = [ScoredSentence(lead, 0.0) for lead in leads], 1.0
        kept = in_order(kept, "newest" if question.order == "latest" else question.order)
        if question.form == "story" and question.order == "latest":
            kept = kept[:_LATEST]
        claims = tuple(_claim(one.candidate) for one in kept)
        return Draft(claims, confidence if claims else 0.0, related=bool(claims))


def quoting_writer(
    archive: Archive, reader: Reader | None, reranked: bool, settings: AnswerSettings
) -> QuotingWriter:
    """A quoting writer over an archive, with the numbers that the package ships.

    Args:
        archive: where the statements are, and the shares of words.
        reader: judges the sentences; without one the question's words do.
        reranked: whether a cross-encoder has scored the passages.
        settings: how much to quote.
    """
    return QuotingWriter(
        Scorer(reader, archive.term_shares),
        fitted(("reader" if reader else "words") + (" and reranker" if reranked else "")),
        archive.statements,
        archive.encode,
        settings,
    )


def _claim(candidate: Candidate, part: str = "") -> DraftClaim:
    quote = Quote(candidate.evidence.number, candidate.text, candidate.start, candidate.end)
    return DraftClaim(" ".join(candidate.text.split()), (quote,), part=part)
