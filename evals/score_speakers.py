"""How many of the speakers that are shown are right, sentence by sentence.

    python evals/score_speakers.py tests/data/speakers.jsonl evals/training/articles

An annotation (``tests/data/SPEAKERS.md``) is a line for an article: its id and ``speakers``, a list
of start, end and names of each sentence in which somebody's words are reported; "?" is somebody
without a name. Prints for the articles that were read while building, and for the sealed ones (by
the hash of ``evals/training``): precision of the speakers shown, recall of the sentences in which
somebody named speaks, F1. ``--show`` prints what is wrong, of the former only.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.attribution import find_statements
from assistant.attribution.speakers import speaker_in, statement_at
from assistant.language import Parser, SpacyParser, same_name
from assistant.settings import ModelSettings
from assistant.text import sentences
from assistant.types import Article

sys.path.insert(0, str(Path(__file__).parent / "training"))
from items import read_article, split_of


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an annotated article."""

    article: str
    text: str
    shown: str | None
    """The speaker that an answer would show."""
    names: tuple[str, ...]
    """Who speaks; empty where nobody does."""

    @property
    def is_right(self) -> bool:
        """Whether the shown speaker speaks: each of several who are shown together."""
        each = (self.shown or "").split(" and ") if self._several else [self.shown or ""]
        return all(any(same_name(one, name) for name in self.names) for one in each)

    @property
    def _several(self) -> bool:
        return " and " in (self.shown or "") and not any(self.shown == one for one in self.names)


def read(annotations: Path, articles: Path, parser: Parser) -> Iterator[Sentence]:
    """Every sentence of the annotated articles."""
    for line in annotations.read_text(encoding="utf-8").splitlines():
        annotated = json.loads(line)
        written = read_article(articles / f"{annotated['article']}.txt")
        article = Article(written.id, written.text, title=written.fields["title"])
        said = find_statements(article, parser)
        names = {(one["start"], one["end"]): one["names"] for one in annotated["speakers"]}
        for span in sentences(article.text):
            text = article.text[span.start : span.end]
            shown = speaker_in(statement_at(said, span.start, span.end), span.start, text)
            held = next(
                (own for (a, b), own in names.items() if a < span.end and span.start < b), ()
            )
            yield Sentence(written.id, text, shown, tuple(held))


def score(rows: list[Sentence]) -> str:
    """Precision, recall and F1, with their counts."""
    shown = [one for one in rows if one.shown]
    named = [one for one in rows if any(name != "?" for name in one.names)]
    right = sum(one.is_right for one in shown)
    precision, recall = right / max(1, len(shown)), right / max(1, len(named))
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return (
        f"precision {precision:.3f} ({right} of {len(shown)} shown),"
        f" recall {recall:.3f} (of {len(named)}), F1 {f1:.3f}"
    )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("annotations", type=Path)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--show", action="store_true")
    asked = parser.parse_args()
    rows = list(read(asked.annotations, asked.articles, SpacyParser(ModelSettings())))
    looked = [one for one in rows if split_of(one.article) != "sealed"]
    print("looked at:", score(looked))
    print("sealed:", score([one for one in rows if split_of(one.article) == "sealed"]))
    if asked.show:
        for one in looked:
            named = any(name != "?" for name in one.names)
            if (one.shown and not one.is_right) or (named and not one.shown):
                print(f"{one.article}: {one.shown} for {'; '.join(one.names)} | {one.text[:160]}")


if __name__ == "__main__":
    main()
