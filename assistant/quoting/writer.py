"""The quoting writer: an answer made of the articles' own sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from assistant.answering.evidence import Draft, DraftClaim, Quote
from assistant.archive import Archive
from assistant.models.reader import Marker, Reader
from assistant.quoting import belonging, confidence, matter
from assistant.quoting.belonging import Belonging
from assistant.quoting.by_article import lines
from assistant.quoting.candidates import Candidate, candidates
from assistant.quoting.choosing import Choice, Encode, Pool, in_order
from assistant.quoting.compared import compared
from assistant.quoting.confidence import Confidence
from assistant.quoting.matter import Matter
from assistant.quoting.scoring import ScoredSentence, Scorer
from assistant.quoting.voices import Statements, Whose, by_speaker, whole
from assistant.settings import AnswerSettings
from assistant.types import Evidence, Part, Question

_JUDGED = 24  # sentences for each part of a question; each costs the reader 20 ms of a processor
_OF_A_FACT = 3  # sentences: the one that says it, and two that add something
_MORE = {"sides": 2, "comparison": 2, "items": 3}  # sentences than of other forms
_NEAREST = 3  # sentences that a refusal shows
_MARKED = 0.6  # of a sentence; a longer mark would tell nothing


class QuotingWriter:
    """Quotes the sentences that answer, best first."""

    def __init__(
        self,
        scorer: Scorer,
        confidence: Confidence,
        matter: Matter,
        belonging: Belonging,
        telling: Belonging,
        statements: Statements,
        encode: Encode,
        settings: AnswerSettings,
        marker: Marker | None = None,
        reranked: bool = True,
    ) -> None:
        """Make a writer.

        Args:
            scorer: judges sentences.
            confidence: decides whether they answer.
            matter: decides which articles belong to a story or a list.
            belonging: decides which sentences belong beside others.
            telling: the same in a story.
            statements: who says what in an article.
            encode: texts to vectors, to see what repeats.
            settings: how much to quote.
            marker: tells which words answer; without it none are marked.
            reranked: whether a cross-encoder has scored the passages.
        """
        self._reranked = reranked
        self._scorer = scorer
        self._confidence = confidence
        self._matter = matter
        self._belonging = belonging
        self._telling = telling
        self._statements = statements
        self._encode = encode
        self._settings = settings
        self._marker = marker

    def rank(self, question: Question, evidence: Sequence[Evidence]) -> list[list[ScoredSentence]]:
        """For each part of the question the sentences it may be answered by, best first."""
        every = self._candidates(question, evidence)
        return self._ranked(self._parted(question, every), every)

    def _candidates(self, question: Question, evidence: Sequence[Evidence]) -> list[Candidate]:
        return candidates(evidence, self._statements, question.filters.speakers)

    def _parted(self, question: Question, found: Sequence[Candidate]) -> Question:
        return compared(question, found, self._scorer.shares) if self._reranked else question

    def _ranked(self, question: Question, found: Sequence[Candidate]) -> list[list[ScoredSentence]]:
        return self._scorer.score(question, found, _JUDGED)

    def is_related(self, evidence: Sequence[Evidence]) -> bool | None:
        """Whether the reranker finds any passage on the matter; None where there is no reranker."""
        if not self._reranked:
            return None
        return max(one.hit.score for one in evidence) >= self._confidence.related

    def write(self, question: Question, evidence: Sequence[Evidence]) -> Draft:
        """A draft whose every claim is a whole sentence of the evidence, or an empty one."""
        if question.by_article:
            return self._lines(question, evidence)
        every = self._candidates(question, evidence)
        question = self._parted(question, every)
        ranked = self._ranked(question, every)
        if not any(ranked):
            return Draft((), 0.0, related=bool(evidence))
        verdict = self._confidence.judge(ranked)
        if not verdict.answers:
            return Draft((), verdict.confidence, verdict.related, nearest=_nearest(ranked))
        pools: list[Pool] = []
        missing: list[str] = []
        sure = verdict.sure
        for part, found, lacks in zip(question.parts, ranked, verdict.missing, strict=True):
            fitting, whose = ([], "missing") if lacks else self._fitting(question, part, found)
            label = part.text if len(question.parts) > 1 else ""
            pools += [Pool(label, part.query, sentences) for sentences in fitting]
            missing += [part.text] if whose == "missing" else []
            sure = sure and whose != "unsure"
        claims = self._chosen(question, pools, every) if pools else []
        if question.form == "fact" and len(ranked) == 1:
            claims = self._with_mark(question.parts[0], claims, ranked[0])
        return Draft(
            tuple(claims),
            verdict.confidence,
            related=True,
            doubtful=not sure,
            missing=tuple(missing),
            nearest=() if claims else _nearest(ranked),
        )

    def _fitting(
        self, question: Question, part: Part, ranked: list[ScoredSentence]
    ) -> tuple[list[list[ScoredSentence]], Whose]:
        """The sentences to choose from, of each person apart where their words are wanted."""
        if question.form == "words":  # cached, since each sentence asks for its article's
            return by_speaker(part, ranked, cache(self._statements))
        return [ranked], "theirs"

    def _with_mark(
        self, part: Part, claims: list[DraftClaim], ranked: Sequence[ScoredSentence]
    ) -> list[DraftClaim]:
        """The claims, with the words that answer in the one that answers best."""
        quoted = {claim.quotes[0].text: place for place, claim in enumerate(claims)}
        best = next((one.candidate for one in ranked if one.candidate.text in quoted), None)
        if self._marker is None or best is None:
            return claims
        begins = len(best.framed) - len(best.text)
        found = self._marker.marked(part.query, best.framed, begins)
        if found is None or found[1] - found[0] > _MARKED * len(best.text):
            return claims
        place, mark = quoted[best.text], " ".join(best.framed[slice(*found)].split())
        return [*claims[:place], replace(claims[place], mark=mark), *claims[place + 1 :]]

    def _chosen(
        self, question: Question, pools: Sequence[Pool], every: Sequence[Candidate]
    ) -> list[DraftClaim]:
        """Sentences of the pools; each part of a question, and each person asked for, by itself."""
        most, size = self._settings.sentences, self._settings.words
        if question.form == "fact":
            most = min(most, _OF_A_FACT)
        if more := _MORE.get(question.form):
            most, size = most + more, size * (most + more) // most
        most = min(most, question.most or most)
        if question.order == "latest":
            pools = [pool.newest_first() for pool in pools]
        choice = Choice(pools, question.form, self._belonging, self._encode)
        choice.fill(most, size)
        if question.form == "words" and question.most is None:
            said = cache(self._statements)
            choice.complete(size, lambda group, room: whole(group, every, said, room))
        told = [
            (pool, one)
            for pool, group in zip(pools, choice.groups, strict=True)
            for one in in_order(group, question.order, as_told=question.form != "fact")
        ]
        return [_claim(one.candidate, _label(one, pool, pools)) for pool, one in told]

    def _lines(self, question: Question, evidence: Sequence[Evidence]) -> Draft:
        """A line for each article on the matter."""

        def score(every: Sequence[Candidate]) -> list[ScoredSentence]:
            return self._scorer.score(question, every)[0]

        told, confidence = lines(
            question,
            evidence,
            score,
            self._confidence,
            self._matter,
            self._telling,
            self._encode,
        )
        return Draft(tuple(_claim(one.candidate) for one in told), confidence, bool(told))


def quoting_writer(
    archive: Archive,
    reader: Reader | None,
    reranked: bool,
    settings: AnswerSettings,
    marker: Marker | None = None,
) -> QuotingWriter:
    """A quoting writer over an archive, with the numbers that the package ships.

    Args:
        archive: where the statements are, and the shares of words.
        reader: judges the sentences; without one the question's words do.
        reranked: whether a cross-encoder has scored the passages.
        settings: how much to quote.
        marker: tells which words answer; without it none are marked.
    """
    by = ("reader" if reader else "words") + (" and reranker" if reranked else "")
    return QuotingWriter(
        Scorer(reader, archive.term_shares),
        confidence.fitted(by),
        matter.fitted(by),
        belonging.fitted(by),
        belonging.fitted(by, "stories"),
        archive.statements,
        archive.encode,
        settings,
        marker,
        reranked,
    )


def _label(one: ScoredSentence, pool: Pool, pools: Sequence[Pool]) -> str:
    """The parts of the question that a sentence answers best, in their order."""
    first = [other.label for other in pools if other.sentences[0].candidate is one.candidate]
    return " · ".join(first) if len(first) > 1 else pool.label


def _nearest(ranked: Sequence[Sequence[ScoredSentence]]) -> tuple[Quote, ...]:
    """The best sentences of the part that is answered best."""
    best = max(filter(None, ranked), key=lambda part: part[0].score)
    return tuple(_quote(one.candidate) for one in best[:_NEAREST])


def _claim(candidate: Candidate, part: str = "") -> DraftClaim:
    return DraftClaim(" ".join(candidate.text.split()), (_quote(candidate),), part=part)


def _quote(candidate: Candidate) -> Quote:
    return Quote(candidate.evidence.number, candidate.text, candidate.start, candidate.end)
