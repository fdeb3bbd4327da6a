"""What is made of an article before the archive takes it in: passages, statements and vectors.

Nothing here looks at the catalog, so that it can be done ahead, and on other machines.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.archive.copies import signature
from assistant.archive.passages import split
from assistant.archive.rows import Entry, digest_of
from assistant.attribution import find_statements
from assistant.language import Parser
from assistant.models.embedding import Embedder, Vectors
from assistant.models.framing import encoder_text
from assistant.types import Article


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article that is cut, and read for statements."""

    entry: Entry
    vectors: Vectors | None = None
    """One row per passage, float32; None where they are not encoded yet."""


class Preparer:
    """Cuts, reads and encodes articles. Models load when something needs them."""

    def __init__(self, embedder: Embedder, parser: Parser | None, tokens: int) -> None:
        """Begin.

        Args:
            embedder: encodes passages.
            parser: finds statements; none are looked for without one.
            tokens: size of a passage.
        """
        self.embedder = embedder
        self.parser = parser
        self._tokens = tokens

    def entry(self, article: Article, digest: str, find: bool = True) -> Entry:
        """An article cut, with its statements where they are to be found."""
        heading, passages = split(article, self.embedder, self._tokens)
        found = find_statements(article, self.parser) if self.parser and find else None
        return Entry(article, digest, signature(article.text), heading, passages, found)

    def vectors(self, entries: Iterable[Entry]) -> Vectors:
        """The vectors of all passages of some articles, in order."""
        return self.embedder.encode_passages([
            encoder_text(entry.heading, passage.text)
            for entry in entries
            for passage in entry.passages
        ])  # fmt: skip

    def prepare(
        self, articles: Sequence[Article], known: Collection[str]
    ) -> list[Article | Prepared]:
        """Articles with their vectors; as they are where their digest is ``known``."""
        digests = [digest_of(article) for article in articles]
        made = iter(self.encoded([
            Prepared(self.entry(article, digest))
            for article, digest in zip(articles, digests, strict=True)
            if digest not in known
        ]))  # fmt: skip
        return [
            article if digest in known else next(made)
            for article, digest in zip(articles, digests, strict=True)
        ]

    def encoded(self, batch: Sequence[Prepared]) -> list[Prepared]:
        """The same with the vectors that are missing."""
        bare = [one.entry for one in batch if one.vectors is None]
        if not bare:
            return list(batch)
        ends = np.cumsum([len(entry.passages) for entry in bare])
        made = iter(np.split(self.vectors(bare), ends[:-1]))
        return [one if one.vectors is not None else replace(one, vectors=next(made))
                for one in batch]  # fmt: skip
