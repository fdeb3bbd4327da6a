"""The quoting writer: an answer made of the articles' own sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.answering.evidence import Draft, DraftClaim, Quote
from assistant.archive import Archive
from assistant.models.reader import Reader
from assistant.quoting.candidates import Candidate, candidates
from assistant.quoting.choosing import Encode, choose, in_order
from assistant.quoting.confidence import Confidence, fitted
from assistant.quoting.scoring import ScoredSentence, Scorer
from assistant.settings import AnswerSettings
from assistant.types import Evidence, Question, Statement

Statements = Callable[[str, int], Sequence[Statement]]
"""The statements of an article's version."""


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
        ranked = self.rank(question, evidence)
        if not any(ranked):
            return Draft((), 0.0, related=bool(evidence))
        verdict = self._confidence.judge(ranked)
        if not verdict.answers:
            return Draft((), verdict.confidence, verdict.related)
        asked = list(zip(question.parts, ranked, verdict.missing, strict=True))
        chosen = choose(
            [sentences for _, sentences, missing in asked if not missing],
            self._encode,
            self._settings.sentences,
            self._settings.words,
            question.order,
        )
        claims = tuple(_claim(one.candidate) for one in in_order(chosen, question.order))
        missing = tuple(part.text for part, _, missing in asked if missing)
        return Draft(claims, verdict.confidence, related=True, missing=missing)


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


def _claim(candidate: Candidate) -> DraftClaim:
    quote = Quote(candidate.evidence.number, candidate.text, candidate.start, candidate.end)
    return DraftClaim(" ".join(candidate.text.split()), (quote,))
