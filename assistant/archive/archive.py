"""The archive: a folder with the catalog, and the index built from it."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from assistant.archive import probe
from assistant.archive.catalog import Catalog, Entry
from assistant.archive.copies import signature
from assistant.archive.passages import encoder_text, split
from assistant.archive.vectors import VectorIndex
from assistant.errors import ArchiveBusy, ArchiveError, ArchiveMismatch, ArticleUnknown
from assistant.models import Embedder
from assistant.reading import Unreadable, normalized
from assistant.settings import Settings
from assistant.types import (
    EVERYTHING,
    Article,
    Coverage,
    Filters,
    IngestReport,
    Passage,
    Skipped,
    Source,
    to_dict,
)

_CATALOG = "catalog.sqlite3"
_LOCK_SECONDS = 1.0
_BATCH_PASSAGES = 128  # some seconds of encoding: what a crash can cost
_PROBED = 8
_EXTRA_CANDIDATES = 8  # the index may still hold some passages that are no longer visible

Progress = Callable[[int], None]
"""Called with the number of articles that are dealt with, whenever some more are."""


@dataclass(frozen=True, slots=True)
class ArchiveInfo:
    """What an archive holds."""

    path: str
    articles: int
    versions: int
    passages: int
    since: str | None
    until: str | None
    embedder: str | None
    generation: int


class Archive:
    """Where articles live and are searched. Safe to use from several threads.

    Any number of processes may read while one writes; a second writer is refused.
    """

    def __init__(self, folder: Path, embedder: Embedder, settings: Settings) -> None:
        """Open the archive, making it where it is missing, and finish what a crash left undone.

        Raises:
            ArchiveError: the folder holds something else, or another version's archive.
        """
        self.folder = folder
        self._embedder = embedder
        self._settings = settings
        self._make_folder()
        self._lock = FileLock(folder / "write.lock", timeout=_LOCK_SECONDS)
        self._index_lock = threading.Lock()
        self._index: VectorIndex | None = None
        self._index_generation = -1
        self._catalog = Catalog(folder / _CATALOG)
        self._finish()

    def close(self) -> None:
        """Release the files."""
        self._index = None
        self._catalog.close()

    # Writing

    def add(
        self, items: Iterable[Article | Skipped], progress: Progress | None = None
    ) -> IngestReport:
        """Keep and index articles.

        An article that the archive holds already changes nothing; another text under a known id
        becomes a new version. What is reported to ``progress`` is kept, whatever happens next.

        Raises:
            ArchiveBusy: another process is writing.
            ArchiveMismatch: the archive was made with another embedder.
        """
        with self._writing():
            self._check_embedder()
            return _Ingest(self._catalog, self._embedder, self._settings, self._activate).run(
                items, progress
            )

    def remove(self, ids: Sequence[str]) -> int:
        """Remove articles with all their versions from everything; returns how many there were.

        Raises:
            ArchiveBusy: another process is writing.
        """
        with self._writing():
            removed = self._catalog.remove(ids)
            self._forget()
            self._catalog.wipe()
            return removed

    def rebuild(self) -> None:
        """Make the index anew from the catalog's vectors, and give unused space back.

        Raises:
            ArchiveBusy: another process is writing.
        """
        with self._writing():
            self._rebuild()
            self._catalog.compact()

    # Reading

    def article(self, article_id: str, version: int | None = None) -> Article:
        """The current article of that id, or one version of it.

        Raises:
            ArticleUnknown: the archive holds no such article.
        """
        found = self._catalog.article(article_id, version)
        if found is None:
            which = article_id if version is None else f"{article_id}, version {version}"
            raise ArticleUnknown(f"The archive holds no article {which}.")
        return found

    def articles(self, filters: Filters = EVERYTHING) -> list[Source]:
        """The current articles within the filters, by date, undated ones last."""
        return self._catalog.sources(filters)

    def coverage(self, filters: Filters = EVERYTHING) -> Coverage:
        """How many articles the filters leave, and from when to when."""
        return self._catalog.coverage(filters)

    def languages(self) -> set[str]:
        """ISO 639-1 codes of the languages of its articles, as far as they are known."""
        return self._catalog.languages()

    def is_current(self, source: Source, start: int, end: int, quote: str) -> bool:
        """True where this version is the current one and holds exactly this quote there."""
        article = self._catalog.article(source.id)
        return (
            article is not None
            and article.version == source.version
            and article.text[start:end] == quote
        )

    def info(self) -> ArchiveInfo:
        """What the archive holds."""
        coverage = self.coverage()
        return ArchiveInfo(
            path=str(self.folder),
            articles=coverage.articles,
            versions=self._catalog.version_count(),
            passages=self._catalog.passage_count("current"),
            since=coverage.since.isoformat() if coverage.since else None,
            until=coverage.until.isoformat() if coverage.until else None,
            embedder=self._catalog.meta("embedder"),
            generation=self._catalog.generation(),
        )

    def is_healthy(self) -> bool:
        """True where the index holds what the catalog says."""
        return self._probe()

    def search_dense(
        self, question: str, limit: int, filters: Filters = EVERYTHING
    ) -> list[Passage]:
        """Visible passages nearest to the question in meaning, nearest first."""
        if not self._catalog.passage_count("current"):
            return []
        self._check_embedder()
        vector = self._embedder.encode([question])[0]
        keys = self._fresh_index().search(vector, limit + _EXTRA_CANDIDATES, filters)
        return self._visible(keys, filters)[:limit]

    def search_keywords(
        self, terms: Sequence[str], limit: int, filters: Filters = EVERYTHING
    ) -> list[Passage]:
        """Visible passages that hold any of the terms, best first by BM25."""
        return self._visible(self._catalog.search(terms, limit, filters), filters)

    def term_shares(self, terms: Sequence[str]) -> dict[str, float]:
        """Share of all passages that hold each term, from 0 to 1."""
        return self._catalog.shares(terms)

    def signatures(self, ids: Iterable[str]) -> dict[str, bytes]:
        """MinHash signatures of current articles, by id."""
        return self._catalog.signatures(ids)

    def _visible(self, keys: Sequence[int], filters: Filters) -> list[Passage]:
        passages = self._catalog.passages(keys, filters)
        return [passages[key] for key in keys if key in passages]

    # The index

    def _fresh_index(self) -> VectorIndex:
        """The index as of the catalog's generation."""
        with self._index_lock:
            generation = self._catalog.generation()
            if self._index is None or self._index.folder != self._index_folder():
                self._index = self._open_index()
            elif generation != self._index_generation:  # another process has written
                self._index.reopen()
            self._index_generation = generation
            return self._index

    def _open_index(self) -> VectorIndex:
        if self._lock.is_locked:  # by this thread, which has looked at the index before
            return VectorIndex(self._index_folder())
        try:
            with self._lock.acquire(timeout=0):
                self._ensure_healthy()
                index = VectorIndex(self._index_folder())
                self._mark()  # opening alone changes Chroma's files
                return index
        except Timeout:  # another thread or process writes, and has looked before it began
            return VectorIndex(self._index_folder())

    def _index_folder(self) -> Path:
        return self.folder / f"index-{self._catalog.meta('index') or 1}"

    def _finish(self) -> None:
        """Bring what a crash left undone to its end, unless a writer is at work."""
        if not self._catalog.pending() and not self._catalog.unindex():
            return
        try:
            with self._lock.acquire(timeout=0):
                self._ensure_healthy()
                self._activate()
                self._mark()
        except Timeout:
            return

    def _ensure_healthy(self) -> None:
        if self._marker_file.exists() and self._marker_file.read_text() == self._footprint():
            return
        if not self._probe():
            self._rebuild()

    def _probe(self) -> bool:
        current = self._catalog.passage_count("current")
        folder = self._index_folder()
        if not folder.exists():
            return current == 0
        sample = list(self._catalog.vectors("current", _PROBED))
        extra = self._catalog.passage_count("pending") + len(self._catalog.unindex())
        return probe.is_healthy(
            folder,
            probe.Expected(
                least=current,
                most=current + extra,
                keys=[key for key, _, _ in sample],
                vectors=[vector.tolist() for _, vector, _ in sample],
            ),
        )

    def _rebuild(self) -> None:
        """Build a new index beside the old one, then switch; readers follow the generation."""
        number = int(self._catalog.meta("index") or 1) + 1
        folder = self.folder / f"index-{number}"
        shutil.rmtree(folder, ignore_errors=True)
        index = VectorIndex(folder)
        for state in ("current", "pending"):
            _fill(index, self._catalog.vectors(state))
        self._catalog.switch_index(number)
        self._catalog.activate()
        self._catalog.unindexed(self._catalog.unindex())
        for other in self.folder.glob("index-*"):
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)

    def _activate(self) -> None:
        """Index what is pending, make it visible, and take what it replaces out."""
        if self._catalog.pending():
            _fill(self._fresh_index(), self._catalog.vectors("pending"))
            self._catalog.activate()
        self._forget()

    def _forget(self) -> None:
        gone = self._catalog.unindex()
        if gone:
            self._fresh_index().delete(gone)
            self._catalog.unindexed(gone)
        with self._index_lock:  # the generations just counted are this process's own
            self._index_generation = self._catalog.generation()

    # Locks and marks

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """The writer's lock; the index is unmarked meanwhile, so that a crash shows."""
        try:
            self._lock.acquire()
        except Timeout:
            raise ArchiveBusy(
                f"Another process is writing to the archive {self.folder}.",
                "Try again when it is done.",
            ) from None
        try:
            self._ensure_healthy()
            self._marker_file.unlink(missing_ok=True)
            yield
            self._mark()
        finally:
            self._lock.release()

    @property
    def _marker_file(self) -> Path:
        return self.folder / "index.marker"

    def _mark(self) -> None:
        self._marker_file.write_text(self._footprint())

    def _footprint(self) -> str:
        """Names, sizes and times of the index's files."""
        folder = self._index_folder()
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        facts = [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files]
        return json.dumps([folder.name, facts])

    def _make_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        strangers = [
            entry.name for entry in self.folder.iterdir() if not entry.name.startswith(".")
        ]
        if strangers and not (self.folder / _CATALOG).exists():
            raise ArchiveError(
                f"{self.folder} is no archive: it holds {strangers[0]}.",
                "Name an empty or a new folder.",
            )

    def _check_embedder(self) -> None:
        made_with = self._catalog.meta("embedder")
        if made_with is None:
            self._catalog.set_meta("embedder", self._embedder.name)
        elif made_with != self._embedder.name:
            raise ArchiveMismatch(
                f"The archive was made with the embedder {made_with}, not {self._embedder.name}.",
                "Set models.embedder to the former, or ingest into a new archive.",
            )


class _Ingest:
    """One call of ``add``."""

    def __init__(
        self,
        catalog: Catalog,
        embedder: Embedder,
        settings: Settings,
        activate: Callable[[], None],
    ) -> None:
        self._catalog = catalog
        self._embedder = embedder
        self._settings = settings
        self._activate = activate
        self._batch: list[Entry] = []
        self._later: list[tuple[Article, str]] = []
        self._seen: dict[str, str] = {}
        self._counts = {"added": 0, "updated": 0, "unchanged": 0}
        self._skipped: list[Skipped] = []
        self._done = 0

    def run(self, items: Iterable[Article | Skipped], progress: Progress | None) -> IngestReport:
        for item in items:
            self._take(item)
            if sum(len(entry.passages) for entry in self._batch) >= _BATCH_PASSAGES:
                self._flush()
            if progress and not self._batch:
                progress(self._done)
        for article, digest in self._later:
            self._take_again(article, digest)
        self._flush()
        if progress:
            progress(self._done)
        return IngestReport(**self._counts, skipped=tuple(self._skipped))

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
        digest = _digest(item)
        if any(entry.article.id == item.id for entry in self._batch):
            self._flush()
        known = self._catalog.known(item.id)
        if any(version.hash == digest and version.state == "superseded" for version in known):
            # An earlier text again. Where its successor comes in this call too, as in a file that
            # holds both, nothing changes; else the outlet went back to it.
            self._later.append((item, digest))
        elif known and known[-1].hash == digest:
            self._seen[item.id] = digest
            self._counts["unchanged"] += 1
        else:
            self._seen[item.id] = digest
            self._keep(item, digest, bool(known))

    def _take_again(self, article: Article, digest: str) -> None:
        if self._catalog.known(article.id)[-1].hash in (self._seen.get(article.id), digest):
            self._counts["unchanged"] += 1
        else:
            self._keep(article, digest, True)
            self._flush()

    def _keep(self, article: Article, digest: str, known: bool) -> None:
        tokens = self._settings.passages.tokens
        heading, passages = split(article, self._embedder, tokens)
        self._batch.append(Entry(article, digest, signature(article.text), heading, passages))
        self._counts["updated" if known else "added"] += 1

    def _flush(self) -> None:
        if not self._batch:
            return
        texts = [
            encoder_text(entry.heading, passage.text)
            for entry in self._batch
            for passage in entry.passages
        ]
        self._catalog.put(self._batch, self._embedder.encode(texts))
        self._activate()
        self._batch = []


def _digest(article: Article) -> str:
    fields = to_dict(article)
    fields.pop("version")
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _fill(index: VectorIndex, rows: Iterable[tuple[int, np.ndarray, Source]]) -> None:
    held = list(rows)
    if held:
        index.upsert(
            [key for key, _, _ in held],
            np.stack([vector for _, vector, _ in held]),
            [source for _, _, source in held],
        )
