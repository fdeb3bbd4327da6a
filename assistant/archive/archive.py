"""The archive: a folder with the catalog, and the index built from it."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from assistant.archive import derived, transfer
from assistant.archive.catalog import Catalog
from assistant.archive.copies import printings
from assistant.archive.followed import FollowedPlaces
from assistant.archive.index import Index
from assistant.archive.ingest import Ingest, Outcome, Progress
from assistant.archive.ledger import ArchiveInfo
from assistant.archive.lookups import Lookups
from assistant.archive.preparing import Prepared, Preparer
from assistant.archive.probe import Health
from assistant.archive.vector_map import Keys
from assistant.errors import ArchiveBusy, ArchiveDamaged, ArchiveError, ArchiveMismatch
from assistant.language import Parser
from assistant.models.embedding import Embedder, Vectors
from assistant.resources import is_writable, refuse_special_files
from assistant.settings import Settings
from assistant.text import one_line
from assistant.types import (
    EVERYTHING,
    Article,
    Filters,
    IngestReport,
    Passage,
    Skipped,
)

_CATALOG = "catalog.sqlite3"
_log = logging.getLogger(__name__)
_EXTRA_CANDIDATES = 8  # the index may still hold some passages that are no longer visible


class Archive(Lookups):
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
        refuse_special_files(folder)
        self.writable = is_writable(folder)
        """Whether its folder can be written to; else it is only read."""
        self._catalog = Catalog(folder / _CATALOG, self.writable)
        self.places = FollowedPlaces(self._catalog)
        """The record of the folders and feeds that are followed."""
        self._index = Index(folder, self._catalog, self.writable, settings.vectors.url)
        try:
            self._index.look()
            self._index.finish()
        except ArchiveError:
            self.close()
            raise
        try:
            self.release()
        except Exception:  # noqa: BLE001 - of any model; who writes does it, or who opens it next
            _log.warning("What was under embargo could not be taken in.", exc_info=True)

    def close(self) -> None:
        """Release the files."""
        self._index.close()
        self._catalog.close()

    # Writing

    def add(
        self,
        items: Iterable[Article | Skipped | Prepared],
        progress: Progress | None = None,
        outcome: Outcome | None = None,
    ) -> IngestReport:
        """Keep and index articles.

        An article that the archive holds already changes nothing; another text under a known id
        becomes a new version. What comes prepared is not cut and encoded again. Articles counted by
        ``progress`` and told to ``outcome`` are stored for good.

        Raises:
            ArchiveBusy: another process is writing.
            ArchiveMismatch: the archive was made with another embedder.
        """
        self._check_embedder()
        with self._index.writing():
            if due := self._catalog.due():
                self._ingest(releasing=True).run(due)
            return self._ingest().run(items, progress, outcome)

    def _ingest(self, releasing: bool = False) -> Ingest:
        preparer = Preparer(self._embedder, self._parser, self._settings.passages.tokens)
        return Ingest(self._catalog, preparer, self._settings, self._index.activate, releasing)

    def remove(self, ids: Sequence[str]) -> int:
        """Remove articles with all their versions from everything; returns how many there were.

        Raises:
            ArchiveBusy: another process is writing.
        """
        return self._remove(ids)

    def erase(self, ids: Sequence[str], by: str, why: str) -> int:
        """Remove articles so that no file of the archive holds a byte of them; how many there were.

        A record is kept of what was erased, when, by whom and why, without its text.

        Raises:
            ArchiveBusy: another process is writing.
        """
        return self._remove(ids, (one_line(by), one_line(why)))

    def _remove(self, ids: Sequence[str], record: tuple[str, str] | None = None) -> int:
        gone = [one_line(article_id) for article_id in ids]
        with self._index.writing(removing=gone):
            removed = self._catalog.remove(gone, record)
            self._index.keep_up()
            self._index.forget()
            derived.forget(self.folder)
            wiped = self._catalog.compact() if record else self._catalog.wipe()
        if record and not wiped:
            raise _read_meanwhile()
        return removed

    def vacuum(self) -> None:
        """Give the space of what was removed back to the disk.

        Raises:
            ArchiveBusy: another process is writing.
        """
        with self._index.writing():
            wiped = self._catalog.compact()
        if not wiped:
            raise _read_meanwhile()

    def export_to(self, file: Path) -> int:
        """Write all that it holds into one file; returns how many article versions.

        With vectors and statements, so that ``import_from`` needs no model.
        """
        return transfer.write(self._catalog, file)

    def import_from(self, file: Path) -> IngestReport:
        """Take in what another archive has exported; what is held already is not taken twice.

        Raises:
            ArchiveBusy: another process is writing.
            ArchiveMismatch: it was made with another embedder.
            ArchiveError: the file is no export, or damaged. What stands before the damage is kept.
        """
        lines = transfer.read(file)
        with contextlib.closing(lines), self._index.writing():
            made_with = next(lines)["embedder"]
            if made_with and made_with != self._embedder.name:
                raise ArchiveMismatch(
                    f"{file} was made with the embedder {made_with}, not {self._embedder.name}.",
                    "Set models.embedder to the former, or ingest the articles anew.",
                )
            if self._check_embedder() is None and made_with:
                self._catalog.set_meta("embedder", made_with)
            most = self._settings.reading.max_characters
            return transfer.Import(self._catalog, self._index.activate, most).run(lines)

    def backup_to(self, folder: Path) -> None:
        """Copy it into another folder, which is an archive then, whatever is written meanwhile.

        With what the newsroom keeps beside it. The index is made when the copy is opened.

        Raises:
            ArchiveError: the folder holds something, or cannot be written to.
        """
        transfer.copy_databases(self.folder, folder)

    def release(self) -> None:
        """Show what waited for the end of an embargo that is over by now.

        Raises:
            ArchiveBusy: another process is writing.
        """
        if self.writable and self._catalog.due():
            self.add(())

    def rebuild(self) -> None:
        """Make the index anew from the catalog's vectors, and give unused space back.

        Raises:
            ArchiveBusy: another process is writing.
        """
        with self._index.writing(look=False):
            self._index.rebuild()
            self._catalog.compact()

    # Reading

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
        found = self._nearest(vector, limit, within)
        if within.as_of is None:
            return found
        past = self._catalog.nearest_of_the_past(vector, limit, within)
        keys = [*(passage.key for passage in found), *past]
        return self._visible(self._catalog.by_nearness(vector, keys), within)[:limit]

    def _nearest(self, vector: Vectors, limit: int, within: Filters) -> list[Passage]:
        """Visible passages of current articles that are nearest to a vector."""
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
        known = None if within.as_of else within  # the map has only what is current

        def allowed() -> Keys | None:
            return self._index.map.keys(known) if known else None

        return self._catalog.search(terms, limit, within, allowed)

    def matter(self, question: str) -> str | None:
        """What "it" means after a question; None where that is open, or no parser is there."""
        return self._parser.parse([question])[0].matter() if self._parser else None

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
        if _CATALOG not in names and {"catalog.marker", "write.lock"} & {*names}:
            raise ArchiveDamaged(
                f"The catalog of the archive {self.folder} is gone.",
                "Restore the folder from a copy.",
            )
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


def _read_meanwhile() -> ArchiveBusy:
    return ArchiveBusy(
        "The text is removed; the journal still has it, since another process reads the archive.",
        "Run archive vacuum when that is done.",
    )
