"""The questions of a suite, and what is right about them.

A broken file is never scored by guess: every fault is collected and named with its line.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from assistant.errors import SuiteBroken
from assistant.text import is_blank, words
from assistant.types import PastTurn

_MOST_FAULTS = 20
_SLIP = 0.8  # similarity to a known field from which an unknown one is taken for a typing error


@dataclass(frozen=True, slots=True)
class GoldQuote:
    """Words of an article that a right answer rests on."""

    article: str
    """The article's id."""
    quote: str
    """Its exact words."""


@dataclass(frozen=True, slots=True)
class GoldStatement:
    """A statement that a right answer attributes to its speaker."""

    article: str
    """The article's id."""
    speaker: str | tuple[str, ...]
    """The speaker's name, or the names that will do."""
    quote: str
    """The words said, as they stand in the article."""

    @property
    def speakers(self) -> tuple[str, ...]:
        """The names that will do."""
        return _alternatives(self.speaker)


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question, and what is right about it."""

    id: str
    """Its name in the suite."""
    question: str
    """The question as asked."""
    kind: str = ""
    """What sort of question it is; a slice of the report."""
    answerable: bool = True
    """Whether the archive holds an answer. Where not, refusing is right."""
    articles: tuple[str, ...] = ()
    """Ids of the articles that hold the answer."""
    evidence: tuple[GoldQuote, ...] = ()
    """Quotes that a right answer rests on; of an unanswerable question, those that rebut it."""
    answer: str = ""
    """The right answer in a person's words."""
    must_include: tuple[str | tuple[str, ...], ...] = ()
    """What a right answer contains: strings, or lists of alternatives."""
    history: tuple[PastTurn, ...] = ()
    """The turns before it."""
    statements: tuple[GoldStatement, ...] = ()
    """Who says what, where the question is about that."""
    extra: dict[str, str] = field(default_factory=dict)
    """Further fields of the file, as text; each can be a slice."""
    line: int = 0
    """Its line in the question file."""

    @property
    def wanted(self) -> tuple[tuple[str, ...], ...]:
        """The alternatives of each entry of must_include."""
        return tuple(map(_alternatives, self.must_include))

    @property
    def gold_articles(self) -> tuple[str, ...]:
        """The articles that it names anywhere, each once."""
        return tuple(dict.fromkeys((*self.articles, *(quote.article for quote in self.quotes))))

    @property
    def quotes(self) -> tuple[GoldQuote, ...]:
        """Every quote that it names: of its evidence and of its statements."""
        said = [GoldQuote(statement.article, statement.quote) for statement in self.statements]
        return (*self.evidence, *said)


def read_questions(path: Path) -> tuple[GoldQuestion, ...]:
    """The questions of a file, one JSON object a line.

    Raises:
        SuiteBroken: the file cannot be read, is empty, or a line is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SuiteBroken(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise SuiteBroken(f"{path} is not UTF-8: {error.reason} at byte {error.start}.") from None
    return parse_questions(text.split("\n"), path)


def parse_questions(lines: Sequence[str], path: Path) -> tuple[GoldQuestion, ...]:
    """The questions of the lines of a file; ``path`` names it in what is said of faults.

    Raises:
        SuiteBroken: there are none, or a line is wrong.
    """
    questions: list[GoldQuestion] = []
    faults: list[str] = []
    for number, line in enumerate(lines, 1):
        if not is_blank(line):
            try:
                questions.append(_question(line, number))
            except ValueError as error:
                faults.append(f"{path}:{number}: {error}")
    refuse(faults + _repeated(path, questions))
    if not questions:
        raise SuiteBroken(f"{path} holds no question.", "Write one JSON object a line.")
    return tuple(questions)


def refuse(faults: list[str]) -> None:
    """Raise SuiteBroken with the faults, where there are any; the first twenty are named."""
    if faults:
        more = len(faults) - _MOST_FAULTS
        shown = faults[:_MOST_FAULTS] + ([f"and {more} more"] if more > 0 else [])
        raise SuiteBroken("The suite is broken:\n  " + "\n  ".join(shown))


def _alternatives(entry: str | tuple[str, ...]) -> tuple[str, ...]:
    return (entry,) if isinstance(entry, str) else entry


def _question(line: str, number: int) -> GoldQuestion:
    try:
        fields = json.loads(line, object_pairs_hook=_once_each)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from None
    try:
        json.dumps(fields, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("half of a character (a lone surrogate) stands in it") from None
    if not isinstance(fields, dict):
        raise ValueError("not a JSON object")
    known = set(GoldQuestion.__dataclass_fields__) - {"extra", "line"}
    extra = {name: _text(value) for name, value in fields.items() if name not in known}
    for name in extra:
        if meant := difflib.get_close_matches(name, known, n=1, cutoff=_SLIP):
            raise ValueError(f"unknown field {name!r}; did you mean {meant[0]!r}?")
    given = {name: value for name, value in fields.items() if name in known and value is not None}
    try:
        question: GoldQuestion = _adapter().validate_python({**given, "line": number})
    except ValidationError as error:
        raise ValueError(explained(error)) from None
    if "answerable" not in given and not question.gold_articles:
        raise ValueError("it says neither whether it is answerable nor which articles answer it")
    if fault := next(_empty_fields(question), ""):
        raise ValueError(fault)
    return replace(question, extra=extra)


def _empty_fields(question: GoldQuestion) -> Iterator[str]:
    if is_blank(question.id):
        yield "the id is empty"
    if is_blank(question.question):
        yield "the question is empty"
    if not all(words(quote.quote) for quote in question.quotes):
        yield "a quote is empty, or holds no word"
    if any(not wanted or any(map(is_blank, wanted)) for wanted in question.wanted):
        yield "an entry of must_include is empty"
    for statement in question.statements:
        if not statement.speakers or not all(map(words, statement.speakers)):
            yield "a speaker is empty"


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a field stands twice in an object")
    return fields


@cache
def _adapter() -> TypeAdapter[GoldQuestion]:
    return TypeAdapter(GoldQuestion)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def explained(error: ValidationError) -> str:
    """What is wrong with which fields."""
    return "; ".join(
        f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()
    )


def _repeated(path: Path, questions: list[GoldQuestion]) -> list[str]:
    first: dict[str, int] = {}
    return [
        f"{path}:{question.line}: the id {question.id!r} stands on line {first[question.id]}, too"
        for question in questions
        if first.setdefault(question.id, question.line) != question.line
    ]
