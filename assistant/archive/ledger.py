"""What the catalog held when it was last written, in a file beside it, so that a loss is noticed.

A catalog whose journal is gone, or that was cut to nothing, opens without a fault and holds less.
Nothing may be built from that: the index beside it may be all that tells of what was lost.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from assistant.archive.catalog import Catalog
from assistant.errors import ArchiveDamaged
from assistant.resources import make_private

_FILE = "catalog.marker"
_HOW = (
    "Restore the archive's folder from a copy. To go on with what is left, delete {file} and run"
    " archive rebuild."
)


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


class Ledger:
    """Keeps count of a folder's catalog."""

    def __init__(self, folder: Path, catalog: Catalog) -> None:
        self._file = folder / _FILE
        self._catalog = catalog

    @property
    def exists(self) -> bool:
        """Whether anything is known of what the catalog held."""
        return self._file.exists()

    def check(self) -> None:
        """Compare the catalog with what it held; after a crash, look for damage inside it, too.

        Nothing may be written meanwhile.

        Raises:
            ArchiveDamaged: it holds fewer article versions than it did, or is damaged.
        """
        _, closed = self._read()
        if not closed and (fault := self._catalog.fault()):
            raise self.damaged(f"The catalog is damaged: {fault}.")
        self.compare()
        if not closed:
            self.end()  # so that it is looked through once

    def compare(self) -> None:
        """Compare only how much there is, and write nothing.

        Raises:
            ArchiveDamaged: the catalog holds fewer article versions than it did.
        """
        (least, _), held = self._read(), self._catalog.article_count()
        if held < least:
            raise self.damaged(f"The catalog holds {held} article versions; it held {least}.")

    def begin(self, fewer: int = 0) -> None:
        """Something is about to be written, after which so many versions fewer may be held."""
        self._write(max(0, self._catalog.article_count() - fewer), closed=False)

    def end(self) -> None:
        """It is written."""
        self._write(self._catalog.article_count(), closed=True)

    def damaged(self, what: str) -> ArchiveDamaged:
        """The error that says what is wrong, and what can be done."""
        return ArchiveDamaged(what, _HOW.format(file=self._file))

    def _read(self) -> tuple[int, bool]:
        """The least that the catalog must hold, and whether its last writer came to its end."""
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
            return int(found["articles"]), bool(found["closed"])
        except FileNotFoundError:
            return 0, True
        except (OSError, ValueError, KeyError, TypeError):
            return 0, False

    def _write(self, articles: int, closed: bool) -> None:
        new = self._file.with_suffix(".new")
        make_private(new)
        new.write_text(json.dumps({"articles": articles, "closed": closed}), encoding="utf-8")
        new.replace(self._file)
