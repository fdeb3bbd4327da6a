"""The archive: a folder with the catalog, and the index built from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from assistant.archive import derived
from assistant.archive.catalog import Catalog
from assistant.archive.copies import printings
from assistant.archive.index import Index
from assistant.archive.ingest import Ingest, Progress
from assistant.archive.keywords import EVERY, Part
from assistant.archive.known_names import Names
from assistant.archive.ledger import ArchiveInfo
from assistant.archive.probe import Health
from assistant.errors import ArchiveError, ArchiveMismatch, ArticleUnknown
from assistant.language import Parser
from assistant.models.embedding import Embedder, Vectors
from assistant.resources import is_writable
from assistant.settings import Settings
from assistant.text import one_line
from assistant.types import (
    EVERYTHING,
    Article,
    Coverage,
    Filters,
    IngestReport,
    Passage,
    Skipped,
    Source,
    Statement,
)

_CATALOG = "catalog.sqlite3"
_MOST_VERSIONS = 2**31
_EXTRA_CANDIDATES = 8  # the index may still hold some passages that are no longer visible


class Archive(Names):
    """Where articles live and are searched. Safe to use from several threads.

    Any number of processes may read while one writes; a second writer is refused.
    """

    def __init__(
        self, folder: Path, embedder: Embedder, settings: Settings, parser: Parser | None = None
    ) -> None:
        """Open the archive, making it where it is missing, and finish what a crash left undone.

        Without a parser no statements are found in what is added.

        Raises:
            ArchiveError: the folder holds something else, or another version's archive.
        """
        self.folder = folder
        self._embedder = embedder
        self._settings = settings
        self._parser = parser
        self._make_folder()
        self.writable = is_writable(folder)
        """Whether its folder can be written to; else it is only read."""
        self._catalog = Catalog(folder / _CATALOG, self.writable)
        self._index = Index(folder, self._catalog, self.writable)
        try:
            self._index.look()
            self._index.finish()
        except ArchiveError:
            self.close()
            raise

    def close(self) -> None:
        """Release the files."""
        self._index.close()
        self._catalog.close()

    # Writing

    def add(
        self, items: Iterable[Article | Skipped], progress: Progress | None = None
    ) -> IngestReport:
        """Keep and index articles.

        An article that the archive holds already changes nothing; another text under a known id
        becomes a new version. Articles counted by ``progress`` are stored for good.

        Raises:
            ArchiveBusy: another process is writing.
            ArchiveMismatch: the archive was made with another embedder.
        """
        with self._index.writing():
            self._check_embedder()
            ingest = Ingest(
                self._catalog, self._embedder, self._settings, self._index.activate, self._parser
            )
            return ingest.run(items, progress)

    def remove(self, ids: Sequence[str]) -> int:
        """Remove articles with all their versions from everything; returns how many there were.

        Raises:
            ArchiveBusy: another process is writing.
        """
        gone = [one_line(article_id) for article_id in ids]
        with self._index.writing(removing=gone):
            removed = self._catalog.remove(gone)
            self._index.keep_up()
            self._index.forget()
            self._catalog.wipe()
            derived.forget(self.folder)
            return removed

    def rebuild(self) -> None:
        """Make the index anew from the catalog's vectors, and give unused space back.

        Raises:
            ArchiveBusy: another process is writing.
        """
        with self._index.writing(look=False):
            self._index.rebuild()
            self._catalog.compact()

    # Reading

    def article(self, article_id: str, version: int | None = None) -> Article:
        """The current article of that id, or one version of it.

        Raises:
            ArticleUnknown: the archive holds no such article.
        """
        article_id = one_line(article_id)
        possible = version is None or 0 < version <= _MOST_VERSIONS
        found = self._catalog.article(article_id, version) if possible else None
        if found is None:
            which = article_id if version is None else f"{article_id}, version {version}"
            raise ArticleUnknown(f"The archive holds no article {which}.")
        return found

    def versions(self, article_id: str) -> list[int]:
        """Numbers of every version kept under an id, the current one last; none where unknown."""
        known = self._catalog.known(one_line(article_id))
        return [one.version for one in known if one.state != "pending"]

    def articles(self, filters: Filters = EVERYTHING, part: Part = EVERY) -> list[Source]:
        """The current articles within the filters, by date, undated ones last."""
        within = self._catalog.without_speakers(filters)
        return self._catalog.matching((), (), within, part=part)

    def ids(self) -> list[str]:
        """The ids of the current articles."""
        return self._catalog.ids(EVERYTHING)

    def coverage(self, filters: Filters = EVERYTHING) -> Coverage:
        """How many articles the filters leave, and from when to when."""
        return self._catalog.coverage(self._catalog.without_speakers(filters))

    def statements(self, article_id: str, version: int | None = None) -> list[Statement]:
        """Who says what in the current article, or in one version of it, in order.

        Empty where there is no such article: it may have been removed since it was found.
        """
        return self._catalog.statements(one_line(article_id), version)

    def passages(self, article_id: str) -> list[Passage]:
        """The passages of a current article, in order; none where there is no such article."""
        return self._catalog.passages_of(one_line(article_id))

    def fingerprint(self) -> str:
        """Sixteen hex digits that change with any current article, its version or its text."""
        return self._catalog.fingerprint()

    @property
    def generation(self) -> int:
        """A number that grows with every change of what is visible."""
        return self._catalog.generation()

    def derived(self) -> Any:
        """What ``derive`` kept for the archive as it is now; None where it kept nothing."""
        return derived.read(self.folder, self.generation)

    def derive(self, made: Any, generation: int) -> None:
        """Keep something that was made from the articles, unless these have changed meanwhile."""
        with self._index.writing():
            if generation == self.generation:
                derived.write(self.folder, generation, made)

    def copies(self, ids: Iterable[str]) -> dict[str, set[str]]:
        """For each current article of ``ids``: the ids of others that print the same story."""
        signatures = self.signatures(self.ids())
        return printings(ids, signatures, self._settings.retrieval.copy_similarity)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of texts, as the archive's passages are encoded."""
        return self._embedder.encode(texts)

    @property
    def embedder(self) -> str:
        """Name of the embedder."""
        return self._embedder.name

    def speakers(self, limit: int) -> list[str]:
        """Names of those who speak in most of its articles, those in the most first."""
        return self._catalog.speakers(limit)

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
            generation=self.generation,
        )

    def health(self) -> Health:
        """Whether the index holds what the catalog says."""
        return self._index.health()

    def faults(self) -> list[str]:
        """What is wrong with the catalog: damage to its file, texts that are not as stored."""
        fault = self._catalog.fault()
        altered = [f"{one} is not as it was stored" for one in self._catalog.altered()]
        return [fault, *altered] if fault else altered

    def search_dense(
        self, question: str, limit: int, filters: Filters = EVERYTHING
    ) -> list[Passage]:
        """Visible passages nearest to the question in meaning, nearest first."""
        if self._check_embedder() is None:  # nothing was ever added
            return []
        vector = self._embedder.encode([question])[0]
        within = self._catalog.without_speakers(filters)  # the index knows articles only
        asked = limit + _EXTRA_CANDIDATES
        while True:  # what is pending or gone may stand before what is visible
            keys = self._index.search(vector, asked, within)
            found = self._visible(keys, within)[:limit]
            if len(found) == limit or len(keys) < asked:
                return found
            asked *= 4

    def search_keywords(
        self, terms: Sequence[str], limit: int, filters: Filters = EVERYTHING
    ) -> list[Passage]:
        """Visible passages that hold any of the terms, best first by BM25."""
        within = self._catalog.without_speakers(filters)
        return self._catalog.search(terms, limit, within, lambda: self._index.map.keys(within))

    def matching(
        self,
        wanted: Sequence[str],
        unwanted: Sequence[str] = (),
        filters: Filters = EVERYTHING,
        after: int = 0,
        part: Part = EVERY,
    ) -> list[Source]:
        """The current articles that hold all of some words and phrases and none of others.

        Only what was added or changed after ``newest`` was ``after``.
        """
        return self._catalog.matching(wanted, unwanted, filters, after, part)

    def months(
        self,
        wanted: Sequence[str],
        unwanted: Sequence[str] = (),
        filters: Filters = EVERYTHING,
        after: int = 0,
    ) -> dict[str, int]:
        """How many such articles were published in each month, "2026-03"; "" for undated ones."""
        return self._catalog.months(wanted, unwanted, filters, after)

    def newest(self) -> int:
        """A number that grows with each article and each version that is added."""
        return self._catalog.newest()

    def term_shares(self, terms: Sequence[str]) -> dict[str, float]:
        """Share of all passages that hold each term, from 0 to 1."""
        return self._catalog.shares(terms)

    def matter(self, question: str) -> str | None:
        """What "it" means after a question; None where that is open, or no parser is there."""
        return self._parser.parse([question])[0].matter() if self._parser else None

    def signatures(self, ids: Iterable[str]) -> dict[str, bytes]:
        """MinHash signatures of current articles, by id."""
        return self._catalog.signatures(ids)

    def _visible(self, keys: Sequence[int], filters: Filters) -> list[Passage]:
        passages = self._catalog.passages(keys, filters)
        return [passages[key] for key in keys if key in passages]

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            names = [entry.name for entry in self.folder.iterdir()]
        except OSError as error:
            raise ArchiveError(
                f"{self.folder} cannot be used as an archive: {error.strerror}.",
                "Name another folder.",
            ) from error
        strangers = [name for name in names if not name.startswith(".")]
        if strangers and _CATALOG not in names:
            raise ArchiveError(
                f"{self.folder} is no archive: it holds {strangers[0]}.",
                "Name an empty or a new folder.",
            )

    def _check_embedder(self) -> str | None:
        """The embedder that the archive was made with; None where nothing was ever added.

        Raises:
            ArchiveMismatch: it is another one.
        """
        made_with = self._catalog.meta("embedder")
        if made_with not in (None, self._embedder.name):
            raise ArchiveMismatch(
                f"The archive was made with the embedder {made_with}, not {self._embedder.name}.",
                "Set models.embedder to the former, or ingest into a new archive.",
            )
        return made_with
