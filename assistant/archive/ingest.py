"""Articles on their way in: compared with the catalog, prepared and indexed in batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

import numpy as np

from assistant.archive.catalog import Catalog
from assistant.archive.preparing import Prepared, Preparer
from assistant.archive.rows import Known, digest_of
from assistant.attribution import find_statements
from assistant.reading import Unreadable, normalized
from assistant.reading.addresses import canonical, forms
from assistant.settings import Settings
from assistant.types import Article, IngestReport, Skipped

_BATCH_PASSAGES = 256  # ten seconds of encoding: what a crash can cost; less pads more
_BATCH_ARTICLES = 50
_NO_LIMIT = 1_000_000_000  # characters
ERASED = "it was erased from this archive; articles readmit lets it in again"

Progress = Callable[[int], None]
"""Called with the number of articles that are dealt with, whenever some more are."""
Became = Literal["added", "updated", "unchanged", "history", "embargoed"]
"""What became of an article: new, a new version, held already, kept as an earlier version, or kept
until its embargo is over."""
Outcome = Callable[[str, str, Became], None]
"""Called with an article's id, the id under which it is kept, and what became of it."""


class Ingest:
    """One call of ``add``."""

    def __init__(
        self,
        catalog: Catalog,
        preparer: Preparer,
        settings: Settings,
        activate: Callable[[], None],
        releasing: bool = False,
    ) -> None:
        """Begin.

        Args:
            catalog: where articles go.
            preparer: cuts and encodes those that are not prepared yet.
            settings: limits.
            activate: makes what is stored visible.
            releasing: whether the articles were accepted earlier, and were under embargo.
        """
        self._most = _NO_LIMIT if releasing else settings.reading.max_characters
        self._catalog = catalog
        self._preparer = preparer
        self._activate = activate
        self._batch: list[Prepared] = []
        self._ready: Prepared | None = None  # what was prepared of the article being taken
        self._later: list[tuple[str, Article, str]] = []
        self._seen: dict[str, str] = {}
        self._counts: Counter[Became] = Counter()
        self._told: list[tuple[str, str, Became]] = []  # of articles that are not stored yet
        self._skipped: list[Skipped] = []
        self._done = 0
        self._barred = catalog.barred()
        self._embargoed = catalog.embargoed()
        self._over: list[tuple[str, str]] = []  # ids and hashes whose embargo is over

    def run(
        self,
        items: Iterable[Article | Skipped | Prepared],
        progress: Progress | None = None,
        outcome: Outcome | None = None,
    ) -> IngestReport:
        """Take everything in; what is reported is kept, whatever happens next."""
        self._find_missing()
        for item in items:
            self._take(item)
            if sum(len(one.entry.passages) for one in self._batch) >= _BATCH_PASSAGES:
                self._flush()
            if not self._batch:
                self._report(progress, outcome)
        self._flush()
        for one in self._later:
            self._take_again(*one)
        self._report(progress, outcome)
        counts = self._counts
        return IngestReport(
            added=counts["added"],
            updated=counts["updated"],
            unchanged=counts["unchanged"] + counts["history"],
            embargoed=counts["embargoed"],
            skipped=tuple(self._skipped),
        )

    def _report(self, progress: Progress | None, outcome: Outcome | None) -> None:
        if self._over:
            self._catalog.let_go(self._over)
            self._over = []
        if progress:
            progress(self._done)
        if outcome:
            for told in self._told:
                outcome(*told)
        self._told = []

    def _find_missing(self) -> None:
        """For an older archive, or one that was filled without statements."""
        while bare := self._catalog.without_passages(_BATCH_ARTICLES):
            for article in bare:
                entry = self._preparer.entry(article, "", find=False)
                self._catalog.put_passages(entry, self._preparer.vectors([entry]))
        self._catalog.note_passages()
        parser = self._preparer.parser
        while parser and (unread := self._catalog.unread(_BATCH_ARTICLES)):
            found = [(article, find_statements(article, parser)) for article in unread]
            self._catalog.put_statements(found)

    def _take(self, item: Article | Skipped | Prepared) -> None:
        self._done += 1
        self._ready = item if isinstance(item, Prepared) else None
        if isinstance(item, Prepared):
            item = item.entry.article
        if isinstance(item, Article):
            try:
                item = normalized(item, self._most)
            except Unreadable as reason:
                item = Skipped(item.id or "article", str(reason))
        if isinstance(item, Skipped):
            self._skipped.append(item)
            return
        given, item = item.id, self._as_known(item)
        digest = digest_of(item)
        if item.id in self._barred:
            self._skipped.append(Skipped(item.id, ERASED))
            self._over += [(item.id, digest)] if (item.id, digest) in self._embargoed else []
            return
        if any(one.entry.article.id == item.id for one in self._batch):
            self._flush()
        self._settle(given, item, digest, self._catalog.known(item.id))

    def _settle(self, given: str, item: Article, digest: str, known: list[Known]) -> None:
        """Store an article as what it is beside the versions that are known."""
        found = fate(item, digest, known)
        if is_ahead(item.embargo) and found != "unchanged":
            self._embargoed[item.id, digest] = self._catalog.hold(item, digest)
            self._count(given, item, "embargoed")
            return
        delivered = self._embargoed.get((item.id, digest))
        if delivered is not None:
            if found in ("updated", "again") and known[-1].added > delivered:
                found = "history" if found == "updated" else "unchanged"  # a later one came first
            if found != "again":
                self._over.append((item.id, digest))
        if found == "again":
            # A superseded text again. If this call also brings the current one, as a file with both
            # does, nothing changes; else the outlet went back to it: a new version.
            self._later.append((given, item, digest))
            self._done -= 1
        elif found == "history":
            one = self._prepared(item, digest)
            past = replace(one, entry=replace(one.entry, state="superseded"))
            self._put(self._preparer.encoded([past]))
            self._count(given, item, found)
        else:
            if found != "unchanged":
                self._batch.append(self._prepared(item, digest))
            if not known or known[-1].hash == digest or found == "updated":
                self._seen[item.id] = digest
            self._count(given, item, found)

    def _count(self, given: str, article: Article, became: Became) -> None:
        self._counts[became] += 1
        self._told.append((given, article.id, became))

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

    def _take_again(self, given: str, article: Article, digest: str) -> None:
        self._done += 1
        self._ready = None
        if (article.id, digest) in self._embargoed:
            self._over.append((article.id, digest))
        if self._catalog.known(article.id)[-1].hash in (self._seen.get(article.id), digest):
            self._count(given, article, "unchanged")
        else:
            self._seen[article.id] = digest
            self._batch.append(self._prepared(article, digest))
            self._count(given, article, "updated")
            self._flush()

    def _prepared(self, article: Article, digest: str) -> Prepared:
        """The article as it came prepared, else cut now."""
        ready = self._ready
        if ready and ready.entry.article == article:
            return ready
        return Prepared(self._preparer.entry(article, digest))

    def _flush(self) -> None:
        if not self._batch:
            return
        batch = self._preparer.encoded(self._batch)
        if self._catalog.meta("embedder") is None:
            self._catalog.set_meta("embedder", self._preparer.embedder.name)
        self._put(batch)
        self._activate()
        self._batch = []

    def _put(self, batch: Sequence[Prepared]) -> None:
        vectors = [one.vectors for one in batch if one.vectors is not None]
        self._catalog.put([one.entry for one in batch], np.concatenate(vectors))


def fate(
    article: Article, digest: str, known: Sequence[Known]
) -> Literal["added", "updated", "unchanged", "history", "again"]:
    """What becomes of an article beside the versions that are known, the current one last.

    It is held already, from before the current one, or new; or it says again what an earlier
    version said.
    """
    if not known or known[-1].state == "superseded":  # the others were lost on their way here
        return "added"
    current, held = known[-1], any(one.hash == digest for one in known)
    if current.hash == digest:
        return "unchanged"
    day = article.updated or article.published
    if day and current.stated and day.isoformat() < current.stated:
        return "unchanged" if held else "history"
    return "again" if held else "updated"


def is_ahead(embargo: datetime | None) -> bool:
    """Whether an embargo is not over yet."""
    return embargo is not None and embargo > datetime.now(UTC)
