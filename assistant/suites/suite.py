"""A suite: questions with what is right about them, and settings for scoring them.

A broken suite is never scored by guess: every fault is collected and named with its file and line.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    TypeAdapter,
    ValidationError,
)

from assistant.errors import SuiteBroken
from assistant.resources import folder
from assistant.suites.questions import GoldQuestion, explained, read_questions

Count = Annotated[int, Field(ge=1)]
Cutoffs = Annotated[tuple[Count, ...], AfterValidator(lambda given: tuple(sorted(set(given))))]
Names = Annotated[tuple[str, ...], AfterValidator(lambda given: tuple(dict.fromkeys(given)))]
Price = Annotated[FiniteFloat, Field(ge=0)]

PROMISES = {"exact_quotes": 1.0, "current_versions": 1.0, "text_claimed": 1.0}
"""Thresholds of every suite that does not set others: what On Record promises of any answer."""

EVERY_SLICE = ("kind", "outlet", "year", "answerable")
"""The slices that every question has."""


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
    """The TOML of a suite; paths are relative to it. What it leaves out, ``Suite`` has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    questions: str
    archive: str | None = None
    corpus: tuple[str, ...] = ()
    twins: bool | None = None
    seed: Annotated[int, Field(ge=0)] | None = None
    cutoffs: Cutoffs | None = None
    slices: Names | None = None
    metrics: Names | None = None
    thresholds: dict[str, FiniteFloat] = {}
    price_input: Price | None = None
    price_output: Price | None = None
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
    slices: tuple[str, ...] = EVERY_SLICE
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
        for turn in (turn for question in asked for turn in question["history"]):
            if not turn["articles"]:  # a field that runs before it know nothing of
                del turn["articles"]
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
    ours = {"questions", "archive", "corpus", "thresholds", "judge"}
    given = settings.model_dump(exclude=ours, exclude_none=True)
    if settings.archive and settings.corpus:
        raise SuiteBroken(f"{path} names an archive and a corpus.", "Keep one of them.")
    questions = path.parent / settings.questions
    return Suite(
        name=path.stem,
        path=questions,
        questions=read_questions(questions),
        archive=(path.parent / settings.archive).resolve() if settings.archive else None,
        corpus=tuple((path.parent / name).resolve() for name in settings.corpus),
        thresholds=PROMISES | settings.thresholds,
        judge=_judge(path, settings.judge),
        **given,
    )


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
        settings = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SuiteBroken(f"{path}: {error}.") from None
    except ValidationError as error:
        raise SuiteBroken(f"{path}: {explained(error)}.") from None
    return settings


def _judge(path: Path, judge: JudgeSettings | None) -> JudgeSettings | None:
    if judge is None or judge.cache is None:
        return judge
    return judge.model_copy(update={"cache": str(path.parent / judge.cache)})
