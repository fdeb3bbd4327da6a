"""From a draft to an answer: what the gate lets pass, or a refusal with what is nearest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from assistant.answering.evidence import Draft, Quote
from assistant.answering.gate import Gate, JudgedClaim
from assistant.answering.glosses import glossed
from assistant.answering.refusing import refusal_of
from assistant.answering.sides import AttributedClaim, sides
from assistant.archive import Archive
from assistant.types import (
    Answer,
    Citation,
    Claim,
    Evidence,
    Question,
)

_NEAREST = 3


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
            judged.rule,
            judged.detail,
            judged.score,
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
    as_of = question.filters.as_of
    gate = Gate(evidence, archive, as_of=as_of)
    told = map(gate.judge, draft.claims) if judged is None else _standing(judged, archive, as_of)
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


def _standing(
    judged: Sequence[JudgedClaim], archive: Archive, as_of: date | None
) -> list[JudgedClaim]:
    """Check earlier verdicts again: claims whose quotes have since changed lose their support.

    What leans on one of them falls with it.
    """
    standing: list[JudgedClaim] = []
    for one in judged:
        places = ((c.article, c.start, c.end, c.quote) for c in one.citations)
        if not all(archive.is_current(*place, as_of) for place in places):
            one = JudgedClaim(one.text, "unsupported", rule="changed")
        elif one.leaning and standing and standing[-1].support == "unsupported":
            one = JudgedClaim(one.text, "unsupported", rule="neighbour")
        standing.append(one)
    return standing


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
