"""The prompts that a chat model would be handed: a question, and the passages found for it.

    python evals/gate_prompts.py ARCHIVE ../shared/data/wikinews/articles.jsonl build/prompts.jsonl

One question on each of so many articles of a split, asked over an archive of all articles
(``suites.py``). A line has the question and its sources in order: article, start, end, text. What
is written to them, by somebody who sees nothing else, is for ``evals/gate.py``
(``sentences/SENTENCES.md``); ``--written FILE …`` prints it with stretches of articles for numbers.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

sys.path.insert(0, str(Path(__file__).parent / "training"))

from items import Split
from pairs import Text, read_texts

from assistant import Assistant, Question
from assistant.answering.turn import Turn

_SOURCES = 6  # that a prompt has at most, so that a person can read them


def asked_of(texts: list[Text], count: int) -> Iterator[str]:
    """One answerable question of each of ``count`` articles, of every kind in turn."""
    taken = 0
    for text in texts:
        asked = [one["question"] for one in text.items if one.get("answers")]
        if asked and taken < count:
            yield asked[taken % len(asked)]
            taken += 1


def found(assistant: Assistant, question: str) -> dict[str, Any]:
    """The question with the sources that a writer would be handed."""
    stages = assistant.stages
    turn = Turn(Question(question))
    for stage in (stages.read, *stages.searching().values(), stages.with_evidence):
        turn = stage(turn)
    passages = [one.hit.passage for one in turn.evidence[:_SOURCES]]
    sources = [
        {
            "number": number,
            "article": one.article.id,
            "start": one.start,
            "end": one.end,
            "title": one.article.title,
            "outlet": one.article.outlet,
            "date": str(one.article.published or ""),
            "text": one.text,
        }
        for number, one in enumerate(passages, 1)
    ]
    return {"question": question, "sources": sources}


def cited(prompts: Path, written: list[Path]) -> Iterator[dict[str, Any]]:
    """Sentences with what they cite as stretches of articles, where they have numbers."""
    rows = [json.loads(line) for line in prompts.read_text(encoding="utf-8").splitlines()]
    by_id = {row["id"]: row for row in rows}
    for line in (
        line for file in written for line in file.read_text(encoding="utf-8").splitlines()
    ):
        row = json.loads(line)
        prompt = by_id[row["prompt"]]
        sources = {one["number"]: one for one in prompt["sources"]}
        places = [[sources[n][key] for key in ("article", "start", "end")] for n in row["cites"]]
        yield {**row, "question": prompt["question"], "cites": places}


def main() -> None:
    """Write the prompts, or what was written to them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive")
    parser.add_argument("others", type=Path, help="articles of the items in wikinews.jsonl")
    parser.add_argument("out", type=Path)
    parser.add_argument("--split", choices=get_args(Split), default="sealed")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--written", nargs="+", type=Path, help="what was written to ``out``")
    asked = parser.parse_args()
    if asked.written:
        for row in cited(asked.out, asked.written):
            print(json.dumps(row, ensure_ascii=False))
        return
    texts = read_texts(asked.others, asked.split)
    texts = texts[:: max(1, len(texts) // asked.count)]
    with Assistant.open(asked.archive) as assistant, asked.out.open("w", encoding="utf-8") as file:
        for number, question in enumerate(asked_of(texts, asked.count), 1):
            prompt = {"id": f"{asked.split}-{number:02}", **found(assistant, question)}
            file.write(json.dumps(prompt, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
