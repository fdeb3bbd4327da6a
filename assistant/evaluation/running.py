"""From a suite to a run: ask, score, and write down what fell short."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.answering.chat import ChatModel, LangChainModel
from assistant.assistant import Assistant
from assistant.errors import EvaluationError, SettingsError, SuiteBroken
from assistant.evaluation.asking import Progress, Record, ask_all
from assistant.evaluation.gold import Gold, locate
from assistant.evaluation.judging import ChatJudge, CrossEncoderJudge, Prompts
from assistant.evaluation.lost import STAGES, lost
from assistant.evaluation.metrics import USUAL, Case, Metric, metrics_of, score_all
from assistant.evaluation.metrics.judged import unjudged
from assistant.evaluation.report import write_report
from assistant.evaluation.runs import Result, Run, manifest, write_json, write_results
from assistant.evaluation.suite import Suite
from assistant.models import PackagedReranker
from assistant.prompts import load_prompt
from assistant.settings import ModelSettings

_EVERY_SLICE = ("kind", "outlet", "year", "answerable")


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
        judge: the chat model that judges; else the one that the suite names, if any.

    Raises:
        SuiteBroken: the suite names articles, quotes or metrics that there are not.
        EvaluationError: the folder holds another run, or a question could not be asked.
        ModelError: the judge cannot be had.
    """
    _check_names(suite, metrics_of(suite.cutoffs, suite.twins))
    golds = locate(suite, assistant.archive)
    chat = _chat_judge(suite, assistant, Path(folder), judge)
    made = manifest(suite, assistant)
    folder = _prepared(Path(folder), made)
    records = ask_all(assistant, golds, suite.twins, folder, progress)
    by_id = {gold.question.id: gold for gold in golds}
    cases = [Case(by_id[record.id], record) for record in records]
    run = Run(folder, made, _results(suite, cases, chat))
    summary, times = summarise(run), _times(records)
    write_results(folder / "results.jsonl", run.results)
    write_json(folder / "summary.json", summary)
    write_json(folder / "times.json", times)
    write_report(folder / "report.html", suite, run, cases, summary, times)
    return run


def _results(suite: Suite, cases: Sequence[Case], chat: ChatJudge | None) -> tuple[Result, ...]:
    # One offline judge for all that is compared, whatever reranks.
    support = CrossEncoderJudge(PackagedReranker(ModelSettings()))
    scores = score_all(cases, suite, support, chat.score if chat else unjudged)
    return tuple(
        Result(
            id=case.record.id,
            twin=case.record.twin,
            articles=case.gold.question.gold_articles,
            slices=_slices(suite, case.gold),
            lost=lost(case),
            scores=scored,
        )
        for case, scored in zip(cases, scores, strict=True)
    )


def summarise(run: Run) -> dict[str, Any]:
    """The figures of a run, by slice, too, and what lost its questions."""
    figures = {name: run.figure(metric) for name, metric in run.metrics.items()}
    short = [
        {"metric": name, "value": figures[name]["value"], "threshold": threshold}
        for name, threshold in run.manifest["thresholds"].items()
        if figures[name]["value"] is None
        or run.metrics[name].falls_short(figures[name]["value"], threshold)
    ]
    return {
        "suite": run.manifest["suite"],
        "asked": len(run.results),
        "fell_short": short,
        "lost": {
            stage: [_name(result) for result in run.results if result.lost == stage]
            for stage in STAGES
        },
        "figures": figures,
        "slices": {name: _sliced(run, name) for name in run.manifest["slices"]},
    }


def _sliced(run: Run, name: str) -> dict[str, dict[str, Any]]:
    """The figures that comparisons test, for each value of a slice; twins are no part of it."""
    chosen = [metric for metric in run.manifest["metrics"] or USUAL if metric in run.metrics]
    asked = [result for result in run.results if not result.twin]
    found: dict[str, dict[str, Any]] = {}
    for value in sorted({value for result in asked for value in result.slices[name]}):
        within = [not r.twin and value in r.slices[name] for r in run.results]
        figures = {metric: run.figure(run.metrics[metric], within) for metric in chosen}
        found[value] = {
            "asked": sum(within),
            "lost": sum(
                result.lost is not None
                for result, on in zip(run.results, within, strict=True)
                if on
            ),
            "figures": {
                metric: {"value": figure["value"], "scored": figure["scored"]}
                for metric, figure in figures.items()
            },
        }
    return found


def _name(result: Result) -> str:
    return f"{result.id} (twin)" if result.twin else result.id


def _check_names(suite: Suite, metrics: dict[str, Metric]) -> None:
    unknown = [name for name in (*suite.metrics, *suite.thresholds) if name not in metrics]
    if unknown:
        raise SuiteBroken(
            f"{suite.name}: there is no metric {unknown[0]!r}.",
            f"There are: {', '.join(metrics)}.",
        )
    extra = {name for question in suite.questions for name in question.extra}
    for name in suite.slices:
        if name not in (*_EVERY_SLICE, *extra):
            raise SuiteBroken(f"{suite.name}: no question has the slice {name!r}.")


def _prepared(folder: Path, made: dict[str, Any]) -> Path:
    """The folder with its run.json; it holds nothing else, or an earlier part of the same run."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "run.json"
    if path.exists():
        try:
            before = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            before = {}
        changed = [name for name in made if before.get(name) != made[name]]
        if changed:
            raise EvaluationError(
                f"{folder} holds a run with other {', '.join(changed)}.", "Name another --out."
            )
    elif any(folder.iterdir()):
        raise EvaluationError(f"{folder} holds something else.", "Name another --out.")
    write_json(path, made)
    return folder


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
    prompts = Prompts(load_prompt("judge_correctness"), load_prompt("judge_support"))
    model = model or LangChainModel(suite.judge.model, suite.judge.timeout)
    return ChatJudge(model, prompts, suite.judge, folder)


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
            "p95": round(sorted(values)[int(0.95 * (len(values) - 1))], 4),
            "mean": round(statistics.mean(values), 4),
            "asked": len(values),
        }
        for stage, values in spent.items()
    }


def with_twins(suite: Suite) -> Suite:
    """The suite, each answerable question asked again with its own articles excluded."""
    return replace(suite, twins=True)
