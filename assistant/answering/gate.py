"""The gate: a claim is shown as supported only if its citations stand in the archive now.

It trusts neither the writer's offsets nor the evidence, which may be seconds old: each quote is
compared, word for word, with the current version of its article.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from threading import Event, Lock, Thread

from assistant.answering.evidence import DraftClaim, Quote
from assistant.archive import Archive
from assistant.attribution.speakers import spoken, statement_at
from assistant.errors import ArticleUnknown, OnRecordError
from assistant.text import find
from assistant.types import (
    Citation,
    Evidence,
    Rule,
    Source,
    Span,
    Statement,
    Support,
)
from assistant.verification import Checker, Objection, Reading
from assistant.verification import Source as CheckedSource

# How a sentence begins that says nothing by itself; "this week" and "both houses" begin others.
_LEANS = re.compile(
    r"(?:(?:but|and|also|however|therefore|so|still|yet|instead|then),? )?"
    r"(?:(?:he|she|they|it|his|her|their|its)\b|(?:this|these|those|both|such) (?:is|are|was|were"
    r"|ha[sd]|have|will|would|could|may|might|means?|meant|c[ao]mes?|follow\w*)\b)",
    re.IGNORECASE,
)

SupportJudge = Callable[[str, Sequence[str]], bool | None]
"""Whether sources support a claim; None where it cannot be told."""


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
    rule: Rule | None = None
    """What found it unsupported."""
    detail: str = ""
    """The words that the rule objects to."""
    score: float | None = None
    """The verifier's probability that its citations say it, where it was asked."""
    leaning: bool = False
    """Whether it was judged with the sentence before it, and falls with that."""
    part: str = ""
    """The part of the question that it answers, where there are several."""
    mark: str = ""
    """The words of it that answer, where that is sure."""


Neighbour = tuple[DraftClaim, JudgedClaim]
"""A sentence of a draft, with those that it leans on itself, and the verdict on it."""


def neighbour(before: Neighbour | None, draft: DraftClaim, judged: JudgedClaim) -> Neighbour:
    """What the sentence after ``draft`` may lean on, ``before`` being what that may lean on."""
    if not (before and judged.leaning):
        return draft, judged
    cites = tuple(dict.fromkeys([*before[0].cites, *draft.cites]))
    return DraftClaim(f"{before[0].text} {draft.text}", (), cites), judged


class Gate:
    """Judges the claims of one draft against its evidence."""

    def __init__(
        self,
        evidence: Sequence[Evidence],
        archive: Archive,
        checker: Checker | None = None,
        judge: SupportJudge | None = None,
        as_of: date | None = None,
    ) -> None:
        """Make a gate.

        Args:
            evidence: what the writer was handed.
            archive: what it is compared with, at the moment of judging.
            checker: checks paraphrased claims against their sources; without it only quotes pass.
            judge: decides in the verifier's place whether sources say a paraphrase; the rules
                stand.
            as_of: the day on which the evidence must have been current; None for now.
        """
        self._as_of = as_of
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
                self.read(number)
            except OnRecordError:
                return  # whoever judges a claim will meet it, and say so

    def read(self, number: int) -> None:
        """Read a source now, so that a claim that cites it need not wait for that."""
        self._source(number)

    def judge(self, draft: DraftClaim, before: Neighbour | None = None) -> JudgedClaim:
        """The verdict on one sentence.

        Args:
            draft: the sentence.
            before: the one before it in the same answer, and the verdict on that. A sentence that
                leans on it ("He added …") is judged with it, and falls with it.
        """
        if draft.quotes:
            found = [self.citation(quote) for quote in draft.quotes]
            said = draft.text.split()
            exact = [c for c in found if c and c.quote.split() == said]
            return replace(self._quoting(draft.text, exact), part=draft.part, mark=draft.mark)
        if not draft.cites:
            return JudgedClaim(draft.text, "unsupported", rule="no_citation")
        if not self._evidence.keys() & set(draft.cites):
            return JudgedClaim(draft.text, "unsupported", rule="no_such_source")
        if self._checker is None:
            return JudgedClaim(draft.text, "unsupported", rule="no_quotation")
        sources = [source for n in draft.cites if (source := self._source(n)) is not None]
        if not sources:
            return JudgedClaim(draft.text, "unsupported", rule="changed")
        verbatim = [whole for source in sources if (whole := self._verbatim(draft.text, source))]
        if verbatim:
            return self._quoting(draft.text, verbatim[:1])
        if before is None or not _LEANS.match(draft.text):
            return self._rephrased(self._checker, draft.text, sources)
        return self._leaning(self._checker, draft, sources, before)

    def _leaning(
        self,
        checker: Checker,
        draft: DraftClaim,
        sources: Sequence[CheckedSource],
        before: Neighbour,
    ) -> JudgedClaim:
        """A claim that leans on the one before: by the sources of both, if that one stands."""
        first, verdict = before
        if verdict.support == "unsupported":
            return JudgedClaim(draft.text, "unsupported", rule="neighbour", leaning=True)
        others = [self._source(n) for n in first.cites if n not in draft.cites]
        every = [*sources, *(one for one in others if one is not None)]
        return replace(self._rephrased(checker, draft.text, every, first.text), leaning=True)

    def _quoting(self, text: str, exact: Sequence[Citation]) -> JudgedClaim:
        """A claim that says nothing but the words of its sources."""
        if not exact:
            return JudgedClaim(text, "unsupported", rule="quotation", detail=text)
        first = exact[0]
        statement = self._statement(first.article, first.start, first.end)
        return JudgedClaim(text, "quoted", tuple(exact), statement)

    def _verbatim(self, text: str, source: CheckedSource) -> Citation | None:
        """The sentence of a source that a claim repeats verbatim, as a citation."""
        for sentence in source.sentences:
            if _same_words(sentence.text, text):
                return self.citation(_quote(source, sentence))
        return None

    def _rephrased(
        self, checker: Checker, text: str, sources: Sequence[CheckedSource], before: str = ""
    ) -> JudgedClaim:
        finding = checker.check(text, sources, before)
        found = [self.citation(_quote(source, sentence)) for source, sentence in finding.ground]
        citations = tuple(citation for citation in found if citation is not None)
        objection = finding.objection
        if len(citations) < len(found):
            objection = Objection("changed")
        elif self._judge and citations and (not objection or objection.rule == "verifier"):
            said = self._judge(f"{before} {text}".strip(), [one.quote for one in citations])
            objection = objection if said is None else None if said else Objection("judge")
        if objection:
            return JudgedClaim(
                text, "unsupported", rule=objection.rule, detail=objection.detail,
                score=finding.score,
            )  # fmt: skip
        first = citations[0]
        statement = self._statement(first.article, first.start, first.end)
        return JudgedClaim(text, "supported", citations, statement, score=finding.score)

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
        place = (passage.article, quote.start, quote.end, quote.text)
        if not inside or not self._archive.is_current(*place, self._as_of):
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
        place = (passage.article, passage.start, passage.end, passage.text)
        if not self._archive.is_current(*place, self._as_of):
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


def _same_words(quote: str, text: str) -> bool:
    """True where two texts are one, white space and the shape of quotes apart."""
    span = find(text, quote)
    return span is not None and not (quote[: span.start] + quote[span.end :]).strip()


def _quote(source: CheckedSource, sentence: Reading) -> Quote:
    return Quote(source.number, sentence.text, sentence.start, sentence.end)
