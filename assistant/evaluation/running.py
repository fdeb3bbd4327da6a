"""From a suite to a run: ask, score, and write down what fell short."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from assistant.assistant import Assistant
from assistant.errors import EvaluationError, SettingsError, SuiteBroken
from assistant.evaluation.asking import Progress, Record, ask_all
from assistant.evaluation.gold import Gold, locate
from assistant.evaluation.judging import ChatJudge, CrossEncoderJudge
from assistant.evaluation.lost import lost
from assistant.evaluation.manifest import Manifest, manifest_of
from assistant.evaluation.metrics import metrics_of, score_all
from assistant.evaluation.metrics.judged import unjudged
from assistant.evaluation.metrics.scores import Case, Metric
from assistant.evaluation.report import write_report
from assistant.evaluation.runs import Result, Run, rounded_score
from assistant.evaluation.storing import read_manifest, write_json, write_results
from assistant.models.chat_model import ChatModel, LangChainModel
from assistant.models.reranking import PackagedReranker
from assistant.settings import ModelSettings
from assistant.suites.suite import EVERY_SLICE, Suite

_LOCK = ".lock"


def run_suite(
    suite: Suite,
    assistant: Assistant,
    folder: str | Path,
    progress: Progress | None = None,
    judge: ChatModel | None = None,
) -> Run:
    """Ask a suite's questions, score the answers and write the run into a folder.

    A folder that holds an unfinished run of the same goes on where that stopped.

    Args:
        suite: what to ask.
        assistant: whom to ask.
        folder: where to write.
        progress: called with the number of questions asked, and of all.
        judge: stands in for the chat model that the suite names as judge.

    Raises:
        SuiteBroken: the suite names articles, quotes or metrics that there are not.
        EvaluationError: the folder holds another run, or a question could not be asked.
        ModelError: the judge cannot be had.
    """
    _check_names(suite, metrics_of(suite.cutoffs, suite.twins))
    golds = locate(suite, assistant.archive)
    made = manifest_of(suite, assistant)
    with _alone(Path(folder)) as folder:
        chat = _chat_judge(suite, assistant, folder, judge)
        _prepare(folder, made)
        records = ask_all(assistant, golds, suite.twins, folder, progress)
        return _scored_run(suite, folder, made, golds, records, chat)


def _scored_run(
    suite: Suite,
    folder: Path,
    made: Manifest,
    golds: Sequence[Gold],
    records: Sequence[Record],
    chat: ChatJudge | None,
) -> Run:
    """Score what was asked, and write down what came of it."""
    by_id = {gold.question.id: gold for gold in golds}
    cases = [Case(by_id[record.id], record) for record in records]
    run = Run(folder, made, _results(suite, cases, chat))
    times = _times(records)
    write_results(folder / "results.jsonl", run.results)
    write_json(folder / "summary.json", run.summary())
    write_json(folder / "times.json", times)
    write_report(folder / "report.html", suite, run, cases, times)
    return run


def _results(suite: Suite, cases: Sequence[Case], chat: ChatJudge | None) -> tuple[Result, ...]:
    # Always the packaged model, whatever the reranker, so that runs stay comparable.
    support = CrossEncoderJudge(PackagedReranker(ModelSettings()))
    scores = score_all(cases, suite, support, chat.score if chat else unjudged)
    return tuple(
        Result(
            id=case.record.id,
            twin=case.record.twin,
            articles=case.gold.question.gold_articles,
            slices=_slices(suite, case.gold),
            lost=lost(case),
            scores={name: rounded_score(score) for name, score in scored.items()},
        )
        for case, scored in zip(cases, scores, strict=True)
    )


def _check_names(suite: Suite, metrics: dict[str, Metric]) -> None:
    unknown = [name for name in (*suite.metrics, *suite.thresholds) if name not in metrics]
    if unknown:
        raise SuiteBroken(
            f"{suite.name}: there is no metric {unknown[0]!r}.",
            f"There are: {', '.join(metrics)}.",
        )
    extra = {name for question in suite.questions for name in question.extra}
    for name in suite.slices:
        if name not in (*EVERY_SLICE, *extra):
            raise SuiteBroken(f"{suite.name}: no question has the slice {name!r}.")


@contextmanager
def _alone(folder: Path) -> Iterator[Path]:
    """The folder, made where it is missing, while no other process writes a run into it."""
    lock = FileLock(folder / _LOCK)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise EvaluationError(
            f"Another process is running a suite into {folder}.", "Wait, or name another --out."
        ) from None
    except OSError as error:
        raise EvaluationError(
            f"{folder} cannot be written to: {error.strerror}.", "Name another --out."
        ) from None
    try:
        yield folder
    finally:
        lock.release()


def _prepare(folder: Path, made: Manifest) -> None:
    """Write run.json; the folder holds nothing else, or an earlier part of the same run."""
    if (folder / "run.json").exists():
        if changed := read_manifest(folder).answers_differ(made):
            raise EvaluationError(
                f"{folder} holds a run with other {', '.join(changed)}.", "Name another --out."
            )
    elif any(entry.name != _LOCK for entry in folder.iterdir()):
        raise EvaluationError(f"{folder} holds something else.", "Name another --out.")
    write_json(folder / "run.json", made.model_dump(mode="json"))


def _slices(suite: Suite, gold: Gold) -> dict[str, tuple[str, ...]]:
    question = gold.question
    known = {
        "kind": (question.kind or "none",),
        "outlet": gold.outlets or ("none",),
        "year": gold.years or ("none",),
        "answerable": ("yes" if question.answerable else "no",),
    }
    return {name: known.get(name) or (question.extra.get(name, "none"),) for name in suite.slices}


def _chat_judge(
    suite: Suite, assistant: Assistant, folder: Path, model: ChatModel | None
) -> ChatJudge | None:
    if suite.judge is None:
        return None
    if suite.judge.model == assistant.settings.answer.model:
        raise SettingsError("A model does not judge its own answers.", "Name another judge.")
    model = model or LangChainModel(suite.judge.model, suite.judge.timeout)
    return ChatJudge(model, suite.judge, folder)


def _times(records: Sequence[Record]) -> dict[str, Any]:
    """Seconds a question, by stage and in all: median, 95th percentile and mean."""
    spent: dict[str, list[float]] = {}
    for record in records:
        for stage, seconds in record.seconds.items():
            spent.setdefault(stage, []).append(seconds)
        if record.seconds:
            spent.setdefault("all", []).append(sum(record.seconds.values()))
    return {
        stage: {
            "median": round(statistics.median(values), 4),
            "p95": round(float(np.percentile(values, 95)), 4),
            "mean": round(statistics.mean(values), 4),
            "asked": len(values),
        }
        for stage, values in spent.items()
    }


def with_twins(suite: Suite) -> Suite:
    """The suite, each answerable question asked again with its own articles excluded."""
    return replace(suite, twins=True)
