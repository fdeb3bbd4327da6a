"""The gate: a claim is shown as supported only if its citations stand in the archive now.

Every writer's draft passes it. It trusts neither the writer's offsets nor the evidence, which may
be seconds old: each quote is compared, word for word, with the current version of its article.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Event, Lock, Thread

from assistant.answering.evidence import Draft, DraftClaim, Quote
from assistant.answering.glosses import glossed
from assistant.answering.refusing import refusal_of
from assistant.answering.sides import AttributedClaim, sides
from assistant.archive import Archive
from assistant.attribution.speakers import spoken, statement_at
from assistant.errors import ArticleUnknown, OnRecordError
from assistant.text import find
from assistant.types import (
    Answer,
    Citation,
    Claim,
    Evidence,
    Question,
    Source,
    Span,
    Statement,
    Support,
)
from assistant.verification import Checker, Reading
from assistant.verification import Source as CheckedSource

SupportJudge = Callable[[str, Sequence[str]], bool]
"""Whether sources support a claim."""

_NEAREST = 3


@dataclass(frozen=True, slots=True)
class JudgedClaim:
    """A sentence of a draft, and the gate's verdict on it."""

    text: str
    """The sentence."""
    support: Support
    """The verdict."""
    citations: tuple[Citation, ...] = ()
    """What it rests on, not numbered yet."""
    statement: Statement | None = None
    """The statement that it reports, where it reports one."""
    reason: str | None = None
    """Why it is not supported."""
    part: str = ""
    """The part of the question that it answers, where there are several."""
    mark: str = ""
    """The words of it that answer, where that is sure."""


class Gate:
    """Judges the claims of one draft against its evidence."""

    def __init__(
        self,
        evidence: Sequence[Evidence],
        archive: Archive,
        checker: Checker | None = None,
        judge: SupportJudge | None = None,
    ) -> None:
        """Make a gate.

        Args:
            evidence: what the writer was handed.
            archive: what it is compared with, at the moment of judging.
            checker: checks paraphrased claims against their sources; without it only quotes pass.
            judge: may reject a paraphrase that the checker accepts, never the reverse.
        """
        self._evidence = {item.number: item for item in evidence}
        self._archive = archive
        self._checker = checker
        self._judge = judge
        self._read: dict[int, CheckedSource | None] = {}
        self._reading = Lock()

    @contextmanager
    def reading_ahead(self) -> Iterator[None]:
        """Preload the sources in a background thread during the block, while the model writes."""
        over = Event()
        thread = Thread(target=self._read_all, args=[over], name="gate")
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _read_all(self, over: Event) -> None:
        for number in self._evidence:
            if over.is_set():
                return
            try:
                self._source(number)
            except OnRecordError:
                return  # whoever judges a claim will meet it, and say so

    def judge(self, draft: DraftClaim) -> JudgedClaim:
        """The verdict on one sentence."""
        if draft.quotes:
            found = [self.citation(quote) for quote in draft.quotes]
            said = draft.text.split()
            exact = [c for c in found if c and c.quote.split() == said]
            return replace(self._quoting(draft.text, exact), part=draft.part, mark=draft.mark)
        if not draft.cites:
            return JudgedClaim(draft.text, "unsupported", reason="it cites no source")
        sources = [source for n in draft.cites if (source := self._source(n)) is not None]
        if not sources:
            return JudgedClaim(
                draft.text, "unsupported", reason="it cites a source that does not exist"
            )
        verbatim = [whole for source in sources if (whole := self._verbatim(draft.text, source))]
        if verbatim:
            return self._quoting(draft.text, verbatim[:1])
        return self._rephrased(draft.text, sources)

    def _quoting(self, text: str, exact: Sequence[Citation]) -> JudgedClaim:
        """A claim that says nothing but the words of its sources."""
        if not exact:
            return JudgedClaim(text, "unsupported", reason="these words are not in the source")
        first = exact[0]
        statement = self._statement(first.article, first.start, first.end)
        return JudgedClaim(text, "quoted", tuple(exact), statement)

    def _verbatim(self, text: str, source: CheckedSource) -> Citation | None:
        """The sentence of a source that a claim repeats verbatim, as a citation."""
        for sentence in source.sentences:
            if _same_words(sentence.text, text):
                return self.citation(_quote(source, sentence))
        return None

    def _rephrased(self, text: str, sources: Sequence[CheckedSource]) -> JudgedClaim:
        if self._checker is None:
            return JudgedClaim(text, "unsupported", reason="it is no quotation")
        finding = self._checker.check(text, sources)
        reason = finding.reason
        found = [self.citation(_quote(source, sentence)) for source, sentence in finding.ground]
        citations = tuple(citation for citation in found if citation is not None)
        if not reason and len(citations) < len(found):
            reason = "its source has changed"
        if not reason and self._judge and not self._judge(text, [one.quote for one in citations]):
            reason = "the judge model finds no support for it"
        if reason:
            return JudgedClaim(text, "unsupported", reason=reason)
        first = citations[0]
        statement = self._statement(first.article, first.start, first.end)
        return JudgedClaim(text, "supported", citations, statement)

    def citation(self, quote: Quote) -> Citation | None:
        """The quote as a citation, its number still open; None where it is not to be trusted."""
        found = self.located(quote)
        return found and spoken(found, self._statements(found.article))

    def located(self, quote: Quote) -> Citation | None:
        """The same without a speaker, since a whole passage may hold the words of several."""
        item = self._evidence.get(quote.evidence)
        if item is None or not quote.text:
            return None
        passage = item.hit.passage
        inside = passage.start <= quote.start <= quote.end <= passage.end
        current = self._archive.is_current
        if not inside or not current(passage.article, quote.start, quote.end, quote.text):
            return None
        return Citation(
            number=0,
            article=passage.article,
            quote=quote.text,
            start=quote.start,
            end=quote.end,
            copies=item.hit.copies,
        )

    def _source(self, number: int) -> CheckedSource | None:
        with self._reading:
            if number not in self._read:
                self._read[number] = self._opened(number)
            return self._read[number]

    def _opened(self, number: int) -> CheckedSource | None:
        """The cited passage as the archive holds it now; None where it is no more."""
        item = self._evidence.get(number)
        if item is None or self._checker is None:
            return None
        passage = item.hit.passage
        if not self._archive.is_current(passage.article, passage.start, passage.end, passage.text):
            return None
        try:
            article = self._archive.article(passage.article.id, passage.article.version)
        except ArticleUnknown:  # removed since the line above
            return None
        statements = self._statements(article.source)
        return self._checker.read(number, article, Span(passage.start, passage.end), statements)

    def _statement(self, article: Source, start: int, end: int) -> Statement | None:
        return statement_at(self._statements(article), start, end)

    def _statements(self, article: Source) -> list[Statement]:
        return self._archive.statements(article.id, article.version)


class CitationNumbers:
    """Citations in the order of their first use; the same span has one number."""

    def __init__(self) -> None:
        self._numbers: dict[Citation, int] = {}

    def claim(self, judged: JudgedClaim) -> Claim:
        """The judged sentence as a claim of the answer."""
        for citation in judged.citations:
            self._numbers.setdefault(citation, len(self._numbers) + 1)
        numbers = tuple(self._numbers[citation] for citation in judged.citations)
        speaker = judged.citations[0].speaker if judged.citations else None
        return Claim(
            judged.text,
            numbers,
            judged.support,
            speaker,
            judged.reason,
            part=judged.part,
            mark=judged.mark if judged.text.count(judged.mark) == 1 else "",
        )

    def citations(self, judged: JudgedClaim | None = None) -> tuple[Citation, ...]:
        """Those of a claim, or all, with their numbers."""
        wanted = self._numbers if judged is None else judged.citations
        return tuple(replace(one, number=self._numbers[one]) for one in wanted)


def ground(
    question: Question,
    draft: Draft,
    evidence: Sequence[Evidence],
    archive: Archive,
    judged: Sequence[JudgedClaim] | None = None,
) -> Answer:
    """The answer that the evidence supports, or a refusal with the nearest passages.

    A claim is ``quoted`` if it is, apart from white space, a quote from the current version of an
    article handed to the writer; ``supported`` if it is a paraphrase to which no check in
    ``verification`` objects; otherwise ``unsupported``, and left out of the text.

    Args:
        question: as it was understood.
        draft: what the writer wrote.
        evidence: what it was handed.
        archive: what it is compared with.
        judged: the verdicts on the draft's claims, where they are known already.
    """
    gate = Gate(evidence, archive)
    told = map(gate.judge, draft.claims) if judged is None else _standing(judged, archive)
    verdicts = list(told)
    numbering = CitationNumbers()
    claims = [numbering.claim(_readable(one)) for one in verdicts]
    shown = [claim for claim in claims if claim.support != "unsupported"]
    refusal = None if shown else refusal_of(question, draft, archive)
    passages, cited = _passages(evidence, gate), numbering.citations()
    nearest = _nearest(draft, gate, passages) if refusal else ()
    return replace(
        Answer.begun(question),
        text=refusal.message if refusal else " ".join(claim.marked for claim in shown),
        refusal=refusal,
        claims=tuple(claims),
        citations=cited,
        sides=sides(question, _said(claims, verdicts)),
        missing=draft.missing if shown else (),
        confidence=draft.confidence,
        doubtful=draft.doubtful and bool(shown),
        coverage=archive.coverage(question.filters),
        nearest=_numbered(nearest),
        read=_numbered(_without([*cited, *nearest], passages)),
    )


def _nearest(draft: Draft, gate: Gate, passages: Sequence[Citation]) -> Sequence[Citation]:
    """What a refusal shows: the sentences that a draft names, else the best passages."""
    told = [one for quote in draft.nearest if (one := gate.citation(quote))]
    return (told or passages)[:_NEAREST]


def _said(claims: Sequence[Claim], verdicts: Sequence[JudgedClaim]) -> list[AttributedClaim]:
    """The claims that are shown, with the statements that they report."""
    return [
        AttributedClaim(claim, one.statement, one.text)
        for claim, one in zip(claims, verdicts, strict=True)
        if claim.support != "unsupported"
    ]


def _readable(one: JudgedClaim) -> JudgedClaim:
    """A quoted sentence with what it leaves to its article."""
    if one.support != "quoted":
        return one
    return replace(one, text=glossed(one.text, one.citations[0], one.statement))


def _standing(judged: Sequence[JudgedClaim], archive: Archive) -> list[JudgedClaim]:
    """Check earlier verdicts again: claims whose quotes have since changed lose their support."""
    return [
        one
        if all(archive.is_current(c.article, c.start, c.end, c.quote) for c in one.citations)
        else JudgedClaim(one.text, "unsupported", reason="its source has changed")
        for one in judged
    ]


def _same_words(quote: str, text: str) -> bool:
    """True where two texts are one, white space and the shape of quotes apart."""
    span = find(text, quote)
    return span is not None and not (quote[: span.start] + quote[span.end :]).strip()


def _quote(source: CheckedSource, sentence: Reading) -> Quote:
    return Quote(source.number, sentence.text, sentence.start, sentence.end)


def _passages(evidence: Sequence[Evidence], gate: Gate) -> list[Citation]:
    """The passages that the writer was handed, as far as the archive holds them still."""
    whole = [
        Quote(item.number, item.hit.passage.text, item.hit.passage.start, item.hit.passage.end)
        for item in evidence
    ]
    return [one for quote in whole if (one := gate.located(quote)) is not None]


def _without(cited: Sequence[Citation], passages: Sequence[Citation]) -> list[Citation]:
    """The passages that hold nothing of what is cited."""
    return [
        one
        for one in passages
        if not any(c.article.id == one.article.id and one.start <= c.start < one.end for c in cited)
    ]


def _numbered(citations: Sequence[Citation]) -> tuple[Citation, ...]:
    return tuple(replace(one, number=number) for number, one in enumerate(citations, 1))
