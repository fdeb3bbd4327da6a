"""A suite: questions with what is right about them, and settings for scoring them.

A broken suite is never scored by guess: every fault is collected and named with its file and line.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from assistant.errors import SuiteBroken
from assistant.resources import folder
from assistant.text import is_blank
from assistant.types import PastTurn

Count = Annotated[int, Field(ge=1)]
Price = Annotated[float, Field(ge=0)]

PROMISES = {"exact_quotes": 1.0, "current_versions": 1.0}
"""Thresholds of every suite that does not set others: what On Record promises of any answer."""

_MOST_FAULTS = 20
_SLIP = 0.8  # likeness of a field's name to a known one that makes it a slip of the pen


@dataclass(frozen=True, slots=True)
class GoldQuote:
    """Words of an article that a right answer rests on."""

    article: str
    """The article's id."""
    quote: str
    """Its exact words."""


@dataclass(frozen=True, slots=True)
class GoldStatement:
    """Somebody's words that a right answer gives to that somebody."""

    article: str
    """The article's id."""
    speaker: str | tuple[str, ...]
    """The speaker's name, or the names that will do."""
    quote: str
    """The words said, as they stand in the article."""

    @property
    def speakers(self) -> tuple[str, ...]:
        """The names that will do."""
        return (self.speaker,) if isinstance(self.speaker, str) else self.speaker


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
    def gold_articles(self) -> tuple[str, ...]:
        """The articles that it names anywhere, each once."""
        return tuple(dict.fromkeys((*self.articles, *(quote.article for quote in self.quotes))))

    @property
    def quotes(self) -> tuple[GoldQuote, ...]:
        """Every quote that it names: of its evidence and of its statements."""
        said = [GoldQuote(statement.article, statement.quote) for statement in self.statements]
        return (*self.evidence, *said)


class JudgeSettings(BaseModel):
    """A chat model as judge; only where a suite asks for one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str
    """Its name for LangChain's init_chat_model: ``provider:model``."""
    repeats: Count = 3
    """How often each judgement is asked for; the spread is reported."""
    timeout: Annotated[float, Field(gt=0)] = 60
    """Seconds that a reply may take."""
    max_cost: Price = 1.0
    """Spending limit of a run, in the currency of the prices."""
    price_input: Price = 0.0
    """Price of a million tokens read."""
    price_output: Price = 0.0
    """Price of a million tokens written."""
    cache: str | None = None
    """A file of judgements to share between runs, relative to the suite; else the run's own."""


class _File(BaseModel):
    """The TOML of a suite. Paths are relative to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    questions: str
    archive: str | None = None
    corpus: tuple[str, ...] = ()
    twins: bool = False
    seed: int = 1
    cutoffs: tuple[Count, ...] = (1, 3, 5, 10)
    slices: tuple[str, ...] = ("kind", "outlet", "year", "answerable")
    metrics: tuple[str, ...] = ()
    thresholds: dict[str, float] = {}
    price_input: Price = 0.0
    price_output: Price = 0.0
    judge: JudgeSettings | None = None


@dataclass(frozen=True, slots=True)
class Suite:
    """Questions and the settings for scoring them."""

    name: str
    """What it is called; names the folder of its results."""
    path: Path
    """The question file."""
    questions: tuple[GoldQuestion, ...]
    """What is asked, in order."""
    archive: Path | None = None
    """An archive to ask."""
    corpus: tuple[Path, ...] = ()
    """Files and folders of articles to make an archive of; used where no archive is named."""
    twins: bool = False
    """Whether each answerable question is asked again with its own articles excluded."""
    seed: int = 1
    """Of every resampling."""
    cutoffs: tuple[int, ...] = (1, 3, 5, 10)
    """Ranks at which recall and hit rate are read."""
    slices: tuple[str, ...] = ("kind", "outlet", "year", "answerable")
    """What the report breaks figures down by: these four, or extra fields of the questions."""
    metrics: tuple[str, ...] = ()
    """The figures that comparisons test; none means the usual ones."""
    thresholds: dict[str, float] = field(default_factory=PROMISES.copy)
    """The worst value that the gate lets pass, by metric; ``PROMISES`` are always among them."""
    price_input: float = 0.0
    """Price of a million tokens that the answering chat model reads."""
    price_output: float = 0.0
    """Price of a million tokens that it writes."""
    judge: JudgeSettings | None = None
    """A chat model as judge."""

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits that change with what is asked, or with what is right about it."""
        asked = TypeAdapter(tuple[GoldQuestion, ...]).dump_python(
            tuple(replace(question, line=0) for question in self.questions), mode="json"
        )
        text = json.dumps([asked, self.twins], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def read_suite(source: str | Path) -> Suite:
    """A suite from its TOML file, from a bare question file, or by the name of a shipped one.

    Raises:
        SuiteBroken: something in it is wrong; the message names every fault with file and line.
    """
    path = _located(source)
    if path.suffix != ".toml":
        return Suite(path.stem, path, read_questions(path))
    settings = _settings(path)
    ours = {"name", "questions", "archive", "corpus", "thresholds", "judge"}
    given = settings.model_dump(exclude=ours)
    questions = path.parent / settings.questions
    return Suite(
        name=settings.name or path.stem,
        path=questions,
        questions=read_questions(questions),
        archive=path.parent / settings.archive if settings.archive else None,
        corpus=tuple(path.parent / name for name in settings.corpus),
        thresholds=PROMISES | settings.thresholds,
        judge=_judge(path, settings.judge),
        **given,
    )


def read_questions(path: Path) -> tuple[GoldQuestion, ...]:
    """The questions of a file, one JSON object a line.

    Raises:
        SuiteBroken: the file cannot be read, is empty, or a line is wrong.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise SuiteBroken(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise SuiteBroken(f"{path} is not UTF-8: {error.reason} at byte {error.start}.") from None
    questions: list[GoldQuestion] = []
    faults: list[str] = []
    for number, line in enumerate(lines, 1):
        if not is_blank(line):
            try:
                questions.append(_question(line, number))
            except ValueError as error:
                faults.append(f"{path}:{number}: {error}")
    faults += _repeated(path, questions)
    refuse(faults)
    if not questions:
        raise SuiteBroken(f"{path} holds no question.", "Write one JSON object a line.")
    return tuple(questions)


def refuse(faults: list[str]) -> None:
    """Raise SuiteBroken with the faults, where there are any; the first twenty are named."""
    if faults:
        more = len(faults) - _MOST_FAULTS
        shown = faults[:_MOST_FAULTS] + ([f"and {more} more"] if more > 0 else [])
        raise SuiteBroken("The suite is broken:\n  " + "\n  ".join(shown))


def _located(source: str | Path) -> Path:
    path = Path(source)
    if path.is_file():
        return path
    shipped = folder("evals") / f"{source}.toml"
    if path.suffix == "" and path.name == str(source) and shipped.is_file():
        return shipped
    names = sorted(file.stem for file in folder("evals").glob("*.toml"))
    raise SuiteBroken(
        f"There is no suite {str(source)!r}.",
        f"Name a question file, a suite's TOML, or one of: {', '.join(names)}.",
    )


def _settings(path: Path) -> _File:
    try:
        settings = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SuiteBroken(f"{path}: {error}.") from None
    except ValidationError as error:
        raise SuiteBroken(f"{path}: {_explained(error)}.") from None
    return settings


def _judge(path: Path, judge: JudgeSettings | None) -> JudgeSettings | None:
    if judge is None or judge.cache is None:
        return judge
    return judge.model_copy(update={"cache": str(path.parent / judge.cache)})


def _question(line: str, number: int) -> GoldQuestion:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from None
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
        raise ValueError(_explained(error)) from None
    if "answerable" not in given and not question.gold_articles:
        raise ValueError("it says neither whether it is answerable nor which articles answer it")
    if fault := next(_contradictions(question), ""):
        raise ValueError(fault)
    return replace(question, extra=extra)


def _contradictions(question: GoldQuestion) -> Iterator[str]:
    if is_blank(question.id):
        yield "the id is empty"
    if is_blank(question.question):
        yield "the question is empty"
    if any(is_blank(quote.quote) for quote in question.quotes):
        yield "a quote is empty"
    if any(
        is_blank(text)
        for entry in question.must_include
        for text in ([entry] if isinstance(entry, str) else entry or [""])
    ):
        yield "an entry of must_include is empty"


@cache
def _adapter() -> TypeAdapter[GoldQuestion]:
    return TypeAdapter(GoldQuestion)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _explained(error: ValidationError) -> str:
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
