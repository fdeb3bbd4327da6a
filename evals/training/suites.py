"""Make suites for ``assistant eval`` of the questions on articles that were not trained on.

    python evals/training/suites.py build/sealed ../shared/data/wikinews/articles.jsonl

writes ``sealed.toml`` (``--split calibration``: ``calibration.toml``) with its questions. The
archive that they are asked over holds all articles, so that there is much to mistake for an answer.
A question is completely answered where a whole sentence that answers it is quoted, for each part
one where it has two. Near-unanswerable questions are unanswerable; follow-ups are asked as they
were typed, after the earlier question.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from items import Split
from pairs import FIRST, LATER, Text, read_texts

_SETTINGS = """\
questions = "questions.jsonl"
corpus = ["articles.jsonl"]
twins = true
"""


def questions(text: Text) -> Iterator[dict[str, Any]]:
    """The questions on an article, as a suite's file has them."""
    asked = [item for item in text.items if "question" in item]
    for number, item in enumerate(asked, 1):
        answers = [text.article.text[start:end] for start, end in item["answers"]]
        parts = [[one] for one in answers] if item["kind"] == "two_part" else [answers]
        yield {
            "id": f"{text.article.id}-{number:02}",
            "question": item.get("asked") or item["question"],
            "kind": item["kind"],
            "answerable": bool(answers),
            "articles": [text.article.id] if answers else [],
            "evidence": [{"article": text.article.id, "quote": one} for one in answers],
            "must_include": parts if answers else [],
            "history": [{"question": one, "answer": ""} for one in item.get("history", ())],
        }


def main() -> None:
    """Write a suite."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("others", type=Path, help="articles of the items in wikinews.jsonl")
    parser.add_argument("--split", choices=get_args(Split), default="sealed")
    parser.add_argument("--items", nargs="+", choices=(*FIRST, *LATER), default=FIRST)
    parser.add_argument("--every", type=int, default=1, help="ask every so many questions only")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    asked_about = read_texts(asked.others, asked.split, asked.items)
    lines = [one for text in asked_about for one in questions(text)]
    lines = lines[:: asked.every]
    articles = [
        {"id": one.id, "title": one.title, "text": one.text, "date": str(one.published or "")}
        for split in get_args(Split)
        for one in (text.article for text in read_texts(asked.others, split))
    ]
    for name, rows in (("questions", lines), ("articles", articles)):
        written = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (asked.out / f"{name}.jsonl").write_text(written, encoding="utf-8")
    (asked.out / f"{asked.split}.toml").write_text(_SETTINGS, encoding="utf-8")
    print(f"{asked.out}/{asked.split}.toml: {len(lines)} questions, {len(articles)} articles")


if __name__ == "__main__":
    main()
