"""A run on disk.

::

    RUN/run.json        what made it
    RUN/answers.jsonl   what each stage made of each question, as it was asked
    RUN/times.jsonl     seconds by stage, as it was asked
    RUN/results.jsonl   each question's scores, and the stage that lost it
    RUN/summary.json    the figures, by slice, too
    RUN/times.json      seconds by stage, over all questions
    RUN/report.html     all of it, to read
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assistant.errors import EvaluationError
from assistant.evaluation.manifest import Manifest
from assistant.evaluation.metrics.scores import Score, unscored
from assistant.evaluation.runs import Result, Run

_AGAIN = "Run the suite again."


def write_whole(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all, whenever the process is killed."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


def write_json(path: Path, value: Any) -> None:
    """A JSON file for people and programs, the same to the byte for the same value."""
    write_whole(path, json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def write_results(path: Path, results: Sequence[Result]) -> None:
    """One line a question: what it belongs to, what lost it, its scores as ``[value, of]``."""
    lines = [
        {
            "id": result.id,
            "twin": result.twin,
            "articles": list(result.articles),
            "slices": {name: list(values) for name, values in result.slices.items()},
            "lost": result.lost,
            "scores": {
                name: [score.value, score.of]
                for name, score in result.scores.items()
                if result.scored(name)
            },
            "unscored": {
                name: score.unscored for name, score in result.scores.items() if score.unscored
            },
        }
        for result in results
    ]
    text = [json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n" for line in lines]
    write_whole(path, "".join(text))


def read_manifest(folder: Path) -> Manifest:
    """What made the run in a folder.

    Raises:
        EvaluationError: the folder holds no run, or a damaged one.
    """
    path = folder / "run.json"
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        inside = sorted(found.parent.name for found in folder.glob("*/run.json"))
        hint = f"It holds the runs of {', '.join(inside)}: name one of them." if inside else ""
        raise EvaluationError(f"{folder} holds no run.", hint) from None
    except (OSError, ValidationError) as error:
        raise EvaluationError(
            f"{path} is damaged: {_first_line(error)}.", "Remove the folder, or name another."
        ) from None


def read_run(folder: str | Path) -> Run:
    """A finished run.

    Raises:
        EvaluationError: the folder holds no finished run, or a damaged one.
    """
    folder = Path(folder)
    made, path = read_manifest(folder), folder / "results.jsonl"
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
        results = tuple(_result(json.loads(text)) for text in lines if text)
    except FileNotFoundError:
        raise EvaluationError(f"The run in {folder} is not finished.", _AGAIN) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EvaluationError(f"{path} is damaged: {_first_line(error)}.", _AGAIN) from None
    if sum(not result.twin for result in results) != made.asked:
        raise EvaluationError(f"{path} does not hold every question.", _AGAIN)
    run = Run(folder, made, results)
    unknown = [name for name in (*made.thresholds, *made.metrics) if name not in run.metrics]
    if unknown:
        raise EvaluationError(f"{folder}/run.json names no metric: {unknown[0]!r}.", _AGAIN)
    for number, result in enumerate(results, 1):
        for name, score in result.scores.items():
            if result.scored(name) and not _possible(run, name, score):
                raise EvaluationError(f"{path}:{number}: {name} cannot be {score.value}.", _AGAIN)
    return run


def _result(line: dict[str, Any]) -> Result:
    scores = {name: _score(*pair) for name, pair in line["scores"].items()}
    scores |= {name: unscored(str(reason)) for name, reason in line["unscored"].items()}
    if not isinstance(line["articles"], list):
        raise TypeError("articles is no list")
    return Result(
        id=str(line["id"]),
        twin=bool(line["twin"]),
        articles=tuple(map(str, line["articles"])),
        slices={name: tuple(map(str, values)) for name, values in line["slices"].items()},
        lost=line["lost"],
        scores=scores,
    )


def _score(value: float, of: float) -> Score:
    if not (math.isfinite(value) and math.isfinite(of)):
        raise ValueError("a score is no number")
    return Score(float(value), float(of))


def _possible(run: Run, name: str, score: Score) -> bool:
    """Whether a score can be: a share of something, unless it counts words or money."""
    metric = run.metrics.get(name)
    if metric is None or score.value < 0:
        return False
    if not metric.by_question:
        return score.value <= 1 and score.of in (0, 1)
    return score.of > 0 and (metric.group == "cost" or score.value <= score.of)


def _first_line(error: Exception) -> str:
    return str(error).split("\n")[0]
