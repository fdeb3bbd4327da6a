"""The gate: nothing is shown as supported that the archive does not hold, now, word for word.

Every writer's draft passes it. It trusts neither the writer's offsets nor the evidence, which may
be seconds old: each quote is compared with the article as the archive holds it at this moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.answering.evidence import Draft, DraftClaim, Quote
from assistant.answering.sides import Spoken, sides, speaker_in, statement_at
from assistant.archive import Archive
from assistant.types import (
    Answer,
    Citation,
    Claim,
    Coverage,
    Evidence,
    Question,
    Refusal,
    RefusalReason,
    Source,
    Statement,
)

_NEAREST = 3
_LANGUAGES = {
    "ar": "Arabic",
    "de": "German",
    "el": "Greek",
    "es": "Spanish",
    "fa": "Persian",
    "fr": "French",
    "hi": "Hindi",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "zh": "Chinese",
}


def ground(
    question: Question, draft: Draft, evidence: Sequence[Evidence], archive: Archive
) -> Answer:
    """The answer that the evidence supports, or a refusal with the nearest passages.

    A claim is ``quoted`` where it is, white space apart, a quote that stands in the current version
    of an article handed to the writer; else it is ``unsupported`` and stays out of the text.
    """
    numbered: dict[Citation, int] = {}
    spoken = [_spoken(claim, evidence, archive, numbered) for claim in draft.claims]
    claims = tuple(one.claim for one in spoken)
    shown = [claim for claim in claims if claim.support != "unsupported"]
    refusal = None if shown else _refusal(question, draft, archive)
    return Answer(
        question=question.text,
        standalone=question.standalone,
        text=refusal.message if refusal else " ".join(map(_marked, shown)),
        refusal=refusal,
        claims=claims,
        citations=tuple(_numbered(citation, number) for citation, number in numbered.items()),
        sides=sides(question, [one for one in spoken if one.claim in shown]),
        missing=draft.missing if shown else (),
        confidence=draft.confidence,
        nearest=_nearest(evidence, archive) if refusal else (),
        history=question.history,
        filters=question.filters,
        inferred=question.inferred,
        coverage=archive.coverage(question.filters),
    )


def _spoken(
    draft: DraftClaim,
    evidence: Sequence[Evidence],
    archive: Archive,
    numbered: dict[Citation, int],
) -> Spoken:
    """The claim, marked with its speaker where its source is reported speech."""
    citations = [_citation(quote, evidence, archive) for quote in draft.quotes]
    said = " ".join(draft.text.split())
    exact = [c for c in citations if c is not None and " ".join(c.quote.split()) == said]
    for citation in exact:
        numbered.setdefault(citation, len(numbered) + 1)
    if not exact:
        return Spoken(Claim(draft.text), None)
    first = exact[0]
    statement = _statement(first.article, first.start, first.end, archive)
    numbers = tuple(numbered[citation] for citation in exact)
    return Spoken(Claim(draft.text, numbers, "quoted", first.speaker), statement)


def _statement(article: Source, start: int, end: int, archive: Archive) -> Statement | None:
    return statement_at(archive.statements(article.id, article.version), start, end)


def _citation(quote: Quote, evidence: Sequence[Evidence], archive: Archive) -> Citation | None:
    """The quote as a citation, its number still open; None where it is not to be trusted."""
    item = next((item for item in evidence if item.number == quote.evidence), None)
    if item is None or not quote.text:
        return None
    passage = item.hit.passage
    inside = passage.start <= quote.start <= quote.end <= passage.end
    if not inside or not archive.is_current(passage.article, quote.start, quote.end, quote.text):
        return None
    statement = _statement(passage.article, quote.start, quote.end, archive)
    return Citation(
        number=0,
        article=passage.article,
        quote=quote.text,
        start=quote.start,
        end=quote.end,
        speaker=speaker_in(statement, quote.start, quote.text),
        copies=item.hit.copies,
    )


def _numbered(citation: Citation, number: int) -> Citation:
    return replace(citation, number=number)


def _marked(claim: Claim) -> str:
    return claim.text + "".join(f"[{number}]" for number in claim.citations)


def _nearest(evidence: Sequence[Evidence], archive: Archive) -> tuple[Citation, ...]:
    whole = [
        Quote(item.number, item.hit.passage.text, item.hit.passage.start, item.hit.passage.end)
        for item in evidence
    ]
    found = [_citation(quote, evidence, archive) for quote in whole]
    current = [citation for citation in found if citation is not None][:_NEAREST]
    # a whole passage may hold the words of several
    return tuple(replace(one, number=number, speaker=None) for number, one in enumerate(current, 1))


def _refusal(question: Question, draft: Draft, archive: Archive) -> Refusal:
    coverage = archive.coverage(question.filters)
    if not coverage.articles:
        if archive.coverage().articles:
            return Refusal("no_evidence", "No article of the archive is within these filters.")
        return Refusal("empty_archive", "The archive holds no articles yet. Add some first.")
    reason: RefusalReason = "no_evidence" if draft.related else "off_topic"
    found = (
        "Nothing in them answers the question; the nearest passages are related only."
        if draft.related
        else "None of them is about this."
    )
    return Refusal(
        reason, f"I searched {described(coverage)}. {found}{_language_note(question, archive)}"
    )


def described(coverage: Coverage) -> str:
    """The coverage in words: how many articles, and from when to when."""
    count = f"{coverage.articles:,} article{'' if coverage.articles == 1 else 's'}"
    if coverage.since is None or coverage.until is None:
        return count
    return f"{count}, published from {coverage.since} to {coverage.until}"


def _language_note(question: Question, archive: Archive) -> str:
    """Why a question in a foreign language finds nothing. Never decides whether it does."""
    from py3langid import classify

    held = archive.languages()
    asked = str(classify(question.text)[0])
    if not held or asked in held or asked not in _LANGUAGES:
        return ""
    names = sorted(_LANGUAGES.get(code, "English" if code == "en" else code) for code in held)
    return (
        f" The question seems to be in {_LANGUAGES[asked]}; the articles are in {', '.join(names)}."
    )
