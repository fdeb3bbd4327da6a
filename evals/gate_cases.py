"""Claims for the gate, from what was written down: each with the passages that it cites.

Three kinds of files, told apart by what their lines have:

- ``quotes``: planted and faithful claims on the sample corpus (``tests/data/planted.jsonl``,
  ``paraphrases.jsonl``), cited to the passages that hold these words;
- ``support``: claims of the reader's data, cited to the passages that hold these spans;
- ``cites``: sentences written to the prompts of the chat writer (``sentences/SENTENCES.md``),
  cited to stretches of articles; those of one prompt that are faithful are one answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assistant import Assistant
from assistant.errors import ArticleUnknown
from assistant.text import find
from assistant.types import Passage

_MADE = 40  # claims of each kind that is made from faithful ones
_NOWHERE = 99

Row = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A claim with what it cites."""

    kind: str
    text: str
    passages: tuple[Passage, ...]
    cites: tuple[int, ...]
    answer: str = ""
    """The answer that it is a sentence of, following the case before; "" where it stands alone."""

    @property
    def faithful(self) -> bool:
        """Whether it ought to be shown as supported."""
        return self.kind.startswith("faithful")


def cases(rows: Sequence[Row], assistant: Assistant) -> Iterator[Case]:
    """The claims whose articles the archive holds, and the kinds made from the faithful ones."""
    yield from _planted([row for row in rows if "quotes" in row], assistant)
    cited: dict[str, list[list[Any]]] = defaultdict(list)  # by prompt
    for row in rows:
        cited[row.get("prompt", "")] += row.get("cites", [])
    for row in rows:
        try:
            if "support" in row:
                yield _supported(row, assistant)
            elif "cites" in row:
                yield _written(row, cited[row["prompt"]], assistant)
        except ArticleUnknown:
            continue


def _planted(rows: Sequence[Row], assistant: Assistant) -> Iterator[Case]:
    others = [p for s in assistant.archive.articles() for p in assistant.archive.passages(s.id)[:1]]
    made = 0
    for row in rows:
        every = assistant.archive.passages(row["article"])
        held = [p for p in every if any(find(quote, p.text) for quote in row["quotes"])]
        if not all(any(find(quote, p.text) for p in every) for quote in row["quotes"]):
            continue
        kind = row.get("kind") or f"faithful: {row['sort']}"
        own = tuple(range(1, len(held) + 1))
        foreign = [p for p in others if p.article.id != row["article"]][made % 7 :: 7][:2]
        passages = (*held, *foreign)
        yield Case(kind, row["claim"], passages, own)
        if kind.startswith("faithful") and made < _MADE:
            made += 1
            yield Case("no_citation", row["claim"], passages, ())
            yield Case("no_such_source", row["claim"], passages, (_NOWHERE,))
            yield Case("wrong_source", row["claim"], passages, (len(passages),))


def _supported(row: Row, assistant: Assistant) -> Case:
    every = assistant.archive.passages(row["article"])
    if not every:
        raise ArticleUnknown(row["article"])
    spans = row["support"]
    held = [p for p in every if any(p.start < end and start < p.end for start, end in spans)]
    kind = "faithful" if row["faithful"] else row["error"]
    return Case(kind, row["claim"], tuple(held), tuple(range(1, len(held) + 1)))


def _written(row: Row, cited: Sequence[list[Any]], assistant: Assistant) -> Case:
    """A sentence; the sources of all sentences of its prompt are numbered together."""
    places = list(dict.fromkeys((name, start, end) for name, start, end in cited))
    passages = tuple(
        Passage(article.source, 0, start, end, article.text[start:end])
        for name, start, end in places
        for article in [assistant.archive.article(name)]
    )
    numbers = tuple(places.index((name, start, end)) + 1 for name, start, end in row["cites"])
    answer = row["prompt"] if row["kind"] == "faithful" else ""
    return Case(row["kind"], row["text"], passages, numbers, answer)
