"""The quoting writer: an answer made of the articles' own sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.answering.evidence import Draft, DraftClaim, Quote
from assistant.archive import Archive
from assistant.language import Parser
from assistant.models.reader import Reader
from assistant.quoting.candidates import Candidate, candidates
from assistant.quoting.choosing import Encode, choose, in_order
from assistant.quoting.confidence import Confidence, fitted
from assistant.quoting.scoring import Scorer
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
        self.confidence = confidence
        self._statements = statements
        self._encode = encode
        self._settings = settings

    def write(self, question: Question, evidence: Sequence[Evidence]) -> Draft:
        """A draft whose every claim is a whole sentence of the evidence, or an empty one."""
        found = candidates(evidence, self._statements, question.filters.speakers)
        if not found:
            return Draft((), 0.0, related=bool(evidence))
        ranked = self._scorer.score(question, found)
        verdict = self.confidence.judge(question, evidence, ranked)
        if not verdict.answers:
            return Draft((), verdict.confidence, verdict.related)
        answered = [
            part for part, missing in zip(ranked, verdict.missing, strict=True) if not missing
        ]
        chosen = choose(
            answered,
            self._encode,
            self._settings.sentences,
            self._settings.words,
            question.order,
        )
        missing = [
            part.text
            for part, missing in zip(question.parts, verdict.missing, strict=True)
            if missing
        ]
        claims = tuple(_claim(one.candidate) for one in in_order(chosen, question.order))
        return Draft(claims, verdict.confidence, related=True, missing=tuple(missing))


def quoting_writer(
    archive: Archive, reader: Reader | None, parser: Parser, settings: AnswerSettings
) -> QuotingWriter:
    """A quoting writer over an archive, with the numbers that the package ships."""
    return QuotingWriter(
        Scorer(reader, archive.term_shares, parser),
        Confidence(fitted(reader is not None), archive.term_shares),
        archive.statements,
        archive.encode,
        settings,
    )


def _claim(candidate: Candidate) -> DraftClaim:
    quote = Quote(candidate.evidence.number, candidate.text, candidate.start, candidate.end)
    return DraftClaim(" ".join(candidate.text.split()), (quote,))
