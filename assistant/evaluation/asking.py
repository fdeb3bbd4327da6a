"""Asking the questions of a suite, and writing down what each stage made of them.

Every answer is appended to a journal as it comes, so that a run that was killed goes on where it
stopped. What is written down needs no archive any more: scoring reads nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast

from pydantic import TypeAdapter

from assistant.answering import Turn
from assistant.archive import Archive
from assistant.assistant import Assistant
from assistant.errors import ArticleUnknown, EvaluationError, OnRecordError
from assistant.evaluation.gold import Gold, passage_name, twin_filters
from assistant.evaluation.journal import append, mend, whole_lines
from assistant.types import EVERYTHING, Answer, Citation, Hit, Question

Progress = Callable[[int, int], None]
"""Called with the number of questions asked so far, and of all."""

_ANSWERS, _TIMES = "answers.jsonl", "times.jsonl"
_CONTEXT = 160  # characters kept around a quote, for the report


@dataclass(frozen=True, slots=True)
class Found:
    """A passage in a ranking."""

    article: str
    """Its article's id."""
    start: int
    """First character in the article's text."""
    end: int
    """One past its last character."""
    story: str
    """The gold article that it is from or copied from, else its own article."""
    passage: str
    """The relevant passage that it is or copies, else its own name."""
    quotes: tuple[int, ...] = ()
    """Positions of the gold quotes that it holds."""


@dataclass(frozen=True, slots=True)
class DraftQuote:
    """A quote of the writer's draft, before the gate."""

    story: str
    """The gold article that it is from or copied from, else its own article."""
    text: str
    """The words."""


@dataclass(frozen=True, slots=True)
class CitationCheck:
    """A citation of the answer, compared with the archive."""

    story: str
    """The gold article that it cites or a copy of which it cites, else its own article."""
    exact: bool
    """Whether the cited version holds exactly these characters there."""
    current: bool
    """Whether the cited version is the one that the archive shows now."""
    before: str = ""
    """The text before the quote, for the report."""
    after: str = ""
    """The text after it."""


@dataclass(frozen=True, slots=True)
class Record:
    """A question asked, and what each stage made of it."""

    id: str
    """The question's id."""
    twin: bool
    """Whether its own articles were excluded."""
    answer: Answer
    """The answer, without its times."""
    candidates: tuple[Found, ...] = ()
    """What the searches found, fused, best first."""
    read: tuple[Found, ...] = ()
    """What was left after reranking, best first."""
    evidence: tuple[Found, ...] = ()
    """What the writer was given."""
    drafted: tuple[DraftQuote, ...] = ()
    """What the writer quoted."""
    cited: tuple[CitationCheck, ...] = ()
    """The answer's citations, in their order."""
    nearest: tuple[CitationCheck, ...] = ()
    """Those of a refusal's nearest passages."""
    seconds: dict[str, float] = field(default_factory=dict)
    """Time spent, by stage; kept apart from the rest on disk."""


def ask_all(
    assistant: Assistant,
    golds: Sequence[Gold],
    twins: bool,
    folder: Path,
    progress: Progress | None = None,
) -> list[Record]:
    """Ask every question, and its twin, that the journal in ``folder`` does not hold yet.

    Raises:
        EvaluationError: a question could not be asked; what was asked before is kept.
    """
    for name in (_ANSWERS, _TIMES):
        mend(folder / name)
    asked = {(record.id, record.twin): record for record in read_journal(folder)}
    tasks = [(gold, False) for gold in golds]
    if twins:
        tasks += [(gold, True) for gold in golds if gold.has_twin]
    records: list[Record] = []
    with (
        (folder / _ANSWERS).open("a", encoding="utf-8") as answers,
        (folder / _TIMES).open("a", encoding="utf-8") as times,
    ):
        for done, (gold, twin) in enumerate(tasks, 1):
            record = asked.get((gold.question.id, twin))
            if record is None:
                record = observe(assistant, gold, twin)
                fields = _adapter().dump_python(record, mode="json")
                seconds = {"id": record.id, "twin": twin, "seconds": fields.pop("seconds")}
                append(times, seconds)
                append(answers, fields)
            records.append(record)
            if progress:
                progress(done, len(tasks))
    return records


def read_journal(folder: Path) -> list[Record]:
    """What a run has asked so far.

    Raises:
        EvaluationError: a line is none that a run writes.
    """
    try:
        spent = {(line["id"], line["twin"]): line["seconds"] for line in _lines(folder / _TIMES)}
        return [
            _adapter().validate_python(
                {**line, "seconds": spent.get((line["id"], line["twin"]), {})}
            )
            for line in _lines(folder / _ANSWERS)
        ]
    except (ValueError, KeyError, TypeError):
        raise EvaluationError(
            f"{_ANSWERS} or {_TIMES} in {folder} is damaged.", "Name another --out."
        ) from None


def observe(assistant: Assistant, gold: Gold, twin: bool = False) -> Record:
    """Ask one question and write down what each stage made of it."""
    asked = gold.question
    filters = twin_filters(gold) if twin else EVERYTHING
    try:
        question = Question(asked.question, asked.history, filters)
        after = dict(assistant.turns(question))
    except OnRecordError as error:
        raise EvaluationError(
            f"Question {asked.id} (line {asked.line}) could not be asked: {error}",
            "Mend that, and run the same command again: it goes on from here.",
        ) from error
    answer = cast(Answer, after["ground"].answer)
    return Record(
        id=asked.id,
        twin=twin,
        answer=answer,
        candidates=_found(after["retrieve"].hits, gold),
        read=_found(after["period"].hits, gold),
        evidence=_found([item.hit for item in after["write"].evidence], gold),
        drafted=tuple(_drafted(after["write"], gold)),
        cited=tuple(_checked(citation, gold, assistant.archive) for citation in answer.citations),
        nearest=tuple(_checked(citation, gold, assistant.archive) for citation in answer.nearest),
        seconds={name: round(spent, 4) for name, spent in after["ground"].seconds.items()},
    )


def _found(hits: Sequence[Hit], gold: Gold) -> tuple[Found, ...]:
    return tuple(_found_one(hit, gold) for hit in hits)


def _found_one(hit: Hit, gold: Gold) -> Found:
    passage, relevant = hit.passage, gold.passage(hit)
    return Found(
        article=passage.article.id,
        start=passage.start,
        end=passage.end,
        story=gold.story(passage.article.id, hit.copies),
        passage=relevant.name if relevant else passage_name(passage),
        quotes=relevant.quotes if relevant else (),
    )


def _drafted(turn: Turn, gold: Gold) -> Iterator[DraftQuote]:
    hits = {item.number: item.hit for item in turn.evidence}
    for claim in turn.draft.claims if turn.draft else ():
        for quote in claim.quotes:
            if hit := hits.get(quote.evidence):
                yield DraftQuote(gold.story(hit.passage.article.id, hit.copies), quote.text)
        for number in claim.cites:
            if hit := hits.get(number):
                yield DraftQuote(gold.story(hit.passage.article.id, hit.copies), hit.passage.text)


def _checked(citation: Citation, gold: Gold, archive: Archive) -> CitationCheck:
    story = gold.story(citation.article.id, citation.copies)
    try:
        cited = archive.article(citation.article.id, citation.article.version)
        newest = archive.article(citation.article.id)
    except ArticleUnknown:
        return CitationCheck(story, exact=False, current=False)
    start, end = citation.start, citation.end
    return CitationCheck(
        story,
        exact=0 <= start < end and cited.text[start:end] == citation.quote,
        current=cited.version == newest.version,
        before=cited.text[max(0, start - _CONTEXT) : max(0, start)],
        after=cited.text[end : end + _CONTEXT],
    )


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line, parse_constant=_no_number) for line in whole_lines(path)]


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


@cache
def _adapter() -> TypeAdapter[Record]:
    return TypeAdapter(Record)
