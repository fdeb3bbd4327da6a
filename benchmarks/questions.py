"""Are the quotes exact, the right articles cited, and how fast?

    python benchmarks/questions.py ../shared/data/wikinews

Ingests articles.jsonl of the folder (or opens --archive), asks every question of questions.jsonl
with the reranker and without, and prints the share of exact quotes, the share of answerable
questions whose answer cites an article of the gold list, the share of questions refused, and the
seconds a question takes (median and 95th percentile), the models loaded.

The targets: exact 1.0; gold article cited 0.93; median 1.5 s with the reranker, 0.15 s without.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import Answer, Assistant, Settings
from assistant.settings import load


@dataclass(frozen=True)
class Figures:
    """What a run over the questions showed; shares are from 0 to 1, times in seconds."""

    quotes: int
    exact: float
    gold_cited: float
    answerable_refused: float
    unanswerable_refused: float
    median: float
    p95: float


def measure(assistant: Assistant, questions: list[dict[str, Any]]) -> Figures:
    """Ask every question once."""
    assistant.ask(questions[0]["question"])  # loads the models
    answers, seconds = [], []
    for item in questions:
        start = time.perf_counter()
        answers.append(assistant.ask(item["question"], history=item["history"]))
        seconds.append(time.perf_counter() - start)
    pairs = list(zip(questions, answers, strict=True))
    answerable = [(item, answer) for item, answer in pairs if item["answerable"]]
    others = [answer for item, answer in pairs if not item["answerable"]]
    exact = [
        assistant.archive.article(c.article.id).text[c.start : c.end] == c.quote
        for answer in answers
        for c in (*answer.citations, *answer.nearest)
    ]
    return Figures(
        quotes=len(exact),
        exact=statistics.mean(exact),
        gold_cited=statistics.mean(_cites_gold(item, answer) for item, answer in answerable),
        answerable_refused=statistics.mean(a.refusal is not None for _, a in answerable),
        unanswerable_refused=statistics.mean(a.refusal is not None for a in others),
        median=statistics.median(seconds),
        p95=sorted(seconds)[int(0.95 * len(seconds))],
    )


def _cites_gold(item: dict[str, Any], answer: Answer) -> bool:
    return any(citation.article.id in item["articles"] for citation in answer.citations)


def read_questions(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--archive", type=Path)
    arguments = parser.parse_args()
    questions = read_questions(arguments.folder / "questions.jsonl")
    with tempfile.TemporaryDirectory() as temporary:
        archive = arguments.archive or Path(temporary) / "archive"
        for reranker in ("packaged", "off"):
            settings: Settings = load(models={"reranker": reranker})
            with Assistant.open(archive, settings=settings) as assistant:
                assistant.add(arguments.folder / "articles.jsonl")
                print(f"reranker {reranker}: {measure(assistant, questions)}", flush=True)


if __name__ == "__main__":
    main()
