"""How well web pages are read: title, date, byline, outlet, and the words of the text.

    python evals/score_pages.py tests/data/pages

The folder has pages and ``expected.jsonl``, a line for a page (``README.md`` there). Prints how
many pages have all four fields right, each field by itself, and the recall and precision of the
text's words over all pages. ``--show`` prints what is wrong.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.reading.articles import build
from assistant.reading.web_pages import read_html
from assistant.text import words
from assistant.types import Article

FIELDS = ("title", "date", "byline", "outlet")
_LIMIT = 10**6


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was read and as it should be."""

    name: str
    wrong: dict[str, tuple[str | None, str | None]]
    """What came and what should have, by field."""
    found: Counter[str]
    """Words of the text."""
    wanted: Counter[str]

    @property
    def recall(self) -> float:
        """Share of the wanted words that were found."""
        return (self.found & self.wanted).total() / max(1, self.wanted.total())

    @property
    def precision(self) -> float:
        """Share of the found words that were wanted."""
        return (self.found & self.wanted).total() / max(1, self.found.total())


def read(folder: Path) -> Iterator[Page]:
    """Every page of a folder."""
    for line in (folder / "expected.jsonl").read_text(encoding="utf-8").splitlines():
        expected: dict[str, Any] = json.loads(line)
        data = (folder / f"{expected['page']}.html").read_bytes()
        article = build(read_html(data), _LIMIT)
        both = {field: (_of(article, field), expected[field]) for field in FIELDS}
        wrong = {field: pair for field, pair in both.items() if pair[0] != pair[1]}
        wanted = Counter(words(" ".join(expected["text"])))
        yield Page(expected["page"], wrong, Counter(words(article.text)), wanted)


def _of(article: Article, field: str) -> str | None:
    if field == "date":
        return article.published.isoformat() if article.published else None
    value: str | None = getattr(article, field)
    return value


def figures(pages: list[Page]) -> dict[str, float]:
    """Shares over all pages, and the text's recall and precision over all words."""
    right = {field: sum(field not in one.wrong for one in pages) for field in FIELDS}
    held = sum((one.found & one.wanted).total() for one in pages)
    return {
        "pages": len(pages),
        "all fields": sum(not one.wrong for one in pages),
        **right,
        "recall": round(held / sum(one.wanted.total() for one in pages), 4),
        "precision": round(held / sum(one.found.total() for one in pages), 4),
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="store_true")
    asked = parser.parse_args()
    pages = list(read(asked.folder))
    print(json.dumps(figures(pages)))
    for one in pages if asked.show else ():
        if one.wrong or one.recall < 1 or one.precision < 1:
            missing, extra = one.wanted - one.found, one.found - one.wanted
            print(f"{one.name} {one.wrong} recall {one.recall:.3f} precision {one.precision:.3f}")
            print("   missing", dict(missing.most_common(12)), "extra", dict(extra.most_common(12)))


if __name__ == "__main__":
    main()
