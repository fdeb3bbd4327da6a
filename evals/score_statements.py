"""Score statement extraction against annotations; see docs/design/statements.md.

    python evals/score_statements.py ANNOTATIONS.jsonl ARTICLES.jsonl

An annotation is a line for an article: its id, the sha256 of its text (16 digits), whether it is
held out from tuning, and its statements as spans: speaker, cue, content (a list), name.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.attribution import find_statements
from assistant.evaluation.spans import Overlap, characters, overlap
from assistant.language import Parser, SpacyParser, same_name
from assistant.settings import ModelSettings
from assistant.types import Article, Statement

Read = tuple[bool, str, list[Statement], list[dict[str, Any]]]


def read(annotations: Path, articles: Path, parser: Parser) -> Iterator[Read]:
    """For each annotated article: held out or not, its text, what is found, what is annotated."""
    known = {a["id"]: a for a in map(json.loads, articles.read_text("utf-8").splitlines())}
    for line in annotations.read_text("utf-8").splitlines():
        annotated = json.loads(line)
        given = known[annotated["article"]]
        text = given["text"]
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        if digest != annotated["sha256"]:
            raise SystemExit(f"{annotated['article']} is not the text that was annotated")
        found = find_statements(Article(given["id"], text, title=given["title"]), parser)
        in_text = [one for one in found if not one.in_title]
        yield annotated["held_out"], text, in_text, annotated["statements"]


def score(rows: list[Read]) -> dict[str, Overlap | float]:
    """Overlap of speakers and of contents, and the share of right names among the matched."""
    contents, speakers, names = [], [], []
    for _, text, found, annotated in rows:
        said = [characters([(s.start, s.end) for s in one.content_spans]) for one in found]
        wanted = [characters([tuple(span) for span in one["content"]]) for one in annotated]
        contents.append((said, wanted))
        speakers.append(
            (
                [characters([(s.speaker_span.start, s.speaker_span.end)]) for s in found],
                [characters([tuple(one["speaker"])]) for one in annotated],
            )
        )
        for one, spans in zip(annotated, wanted, strict=True):
            best = max(range(len(said)), key=lambda n: len(said[n] & spans), default=None)
            if best is not None and len(said[best] & spans) > len(said[best] | spans) / 2:
                name = text[slice(*one["name"])]
                names.append(same_name(found[best].speaker, name))
    return {
        "content": overlap(contents),
        "speaker": overlap(speakers),
        "names": sum(names) / max(1, len(names)),
    }


def main() -> None:
    """Print the figures of both halves."""
    rows = list(read(Path(sys.argv[1]), Path(sys.argv[2]), SpacyParser(ModelSettings())))
    for name, held_out in (("tuning", False), ("held out", True)):
        half = [row for row in rows if row[0] == held_out]
        count = sum(len(row[3]) for row in half)
        print(f"{name}: {len(half)} articles, {count} statements")
        for what, figure in score(half).items():
            if isinstance(figure, Overlap):
                print(f"  {what}: precision {figure.precision:.3f}", end="")
                print(f", recall {figure.recall:.3f}, F1 {figure.f1:.3f}")
            else:
                print(f"  right {what} among the matched: {figure:.3f}")


if __name__ == "__main__":
    main()
