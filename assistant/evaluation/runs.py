"""A run on disk: what was asked of what, each question's scores, and the figures.

::

    RUN/run.json        what made it: hashes, settings, models, versions, seed
    RUN/answers.jsonl   what each stage made of each question, as it was asked
    RUN/times.jsonl     seconds by stage; the only file, with the report, that differs between
                        two runs of the same
    RUN/results.jsonl   each question's scores, and the stage that lost it
    RUN/summary.json    the figures, by slice, too
    RUN/report.html     the same to read
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from assistant.assistant import Assistant
from assistant.errors import EvaluationError
from assistant.evaluation import sampling
from assistant.evaluation.metrics import Metric, Score, metrics_of
from assistant.evaluation.metrics.scores import Numbers
from assistant.evaluation.suite import Suite
from assistant.prompts import load_prompt

_PACKAGES = (
    "onrecord chromadb ir-measures langchain-core numpy onnxruntime scipy sentence-transformers"
    " sentencex tiktoken tokenizers torch transformers"
).split()
_DIGITS = 6
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Result:
    """One question's scores."""

    id: str
    """The question's id."""
    twin: bool
    """Whether its own articles were excluded."""
    articles: tuple[str, ...]
    """The gold articles; questions that share one are a cluster."""
    slices: dict[str, tuple[str, ...]]
    """What it belongs to, by slice."""
    lost: str | None
    """The stage that lost it."""
    scores: dict[str, Score]
    """What it adds to each figure."""


@dataclass(frozen=True)
class Run:
    """A run that is done."""

    folder: Path
    """Where it lies."""
    manifest: dict[str, Any]
    """What made it."""
    results: tuple[Result, ...]
    """Each question's scores, in the order asked."""

    @cached_property
    def metrics(self) -> dict[str, Metric]:
        """What was measured."""
        return metrics_of(self.manifest["cutoffs"], self.manifest["twins"])

    @cached_property
    def clusters(self) -> sampling.Whole:
        """Each result's cluster."""
        return sampling.clusters([result.articles for result in self.results])

    def figure(self, metric: Metric, within: Sequence[bool] | None = None) -> dict[str, Any]:
        """A figure with its interval, and how many questions are scored, or why none is."""
        results = [(r, c) for r, c in zip(self.results, self.clusters, strict=True)]
        chosen = [pair for n, pair in enumerate(results) if within is None or within[n]]
        scored = [(r.scores[metric.name], c) for r, c in chosen if _scored(r, metric.name)]
        reasons = Counter(
            r.scores[metric.name].unscored
            for r, _ in chosen
            if metric.name in r.scores and not _scored(r, metric.name)
        )
        rows = as_numbers([score for score, _ in scored])
        groups = np.unique(np.array([c for _, c in scored], np.int64), return_inverse=True)[1]
        value = sampling.value_of(rows, metric.figure)
        found: dict[str, Any] = {"value": rounded(value), "interval": None, "scored": len(scored)}
        if within is None and value is not None:
            low_high = sampling.interval(rows, groups, metric.figure, self.manifest["seed"])
            found["interval"] = [rounded(end) for end in low_high] if low_high else None
        if value is None:
            found["unscored_because"] = _main_reason(reasons, len(scored))
        return found | {"unscored": sum(reasons.values()), "reasons": dict(sorted(reasons.items()))}


def _main_reason(reasons: Counter[str], scored: int) -> str:
    if scored:
        return "the scored questions are all of one sort"
    return reasons.most_common(1)[0][0] if reasons else "no question is of this sort"


def _scored(result: Result, name: str) -> bool:
    return name in result.scores and not result.scores[name].unscored


def as_numbers(scores: Iterable[Score]) -> Numbers:
    """Scores as rows of shape (questions, 2)."""
    return np.array([(score.value, score.of) for score in scores], np.float64).reshape(-1, 2)


def rounded(value: float | None) -> float | None:
    """A figure to six digits, so that two runs of the same are the same to the byte."""
    return None if value is None else round(value, _DIGITS)


def manifest(suite: Suite, assistant: Assistant) -> dict[str, Any]:
    """What makes a run: two with equal manifests give equal results."""
    coverage = assistant.archive.coverage()
    prompts = ["judge_correctness", "judge_support"] if suite.judge else []
    settings = assistant.settings
    return {
        "format": _FORMAT,
        "suite": suite.name,
        "questions": suite.fingerprint,
        "asked": len(suite.questions),
        "twins": suite.twins,
        "seed": suite.seed,
        "cutoffs": list(suite.cutoffs),
        "slices": list(suite.slices),
        "metrics": list(suite.metrics),
        "thresholds": suite.thresholds,
        "prices": [suite.price_input, suite.price_output],
        "archive": assistant.archive.fingerprint(),
        "articles": coverage.articles,
        "settings": settings.model_dump(mode="json", exclude={"archive"}),
        "settings_fingerprint": settings.fingerprint,
        "models": assistant.models,
        "judge": suite.judge.model_dump(exclude={"cache"}) if suite.judge else None,
        "prompts": {name: load_prompt(name).fingerprint for name in prompts},
        "code": _code(),
        "versions": {"python": platform.python_version()}
        | {package: version(package) for package in _PACKAGES},
    }


def _code() -> str:
    """Hash of the package's own source: a run is not taken up by other code."""
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def write_json(path: Path, value: Any) -> None:
    """A JSON file for people and programs, the same to the byte for the same value."""
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def write_results(path: Path, results: Sequence[Result]) -> None:
    """One line a question: what it belongs to, what lost it, its scores as ``[value, of]``."""
    with path.open("w", encoding="utf-8") as file:
        for result in results:
            line = {
                "id": result.id,
                "twin": result.twin,
                "articles": list(result.articles),
                "slices": {name: list(values) for name, values in result.slices.items()},
                "lost": result.lost,
                "scores": {
                    name: [rounded(score.value), rounded(score.of)]
                    for name, score in result.scores.items()
                    if not score.unscored
                },
                "unscored": {
                    name: score.unscored for name, score in result.scores.items() if score.unscored
                },
            }
            file.write(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n")


def read_run(folder: str | Path) -> Run:
    """A finished run.

    Raises:
        EvaluationError: the folder holds no finished run, or a damaged one.
    """
    folder = Path(folder)
    path = folder / "run.json"
    try:
        made = json.loads(path.read_text(encoding="utf-8"))
        if made["format"] != _FORMAT:
            raise EvaluationError(f"{path} is of another version.", "Run the suite again.")
        path = folder / "results.jsonl"
        lines = path.read_text(encoding="utf-8").split("\n")
        results = [_result(json.loads(text)) for text in lines if text]
    except FileNotFoundError:
        raise EvaluationError(
            f"{folder} holds no finished run: {path.name} is missing.",
            "Name the folder of a suite's results.",
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EvaluationError(f"{path} is damaged: {error}.", "Run the suite again.") from None
    if not results:
        raise EvaluationError(f"{path} holds no result.", "Run the suite again.")
    return Run(folder, made, tuple(results))


def _result(line: dict[str, Any]) -> Result:
    scores = {name: Score(value, of) for name, (value, of) in line["scores"].items()}
    scores |= {name: Score(0.0, 0.0, reason) for name, reason in line["unscored"].items()}
    return Result(
        id=line["id"],
        twin=line["twin"],
        articles=tuple(line["articles"]),
        slices={name: tuple(values) for name, values in line["slices"].items()},
        lost=line["lost"],
        scores=scores,
    )
