"""An assistant that was made worse is caught by the gate that is named for it.

The sample suite is run once as it is, which is its own gate, and then by eight mutants of the
assistant, over every sixth question.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import assistant.stages as door
from assistant import Answer, Assistant, Citation, Claim, Hit
from assistant.answering import Draft
from assistant.archive import Archive
from assistant.evaluation import Run, gate, read_run, run_suite
from assistant.quoting import Confidence
from assistant.quoting.confidence import Verdict
from assistant.resources import folder
from assistant.suites import Suite, read_suite
from assistant.text import sentences

pytestmark = pytest.mark.slow

CORRECTED = "kv-0401"


@pytest.fixture(scope="module")
def sample_run(sample: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_suite(read_suite("sample"), sample, tmp_path_factory.mktemp("runs") / "sample")


def test_the_sample_suite_passes_its_gate(sample_run: Run) -> None:
    baseline = read_run(folder("evals") / "baselines" / "sample")
    verdict = gate(sample_run, baseline)
    assert (verdict.failures, verdict.unjudged) == ((), ())


@pytest.fixture(scope="module")
def some(sample_run: Run) -> Suite:
    """Every sixth question: enough for the gates, quick enough for eight mutants."""
    suite = read_suite("sample")
    return replace(suite, questions=suite.questions[::6])


Change = Callable[[Answer, Archive], Answer]


def first_changed(change: Callable[[Answer], Answer | None]) -> Change:
    """Change the first answer for which ``change`` gives one, and no other."""
    done = []

    def once(answer: Answer, archive: Archive) -> Answer:
        changed = None if done else change(answer)
        if changed is not None:
            done.append(True)
        return changed or answer

    return once


def with_claims(answer: Answer, change: Callable[[Claim], Claim]) -> Answer:
    return replace(answer, claims=tuple(map(change, answer.claims)))


def drop_citations(answer: Answer, archive: Archive) -> Answer:
    bare = with_claims(answer, lambda claim: replace(claim, citations=(), support="supported"))
    return replace(bare, citations=())


def alter_a_quote(answer: Answer) -> Answer | None:
    if not answer.citations:
        return None
    first, *others = answer.citations
    altered = replace(first, quote=first.quote.replace(" the ", " their ", 1))
    return None if altered == first else replace(answer, citations=(altered, *others))


def invent_a_number(answer: Answer) -> Answer | None:
    for place, claim in enumerate(answer.claims):
        if re.search(r"\b\d{2,3}\b", claim.text):
            text = re.sub(r"\b\d{2,3}\b", "987", claim.text, count=1)
            claims = list(answer.claims)
            claims[place] = replace(claim, text=text, support="supported")
            return replace(answer, claims=tuple(claims))
    return None


def swap_speakers(answer: Answer, archive: Archive) -> Answer:
    """Every name that says something becomes another's."""
    name = r"(?:[A-Z][\w'’-]+ )*[A-Z][\w'’-]+"
    said = re.compile(rf"(?<=said ){name}|{name}(?=,? (?:said|told))")
    swapped = with_claims(
        answer,
        lambda claim: replace(
            claim,
            text=said.sub("Orla Quince", claim.text),
            support="supported",
            speaker=claim.speaker and "Orla Quince",
        ),
    )
    citations = [replace(one, speaker=one.speaker and "Orla Quince") for one in answer.citations]
    return replace(swapped, citations=tuple(citations))


def quote_the_first_version(answer: Answer, archive: Archive) -> Answer:
    """What cites the corrected story quotes its first version instead."""

    def stale(citation: Citation) -> Citation:
        if citation.article.id != CORRECTED:
            return citation
        old = archive.article(CORRECTED, 1)
        span = sentences(old.text)[0]
        return replace(
            citation,
            article=old.source,
            quote=old.text[span.start : span.end],
            start=span.start,
            end=span.end,
        )

    return replace(answer, citations=tuple(map(stale, answer.citations)))


def answering(monkeypatch: pytest.MonkeyPatch, change: Change) -> None:
    ground = door.ground

    def mutant(question: Any, draft: Draft, evidence: Any, archive: Archive, *more: Any) -> Answer:
        answer = ground(question, draft, evidence, archive, *more)
        return answer if answer.refusal else change(answer, archive)

    monkeypatch.setattr(door, "ground", mutant)


def shuffling(monkeypatch: pytest.MonkeyPatch) -> None:
    retrieve, generator = door.retrieve, random.Random(1)

    def mutant(*given: Any) -> list[Hit]:
        hits = retrieve(*given)
        return generator.sample(hits, len(hits))

    monkeypatch.setattr(door, "retrieve", mutant)


def refusing(monkeypatch: pytest.MonkeyPatch) -> None:
    ground = door.ground

    def mutant(question: Any, draft: Draft, evidence: Any, archive: Archive, *more: Any) -> Answer:
        nothing = Draft((), draft.confidence, draft.related)
        return ground(question, nothing, evidence, archive, *more)

    monkeypatch.setattr(door, "ground", mutant)


def answering_all(monkeypatch: pytest.MonkeyPatch) -> None:
    judge = Confidence.judge

    def mutant(self: Confidence, *given: Any) -> Verdict:
        verdict = judge(self, *given)
        return replace(verdict, answers=True, missing=(False,) * len(verdict.missing))

    monkeypatch.setattr(Confidence, "judge", mutant)


MUTANTS: dict[str, tuple[str, Callable[[pytest.MonkeyPatch], None]]] = {
    "shuffled retrieval": ("passage_ndcg@10", shuffling),
    "dropped citations": ("citation_recall", lambda patch: answering(patch, drop_citations)),
    "one altered quote": (
        "exact_quotes",
        lambda patch: answering(patch, first_changed(alter_a_quote)),
    ),
    "an invented number": (
        "facts_supported",
        lambda patch: answering(patch, first_changed(invent_a_number)),
    ),
    "a swapped speaker": ("speaker_kept", lambda patch: answering(patch, swap_speakers)),
    "always refuse": ("over_refusal", refusing),
    "never refuse": (
        "twin_refusal_recall",
        answering_all,
    ),
    "stale version answered": (
        "current_versions",
        lambda patch: answering(patch, quote_the_first_version),
    ),
}


def test_unharmed_it_passes_on_some_of_the_questions(
    sample: Assistant, some: Suite, tmp_path: Path
) -> None:
    verdict = gate(run_suite(some, sample, tmp_path / "run"))
    assert (verdict.failures, verdict.unjudged) == ((), ())


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_caught_by_its_gate(
    name: str,
    sample: Assistant,
    some: Suite,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    metric, mutate = MUTANTS[name]
    mutate(monkeypatch)
    verdict = gate(run_suite(some, sample, tmp_path / "run"))
    assert metric in [failure.metric for failure in verdict.failures], verdict
