"""Ask the panel's questions, mix the answers of several versions, and count the verdicts.

    python evals/panel/panel.py ask questions-sample.tsv ARCHIVE answers-old.jsonl
    python evals/panel/panel.py mix sheets/ answers-old.jsonl answers-new.jsonl
    python evals/panel/panel.py count sheets/key.json verdicts.jsonl

``ask`` runs in the version that is to be judged, over an archive that it has built, and writes an
answer a line as the command line shows it. ``mix`` puts the answers in random order, without a word
of their version, onto sheets of 50. ``count`` tells good, partly and bad for each version.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from assistant import Assistant
from assistant.rendering.terminal import to_text

_SHEET = 50  # answers
_SEED = 15


def ask(questions: Path, archive: str, out: Path) -> None:
    """Ask each question; the second of ``EARLIER >> FOLLOW-UP`` after the first was answered."""
    with Assistant.open(archive) as assistant, out.open("w", encoding="utf-8") as file:
        for number, line in enumerate(questions.read_text(encoding="utf-8").splitlines(), 1):
            form, asked = line.split("\t")
            history = []
            for turn in asked.split(" >> "):
                history.append(assistant.ask(turn, history=list(history)))
            row = {
                "id": f"{questions.stem}-{number:03}",
                "form": form,
                "question": asked,
                "answer": to_text(history[-1]),
            }
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def mix(folder: Path, *answers: Path) -> None:
    """Write the sheets, and ``key.json``: which version each answer is of."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [(file.stem, row) for file in answers for row in read(file)]
    random.Random(_SEED).shuffle(rows)
    key = {}
    for number, (version, row) in enumerate(rows):
        key[number] = {"version": version, "id": row["id"], "form": row["form"]}
        sheet = folder / f"sheet-{number // _SHEET + 1:02}.md"
        text = f"##### {number}\nQUESTION: {row['question']}\n\n{row['answer']}\n\n"
        with sheet.open("w" if number % _SHEET == 0 else "a", encoding="utf-8") as file:
            file.write(text)
    (folder / "key.json").write_text(json.dumps(key, indent=1), encoding="utf-8")


def count(key: Path, verdicts: Path) -> None:
    """Print for each version how many answers are good, partly and bad, also by form."""
    of = json.loads(key.read_text(encoding="utf-8"))
    told: dict[str, Counter[str]] = defaultdict(Counter)
    for row in read(verdicts):
        version, form = of[str(row["id"])]["version"], of[str(row["id"])]["form"]
        told[version][row["verdict"]] += 1
        told[f"{version}, {form}"][row["verdict"]] += 1
        for fault in ("speaker", "limit"):
            told[version][f"wrong {fault}"] += row[fault] == "wrong"
    for version, counted in sorted(told.items()):
        print(json.dumps({"version": version, **counted}))


def read(file: Path) -> list[dict[str, Any]]:
    """The rows of a file, a JSON object a line."""
    return list(map(json.loads, file.read_text(encoding="utf-8").splitlines()))


if __name__ == "__main__":
    command, *given = sys.argv[1:]
    if command == "ask":
        ask(Path(given[0]), given[1], Path(given[2]))
    else:
        {"mix": mix, "count": count}[command](*map(Path, given))
