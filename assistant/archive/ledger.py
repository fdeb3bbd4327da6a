"""What the catalog held when it was last written, in a file beside it, so that a loss is noticed.

A catalog whose journal is gone, or that was cut to nothing, opens without a fault and holds less.
Nothing may be built from that: the index beside it may be all that tells of what was lost.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from assistant.archive.catalog import Catalog
from assistant.errors import ArchiveDamaged
from assistant.resources import make_private

_FILE = "catalog.marker"
_WRITINGS = 200  # that a copied catalog may be ahead of its marker
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


@dataclass(frozen=True, slots=True)
class _Told:
    """What the marker tells."""

    articles: int
    """The least that the catalog must hold, in versions."""
    closed: bool
    """Whether its last writer came to its end."""
    written: str | None
    """What the catalog says of its last writing; None where that was not kept."""


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
            ArchiveDamaged: it holds less than it did, is another one, or is damaged.
        """
        closed = self._read().closed and self._is_last()
        if not closed and (fault := self._catalog.fault()):
            raise self.damaged(f"The catalog is damaged: {fault}.")
        self.compare()
        if not closed:
            self.end()  # so that it is looked through once

    def compare(self) -> None:
        """Compare only how much there is and when it was written, and write nothing.

        Raises:
            ArchiveDamaged: the catalog holds fewer article versions than it did, or was written by
                somebody who kept no count: it is another one, or an earlier copy.
        """
        told, held = self._read(), self._catalog.article_count()
        if held < told.articles:
            raise self.damaged(
                f"The catalog holds {held} article versions; it held {told.articles}."
            )
        if told.closed and told.written and told.written not in self._writings():
            raise self.damaged("The catalog is another one, or an earlier copy.")

    def begin(self, fewer: int = 0) -> None:
        """Something is about to be written, after which so many versions fewer may be held.

        Raises:
            ArchiveDamaged: the catalog's file is not the one that was opened.
        """
        if not self._catalog.is_in_place():
            raise ArchiveDamaged(
                "The catalog's file was replaced or deleted while it was open.",
                "Start again, with the whole folder restored from a copy.",
            )
        self._write(max(0, self._catalog.article_count() - fewer), closed=False)

    def end(self) -> None:
        """It is written; the catalog and the marker say the same of when."""
        known = [*self._writings(), secrets.token_hex(8)]
        self._catalog.set_meta("written", " ".join(known[-_WRITINGS:]))
        self._write(self._catalog.article_count(), closed=True)

    def _writings(self) -> list[str]:
        """Marks of the catalog's last writings, the last one last."""
        return (self._catalog.meta("written") or "").split()

    def _is_last(self) -> bool:
        """Whether the marker is of the last writing: a copy of a folder in use may have an older.

        Nothing is lost then, but the catalog may have been copied while it was written.
        """
        written = self._read().written
        return written is None or [written] == self._writings()[-1:]

    def damaged(self, what: str) -> ArchiveDamaged:
        """The error that says what is wrong, and what can be done."""
        return ArchiveDamaged(what, _HOW.format(file=self._file))

    def _read(self) -> _Told:
        if not self._file.is_file():
            return _Told(0, not self.exists, None)
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
            written = found.get("written")
            return _Told(int(found["articles"]), bool(found["closed"]), written)
        except (OSError, ValueError, LookupError, TypeError, ArithmeticError, RecursionError,
                AttributeError):  # fmt: skip
            return _Told(0, False, None)

    def _write(self, articles: int, closed: bool) -> None:
        if self.exists and not self._file.is_file():
            self._file.rename(self._file.with_name(f"{self._file.name}.other"))
        new = self._file.with_suffix(".new")
        make_private(new)
        written = next(iter(self._writings()[-1:]), None)
        told = {"articles": articles, "closed": closed, "written": written}
        with new.open("w", encoding="utf-8") as file:
            json.dump(told, file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._file)
