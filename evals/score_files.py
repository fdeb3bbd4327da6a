"""How well files of all formats are read: every field, every word, and what is broken is named.

    python evals/files/make.py build/files
    python evals/score_files.py build/files

``expected.jsonl`` says of each file what a reader should get (``files/make.py``, by a writer who
saw no code). A sound file is right where no article is missing or too many, and each has every
field that the file states and its words in their order, but for one in fifty; a broken one where
it is named with a reason, and what can still be read of it is. Prints both counts by format;
``--show`` what is wrong.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from assistant.reading import read
from assistant.settings import ReadingSettings
from assistant.text import words
from assistant.types import Article, Skipped

FIELDS = "id title outlet byline published updated correction url license embargo language".split()
LEAST = 0.98  # share of the words that are the same, in their order
_JOINED = re.compile(r"[;|]|\s(?:and|und|et|och|y|e|i|en)\s")  # between names

Row = dict[str, Any]


def faults(expected: Row, found: Sequence[Article], skipped: Sequence[Skipped]) -> Iterator[str]:
    """What is wrong with what came of a file."""
    wanted = expected.get("articles", [])
    if expected.get("broken") and not skipped:
        yield "nothing is named"
    if len(found) != len(wanted):
        yield f"{len(found)} articles of {len(wanted)}" + "".join(f"; {o.reason}" for o in skipped)
    left = list(wanted)
    for article in found if left else ():
        own = max(left, key=lambda one: _alike(one["text"], article.text))
        left = [one for one in left if one is not own] or [own]
        yield from _wrong(own, article)


def _wrong(wanted: Row, article: Article) -> Iterator[str]:
    for name in FIELDS:
        if name in wanted and _value(name, wanted[name]) != _value(name, getattr(article, name)):
            yield f"{name}: {getattr(article, name)!r} for {wanted[name]!r}"
    if (alike := _alike(wanted["text"], article.text)) < LEAST:
        yield f"text: {alike:.3f}"


def _value(name: str, value: Any) -> Any:
    """A field in the form in which it is compared: names one by one, days by their figures."""
    if value is None:
        return None
    if name == "byline":
        listed = value if isinstance(value, list) else [value]
        joined = _JOINED.sub(",", ",".join(listed))
        return [one.strip().removeprefix("By ") for one in joined.split(",") if one.strip()]
    if name in ("published", "updated"):
        return str(value)[:10]
    if name == "embargo":
        return str(value)[:10]  # its hour may stand in another zone
    return " ".join(str(value).split())


def _alike(one: str, other: str) -> float:
    """Share of two texts' words that are the same, in their order."""
    return SequenceMatcher(None, words(one), words(other), autojunk=False).ratio()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="store_true")
    asked = parser.parse_args()
    right: dict[str, Counter[str]] = defaultdict(Counter)
    for line in (asked.folder / "expected.jsonl").read_text(encoding="utf-8").splitlines():
        expected: Row = json.loads(line)
        came = list(read(asked.folder / "files" / expected["file"], ReadingSettings()))
        found = [one for one in came if isinstance(one, Article)]
        skipped = [one for one in came if isinstance(one, Skipped)]
        wrong = list(faults(expected, found, skipped))
        sort = "broken" if expected.get("broken") else "sound"
        for name in (sort, f"{sort}, {expected['format']}"):
            right[name]["files"] += 1
            right[name]["right"] += not wrong
        if wrong and asked.show:
            print(f"{expected['file']} ({expected.get('broken') or expected.get('note', '')})")
            print("".join(f"    {one}\n" for one in wrong), end="")
    for name, counted in sorted(right.items()):
        print(json.dumps({name: dict(counted)}))


if __name__ == "__main__":
    main()
