"""Score which sentences answers are made of, against answers that people would give.

    python evals/score_choices.py [--shown FILE] QUESTIONS=ARCHIVE ...

QUESTIONS is a file that CHOICES.md (choices/) describes, its sentences as spans of the articles.
Each question is asked over its archive. Prints for each form, as means over its questions: whether
the first sentence shown belongs; of the sentences shown the share that belongs (``right``), and of
those asked for the share that is shown (``found``); how many answers have nothing that does not
belong and two thirds of what is asked for (``good``); sentences; refusals. ``--shown`` writes a
line for each question with its sentences.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant import Assistant
from assistant.types import Answer

Span = tuple[str, int, int]
"""Article, first character and one past the last."""

_ENOUGH = 2 / 3  # of what is asked for


def shown(answer: Answer) -> list[Span]:
    """Where the sentences of an answer stand, in its order."""
    cited = {one.number: one for one in answer.citations}
    found = [cited[claim.citations[0]] for claim in answer.claims if claim.citations]
    return [(one.article.id, one.start, one.end) for one in found]


def touch(one: Span, other: Sequence[Any]) -> bool:
    """Whether two stretches share characters."""
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def judged(asked: dict[str, Any], spans: Sequence[Span]) -> dict[str, float]:
    """The figures of one answer; without sentences only that it is a refusal."""
    belongs = [any(touch(one, o) for o in [*asked["answer"], *asked["also"]]) for one in spans]
    found = [any(touch(one, other) for one in spans) for other in asked["answer"]]
    if not spans:
        return {"refused": 1.0, "first": 0.0, "found": 0.0, "good": 0.0}
    return {
        "refused": 0.0,
        "first": float(belongs[0]),
        "right": float(np.mean(belongs)),
        "found": float(np.mean(found)),
        "good": float(all(belongs) and np.mean(found) >= _ENOUGH),
        "sentences": float(len(spans)),
    }


def main() -> None:
    """Ask, judge, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", nargs="+", metavar="QUESTIONS=ARCHIVE")
    parser.add_argument("--every", type=int, default=1, help="only every so manieth question")
    parser.add_argument("--shown", type=Path)
    given = parser.parse_args()
    rows: dict[str, list[dict[str, float]]] = defaultdict(list)
    lines = []
    for pair in given.questions:
        file, archive = pair.split("=", 1)
        with Assistant.open(archive) as assistant:
            for line in Path(file).read_text(encoding="utf-8").splitlines()[:: given.every]:
                asked = json.loads(line)
                answer = assistant.ask(asked["question"])
                row = judged(asked, shown(answer))
                rows[asked["form"]].append(row)
                rows["all"].append(row)
                texts = [f"{claim.part}: {claim.text}" for claim in answer.claims]
                lines.append({**asked, "as": answer.form, "shown": texts, **row})
    for form, own in sorted(rows.items()):
        names = ("first", "right", "found", "good", "sentences", "refused")
        means = {name: [row[name] for row in own if name in row] for name in names}
        told = {name: round(float(np.mean(values)), 3) for name, values in means.items() if values}
        print(json.dumps({"form": form, "questions": len(own), **told}))
    if given.shown:
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        given.shown.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
