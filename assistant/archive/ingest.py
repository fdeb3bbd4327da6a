"""Articles on their way in: compared with the catalog, cut, encoded and indexed in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from assistant.archive.catalog import Catalog
from assistant.archive.copies import signature
from assistant.archive.passages import split
from assistant.archive.rows import Entry, Known, digest_of
from assistant.attribution import find_statements
from assistant.language import Parser
from assistant.models.embedding import Embedder
from assistant.models.framing import encoder_text
from assistant.reading import Unreadable, normalized
from assistant.reading.addresses import canonical, forms
from assistant.settings import Settings
from assistant.types import Article, IngestReport, Skipped

_BATCH_PASSAGES = 256  # ten seconds of encoding: what a crash can cost; less pads more
_BATCH_ARTICLES = 50

Progress = Callable[[int], None]
"""Called with the number of articles that are dealt with, whenever some more are."""


class Ingest:
    """One call of ``add``."""

    def __init__(
        self,
        catalog: Catalog,
        embedder: Embedder,
        settings: Settings,
        activate: Callable[[], None],
        parser: Parser | None,
    ) -> None:
        self._catalog = catalog
        self._embedder = embedder
        self._settings = settings
        self._activate = activate
        self._parser = parser
        self._batch: list[Entry] = []
        self._later: list[tuple[Article, str]] = []
        self._seen: dict[str, str] = {}
        self._counts = {"added": 0, "updated": 0, "unchanged": 0}
        self._skipped: list[Skipped] = []
        self._done = 0

    def run(self, items: Iterable[Article | Skipped], progress: Progress | None) -> IngestReport:
        """Take everything in; what is reported to ``progress`` is kept, whatever happens next."""
        self._find_missing_statements()
        for item in items:
            self._take(item)
            if sum(len(entry.passages) for entry in self._batch) >= _BATCH_PASSAGES:
                self._flush()
            if progress and not self._batch:
                progress(self._done)
        self._flush()
        for article, digest in self._later:
            self._take_again(article, digest)
        if progress:
            progress(self._done)
        return IngestReport(**self._counts, skipped=tuple(self._skipped))

    def _find_missing_statements(self) -> None:
        """For articles of an older archive, or of one that was filled without statements."""
        while self._parser and (unread := self._catalog.unread(_BATCH_ARTICLES)):
            found = [(article, find_statements(article, self._parser)) for article in unread]
            self._catalog.put_statements(found)

    def _take(self, item: Article | Skipped) -> None:
        self._done += 1
        if isinstance(item, Article):
            try:
                item = normalized(item, self._settings.reading.max_characters)
            except Unreadable as reason:
                item = Skipped(item.id or "article", str(reason))
        if isinstance(item, Skipped):
            self._skipped.append(item)
            return
        item = self._as_known(item)
        digest = digest_of(item)
        if any(entry.article.id == item.id for entry in self._batch):
            self._flush()
        known = self._catalog.known(item.id)
        if known and known[-1].hash == digest:
            self._seen[item.id] = digest
            self._counts["unchanged"] += 1
        elif known and _is_older(item, known[-1]):
            self._keep_as_history(item, digest, known)
        elif any(version.hash == digest for version in known):
            # A superseded text again. If this call also brings the current one, as a file with both
            # does, nothing changes; else the outlet went back to it: a new version.
            self._later.append((item, digest))
            self._done -= 1
        else:
            self._seen[item.id] = digest
            self._keep(item, digest, bool(known))

    def _as_known(self, article: Article) -> Article:
        """The article under the id that an earlier version of this package gave its address."""
        if (
            not article.url
            or article.id != canonical(article.url)
            or self._catalog.known(article.id)
        ):
            return article
        older = (form for form in forms(article.id) if self._catalog.known(form))
        return replace(article, id=next(older, article.id))

    def _take_again(self, article: Article, digest: str) -> None:
        self._done += 1
        if self._catalog.known(article.id)[-1].hash in (self._seen.get(article.id), digest):
            self._counts["unchanged"] += 1
        else:
            self._seen[article.id] = digest
            self._keep(article, digest, True)
            self._flush()

    def _keep_as_history(self, article: Article, digest: str, known: list[Known]) -> None:
        """An edition from before the current one, which stays what is shown."""
        if all(version.hash != digest for version in known):
            entry = Entry(article, digest, signature(article.text), "", ())
            self._catalog.put_history(entry)
        self._counts["unchanged"] += 1

    def _keep(self, article: Article, digest: str, known: bool) -> None:
        tokens = self._settings.passages.tokens
        heading, passages = split(article, self._embedder, tokens)
        found = find_statements(article, self._parser) if self._parser else None
        self._batch.append(
            Entry(article, digest, signature(article.text), heading, passages, found)
        )
        self._counts["updated" if known else "added"] += 1

    def _flush(self) -> None:
        if not self._batch:
            return
        texts = [
            encoder_text(entry.heading, passage.text)
            for entry in self._batch
            for passage in entry.passages
        ]
        vectors = self._embedder.encode_passages(texts)
        if self._catalog.meta("embedder") is None:
            self._catalog.set_meta("embedder", self._embedder.name)
        self._catalog.put(self._batch, vectors)
        self._activate()
        self._batch = []


def _is_older(article: Article, current: Known) -> bool:
    """True where both say when they are from, and the article is from before."""
    day = article.updated or article.published
    return bool(day and current.day and day.isoformat() < current.day)
