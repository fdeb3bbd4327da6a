"""The quoting writer: an answer made of the articles' own sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from assistant.answering.evidence import Draft, DraftClaim, Quote
from assistant.archive import Archive
from assistant.models.reader import Marker, Reader
from assistant.quoting import confidence, matter
from assistant.quoting.by_article import lines
from assistant.quoting.candidates import Candidate, candidates
from assistant.quoting.choosing import ANY, TO_A_FACT, TO_WORDS, Encode, choose, in_order
from assistant.quoting.confidence import Confidence
from assistant.quoting.matter import Matter
from assistant.quoting.scoring import ScoredSentence, Scorer
from assistant.quoting.voices import Statements, by_speaker, parties, whole
from assistant.settings import AnswerSettings
from assistant.text import words
from assistant.types import Evidence, Part, Question

_ADDING = {"fact": TO_A_FACT, "comparison": TO_A_FACT, "words": TO_WORDS, "items": TO_WORDS}
_JUDGED = 24  # sentences for each part of a question; each costs the reader 20 ms
_OF_A_FACT = 3  # sentences: the one that says it, and two that add something
_OF_ITEMS = 8  # sentences that name some
_NEAREST = 3  # sentences that a refusal shows
_MARKED = 0.6  # of a sentence; a longer mark would tell nothing


@dataclass(frozen=True, slots=True)
class _Pool:
    """Sentences to choose from."""

    label: str
    """The part of the question that they answer, where it has several."""
    sentences: Sequence[ScoredSentence]

    def fit(self, one: ScoredSentence) -> tuple[bool, float]:
        """Whether a sentence was chosen of these, and how well it answers here."""
        own = [other for other in self.sentences if other.candidate is one.candidate]
        return any(one is other for other in own), own[0].logit if own else -math.inf


class QuotingWriter:
    """Quotes the sentences that answer, best first."""

    def __init__(
        self,
        scorer: Scorer,
        confidence: Confidence,
        matter: Matter,
        statements: Statements,
        encode: Encode,
        settings: AnswerSettings,
        marker: Marker | None = None,
    ) -> None:
        """Make a writer.

        Args:
            scorer: judges sentences.
            confidence: decides whether they answer.
            matter: decides which articles belong to a story or a list.
            statements: who says what in an article.
            encode: texts to vectors, to see what repeats.
            settings: how much to quote.
            marker: tells which words answer; without it none are marked.
        """
        self._scorer = scorer
        self._confidence = confidence
        self._matter = matter
        self._statements = statements
        self._encode = encode
        self._settings = settings
        self._marker = marker

    def rank(self, question: Question, evidence: Sequence[Evidence]) -> list[list[ScoredSentence]]:
        """For each part of the question the sentences it may be answered by, best first."""
        return self._ranked(question, self._candidates(question, evidence))

    def _candidates(self, question: Question, evidence: Sequence[Evidence]) -> list[Candidate]:
        return candidates(evidence, self._statements, question.filters.speakers)

    def _ranked(self, question: Question, found: Sequence[Candidate]) -> list[list[ScoredSentence]]:
        return self._scorer.score(question, found, _JUDGED)

    def write(self, question: Question, evidence: Sequence[Evidence]) -> Draft:
        """A draft whose every claim is a whole sentence of the evidence, or an empty one."""
        if question.by_article:
            return self._lines(question, evidence)
        every = self._candidates(question, evidence)
        ranked = self._ranked(question, every)
        if not any(ranked):
            return Draft((), 0.0, related=bool(evidence))
        verdict = self._confidence.judge(ranked)
        if not verdict.answers:
            return Draft((), verdict.confidence, verdict.related, nearest=_nearest(ranked))
        pools: list[_Pool] = []
        missing: list[str] = []
        for part, found, lacks in zip(question.parts, ranked, verdict.missing, strict=True):
            fitting, told = ([], False) if lacks else self._pools(question, part, found)
            label = part.text if len(question.parts) > 1 else ""
            pools += [_Pool(label, sentences) for sentences in fitting]
            missing += [] if told else [part.text]
        claims = self._chosen(question, pools, every) if pools else []
        if question.form == "fact" and len(ranked) == 1:
            claims = self._with_mark(question.parts[0], claims, ranked[0])
        return Draft(
            tuple(claims),
            verdict.confidence,
            related=True,
            doubtful=not verdict.sure,
            missing=tuple(missing),
            nearest=() if claims else _nearest(ranked),
        )

    def _pools(
        self, question: Question, part: Part, ranked: list[ScoredSentence]
    ) -> tuple[list[list[ScoredSentence]], bool]:
        """The sentences to choose from, of each person apart where their words are wanted.

        And whether they may answer: not where the person asked for says nothing.
        """
        statements = cache(self._statements)  # each sentence asks for its article's
        if question.form == "words":
            return by_speaker(part, ranked, statements)
        if question.form == "sides":
            return parties(ranked, statements), True
        return [ranked], True

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
        self, question: Question, pools: Sequence[_Pool], every: Sequence[Candidate]
    ) -> list[DraftClaim]:
        """Sentences of the pools; each part of a question, and each person asked for, by itself."""
        most, size = self._settings.sentences, self._settings.words
        if question.form == "fact":
            most = min(most, _OF_A_FACT)
        if question.form == "items":
            most, size = max(most, _OF_ITEMS), size * _OF_ITEMS // most
        ranked = [pool.sentences for pool in pools]
        adding = _ADDING.get(question.form, ANY)
        chosen = choose(ranked, self._encode, most, size, question.order, adding)
        if question.form == "words":
            room = self._settings.words - sum(len(words(one.candidate.text)) for one in chosen)
            chosen = whole(chosen, every, cache(self._statements), room)
        if question.form == "sides":  # which are told in turn
            return [_claim(one.candidate) for one in in_order(chosen, question.order, spoken=True)]
        groups: list[list[ScoredSentence]] = [[] for _ in pools]
        for one in chosen:
            best = max(range(len(pools)), key=lambda place: pools[place].fit(one))
            groups[best].append(one)
        return [
            _claim(one.candidate, _label(one, pool, pools if adding is not ANY else ()))
            for pool, group in zip(pools, groups, strict=True)
            for one in in_order(group, question.order, question.form == "words")
        ]

    def _lines(self, question: Question, evidence: Sequence[Evidence]) -> Draft:
        """A line for each article on the matter."""

        def score(every: Sequence[Candidate]) -> list[ScoredSentence]:
            return self._scorer.score(question, every)[0]

        told, confidence = lines(
            question, evidence, score, self._confidence, self._matter, self._encode
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
        archive.statements,
        archive.encode,
        settings,
        marker,
    )


def _label(one: ScoredSentence, pool: _Pool, pools: Sequence[_Pool]) -> str:
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
