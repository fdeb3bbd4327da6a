"""The catalog: articles, versions, passages, keywords and vectors in SQLite, the only truth.

An article version is ``pending`` until its vectors are in the index, then ``current``, and
``superseded`` once a newer version of its id is current. Only current versions are visible. One
transaction turns a version current and the one before it superseded, so that no reader ever sees
both, or neither.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from assistant.archive.holdings import Holdings
from assistant.archive.marker import files_stamp
from assistant.archive.rows import (
    MIGRATIONS,
    SCHEMA,
    SCHEMA_VERSION,
    Entry,
    Known,
    speaker_key,
)
from assistant.errors import ArchiveDamaged, ArchiveError, ArchiveMismatch, no_room
from assistant.models.embedding import Vectors
from assistant.resources import make_private
from assistant.text import folded
from assistant.types import (
    Article,
    Statement,
    to_dict,
)


class Catalog(Holdings):
    """The archive's SQLite file. Safe to use from several threads and processes."""

    def __init__(self, path: Path, writable: bool = True) -> None:
        """Open the file, making it where it is missing.

        Args:
            path: the file.
            writable: whether anything can be written beside it; else it is only read.

        Raises:
            ArchiveError: it is no catalog, cannot be opened, or is of a newer version.
        """
        super().__init__()
        self._read_only: Path | None = None
        self._stamp: tuple[Any, ...] = ()  # of the files, when it was opened to be read
        self._lock = threading.RLock()
        try:
            if writable:
                self._open(path)
            else:
                self._open_to_read(path)
        except sqlite3.Error as error:
            raise ArchiveError(
                f"{path} cannot be opened as a catalog: {error}.",
                "Restore it from a copy, or name another folder.",
            ) from error

    def _open(self, path: Path) -> None:
        make_private(path)
        self._connection = sqlite3.connect(
            path, timeout=30, isolation_level=None, check_same_thread=False
        )
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("PRAGMA secure_delete=ON")  # what is removed is overwritten
        self._create()

    def _open_to_read(self, path: Path) -> None:
        """As it is: where nobody has it open, SQLite needs to write nothing beside the file."""
        stamp = files_stamp(path)
        alone = stamp[1:] == (None, None)
        place = f"file:{quote(str(path))}?mode=ro{'&immutable=1' if alone else ''}"
        opened = sqlite3.connect(place, uri=True, isolation_level=None, check_same_thread=False)
        (found,) = opened.execute("PRAGMA user_version").fetchone()
        if found != SCHEMA_VERSION:
            opened.close()
            raise ArchiveMismatch(
                f"The archive has format {found}; only {SCHEMA_VERSION} can be read where nothing"
                " can be written.", "Let its folder be written to once.",
            )  # fmt: skip
        if self._read_only:
            self._connection.close()
        self._read_only, self._stamp, self._connection = path, stamp, opened

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def generation(self) -> int:
        """Counts the changes of what is visible."""
        return int(self.meta("generation") or 0)

    def meta(self, name: str) -> str | None:
        """A remembered value."""
        row = self._one("SELECT value FROM meta WHERE name = ?", (name,))
        return row[0] if row else None

    def switch_index(self, number: int, mapped: int) -> None:
        """Name the index and the map that readers use from now on, and the map's greatest key."""
        with self._transaction() as run:
            for name, value in (("index", number), ("mapped", mapped)):
                run("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, str(value)))
            self._count_generation(run)

    def set_meta(self, name: str, value: str) -> None:
        """Remember a value."""
        with self._transaction() as run:
            run("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    # Writing

    def known(self, article_id: str) -> list[Known]:
        """Every version of an article: superseded ones first, the current or pending one last."""
        rows = self._all(
            "SELECT version, hash, state, coalesce(json_extract(fields, '$.updated'), published)"
            " FROM article WHERE id = ? ORDER BY state = 'superseded' DESC, version",
            (article_id,),
        )
        return [Known(*row) for row in rows]

    def put_history(self, entry: Entry) -> None:
        """Store an article as superseded, by a version that is current already."""
        with self._transaction() as run:
            self._put_article(run, entry, "superseded")

    def put(self, entries: Sequence[Entry], vectors: Vectors) -> None:
        """Store articles as pending, with passages, keyword rows and vectors, in one transaction.

        Args:
            entries: the articles; their versions are set here.
            vectors: one row per passage of all entries, in order.
        """
        rows = iter(np.ascontiguousarray(vectors, dtype=np.float32))
        with self._transaction() as run:
            for entry in entries:
                key = self._put_article(run, entry, "pending")
                for passage in entry.passages:
                    cursor = run(
                        "INSERT INTO passage (article, ordinal, start, end, vector)"
                        " VALUES (?, ?, ?, ?, ?)",
                        (key, passage.ordinal, passage.start, passage.end, next(rows).tobytes()),
                    )
                    run(
                        "INSERT INTO keyword (rowid, title, text) VALUES (?, ?, ?)",
                        (cursor.lastrowid, folded(entry.heading), folded(passage.text)),
                    )

    def _put_article(self, run: Any, entry: Entry, state: str) -> int:
        article = entry.article
        (last,) = run("SELECT max(version) FROM article WHERE id = ?", (article.id,)).fetchone()
        fields = to_dict(article)
        fields.pop("text")
        fields["version"] = (last or 0) + 1
        cursor = run(
            "INSERT INTO article (id, version, state, hash, outlet, published, fields, text,"
            " signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                article.id,
                fields["version"],
                state,
                entry.hash,
                (article.outlet or "").casefold(),
                fields["published"],
                json.dumps(fields),
                article.text,
                entry.signature,
            ),
        )
        key = int(cursor.lastrowid)
        if entry.statements is not None:
            self._put_statements(run, key, entry.statements)
        return key

    @staticmethod
    def _put_statements(run: Any, key: int, statements: Sequence[Statement]) -> None:
        run("DELETE FROM statement WHERE article = ?", (key,))
        for ordinal, statement in enumerate(statements):
            fields = to_dict(statement)
            del fields["article"], fields["version"]  # the row says so
            run(
                "INSERT INTO statement VALUES (?, ?, ?, ?)",
                (key, ordinal, speaker_key(statement.speaker), json.dumps(fields)),
            )
        run("UPDATE article SET statements_found = 1 WHERE key = ?", (key,))

    def put_statements(self, found: Sequence[tuple[Article, Sequence[Statement]]]) -> None:
        """Store the statements of articles that are kept already."""
        with self._transaction() as run:
            for article, statements in found:
                row = run(
                    "SELECT key FROM article WHERE id = ? AND version = ?",
                    (article.id, article.version),
                ).fetchone()
                if row:
                    self._put_statements(run, row[0], statements)
            self._count_generation(run)

    def activate(self, mapped: int) -> None:
        """Make every pending version current, and the ones before it superseded.

        Args:
            mapped: the greatest passage key in the map of vectors, for its readers.
        """
        before = (
            "SELECT a.key FROM (SELECT id, max(version) AS version FROM article"
            " WHERE state = 'pending' GROUP BY id) n JOIN article a ON a.id = n.id"
            " WHERE a.version < n.version AND +a.state != 'superseded'"
        )
        with self._transaction() as run:
            replaced = [key for (key,) in run(before).fetchall()]
            run(
                "UPDATE article SET state = 'superseded'"
                " WHERE key IN (SELECT value FROM json_each(?))",
                (json.dumps(replaced),),
            )
            run("UPDATE article SET state = 'current' WHERE state = 'pending'")
            self._drop_passages(run, "SELECT value FROM json_each(?)", (json.dumps(replaced),))
            run("INSERT OR REPLACE INTO meta VALUES ('mapped', ?)", (str(mapped),))
            self._count_generation(run)

    def remove(self, ids: Sequence[str]) -> int:
        """Delete every version of these articles; returns how many articles there were."""
        removed = 0
        with self._transaction() as run:
            for article_id in ids:
                self._drop_passages(run, "SELECT key FROM article WHERE id = ?", (article_id,))
                removed += run("DELETE FROM article WHERE id = ?", (article_id,)).rowcount > 0
            self._count_generation(run)
        return removed

    def vocabulary(self, letter: str) -> list[tuple[str, int]]:
        """Stems that begin with a letter, and how many passages have each."""
        with self._lock:
            run = self._connection.execute
            run("CREATE VIRTUAL TABLE IF NOT EXISTS temp.word USING fts5vocab(main, keyword, row)")
            found = run("SELECT term, doc FROM temp.word WHERE term >= ? AND term < ?",
                        (letter, letter + "\U0010ffff"))  # fmt: skip
            return list(found.fetchall())

    def wipe(self) -> None:
        """Purge removed text from the files: merge the full-text index, truncate the WAL."""
        with self._lock:
            try:
                self._connection.execute("INSERT INTO keyword(keyword) VALUES ('optimize')")
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.Error as error:
                raise _in_words(error, "written") from error

    def compact(self) -> None:
        """Give the space of what was removed back to the disk."""
        with self._lock:
            self._connection.execute("VACUUM")
        self.wipe()

    @staticmethod
    def _drop_passages(run: Any, articles: str, parameters: tuple[Any, ...]) -> None:
        chosen = f"SELECT key FROM passage WHERE article IN ({articles})"
        run(f"INSERT OR IGNORE INTO unindex {chosen}", parameters)
        run(f"DELETE FROM keyword WHERE rowid IN ({chosen})", parameters)
        run(f"DELETE FROM passage WHERE article IN ({articles})", parameters)

    @staticmethod
    def _count_generation(run: Any) -> None:
        run(
            "INSERT INTO meta VALUES ('generation', '1')"
            " ON CONFLICT (name) DO UPDATE SET value = value + 1"
        )

    # What the index must hold

    def unindexed(self, keys: Iterable[int]) -> None:
        """These keys have left the index."""
        with self._transaction() as run:
            for key in keys:
                run("DELETE FROM unindex WHERE key = ?", (key,))
            self._count_generation(run)  # so that readers let go of them, too

    def _create(self) -> None:
        found = int(self._one("PRAGMA user_version")[0])
        if found > SCHEMA_VERSION:
            raise ArchiveMismatch(
                f"The archive has format {found}; this version of onrecord reads {SCHEMA_VERSION}.",
                "Update onrecord.",
            )
        if found < SCHEMA_VERSION:
            with self._transaction() as run:
                found = run("PRAGMA user_version").fetchone()[0]  # another may have been faster
                steps = [MIGRATIONS[version] for version in range(found, SCHEMA_VERSION) if version]
                for script in steps if found else [SCHEMA]:
                    for statement in script.split(";\n"):
                        run(statement)
                run(f"PRAGMA user_version = {SCHEMA_VERSION}")

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection.execute
                self._connection.execute("COMMIT")
            except BaseException as error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    raise _in_words(error, "written") from error
                raise

    def _all(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        with self._lock:
            try:
                if self._read_only and self._stamp != files_stamp(self._read_only):
                    self._open_to_read(self._read_only)  # it was written to: it would look damaged
                return self._connection.execute(statement, parameters).fetchall()
            except sqlite3.DatabaseError as error:
                raise _in_words(error, "read") from error


def _in_words(error: sqlite3.Error, doing: str) -> Exception:
    """What a fault of SQLite means for a reader; the fault itself where it is the program's own."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return ArchiveDamaged(f"The catalog is damaged: {error}.", "Restore it from a copy.")
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR_WRITE")):
        return no_room()
    if isinstance(error, sqlite3.OperationalError) or doing == "written":
        return ArchiveError(f"The catalog cannot be {doing}: {error}.")
    return error
