"""The catalog's SQLite file: opening it, reading rows, and transactions."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from assistant.archive.marker import files_stamp
from assistant.archive.rows import MIGRATIONS, SCHEMA, SCHEMA_VERSION
from assistant.errors import ArchiveDamaged, ArchiveError, ArchiveMismatch, no_room
from assistant.resources import make_private

_WHOLE = "vacuum"  # of what was erased nothing may stay, not even in free pages


class Database:
    """A connection that several threads may use; the subclasses ask it."""

    def __init__(self, path: Path, writable: bool = True) -> None:
        """Open the file, making it where it is missing.

        Args:
            path: the file.
            writable: whether anything can be written beside it; else it is only read.

        Raises:
            ArchiveError: it is no catalog, cannot be opened, or is of a newer version.
        """
        self.path = path
        self._read_only: Path | None = None
        self._inode = 0
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
        self._inode = _inode(path)

    def _open_to_read(self, path: Path) -> None:
        """As it is: where nobody has it open, SQLite needs to write nothing beside the file."""
        stamp, place = files_stamp(path), _read_only(path)
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

    def is_in_place(self) -> bool:
        """Whether the file that was opened is still the one of its name."""
        return self._inode == _inode(self.path)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def generation(self) -> int:
        """Counts the changes of what is visible."""
        return int(self.meta("generation") or 0)

    def meta(self, name: str) -> str | None:
        """A remembered value."""
        row = self.row("SELECT value FROM meta WHERE name = ?", (name,))
        return row[0] if row else None

    def set_meta(self, name: str, value: str) -> None:
        """Remember a value."""
        with self.transaction() as run:
            run("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    @contextmanager
    def snapshot(self) -> Iterator[Callable[..., sqlite3.Cursor]]:
        """What executes statements on the file as it is now, whatever is written meanwhile."""
        try:
            place = _read_only(self.path)
            opened = sqlite3.connect(place, uri=True, isolation_level=None)
            with contextlib.closing(opened):
                opened.execute("BEGIN")
                yield opened.execute
        except sqlite3.Error as error:
            raise _in_words(error, "read") from error

    def wipe(self) -> bool:
        """Purge removed text from the files: merge the full-text index, truncate the WAL.

        Returns:
            Whether that was done; not while another connection reads. It is done later then.
        """
        with self._lock:
            done = self._merged()
            if self.meta("unwiped") == "yes" or not done:
                self._note_unwiped(not done, "yes")
        return done

    def compact(self) -> bool:
        """Give the space of what was removed back to the disk; whether that was done to its end.

        Raises:
            ArchiveError: it cannot be written, or somebody else writes.
        """
        with self._lock:
            self._note_unwiped(True, _WHOLE)
            self._merged()
            try:
                self._connection.execute("VACUUM")
            except sqlite3.Error as error:
                raise _in_words(error, "written") from error
            done = self._merged()
            self._note_unwiped(not done, _WHOLE)
        return done

    def finish_wiping(self) -> None:
        """Do what ``wipe`` or ``compact`` could not bring to its end."""
        if self.meta("unwiped") == _WHOLE:
            self.compact()
        else:
            self.wipe()

    def _note_unwiped(self, is_left: bool, how: str) -> None:
        if is_left or self.meta("unwiped"):
            self.set_meta("unwiped", how if is_left else "")

    def _merged(self) -> bool:
        """Merge the full-text index and truncate the WAL; whether nobody reads it meanwhile."""
        try:
            self._connection.execute("INSERT INTO keyword(keyword) VALUES ('optimize')")
            (busy, *_) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            raise _in_words(error, "written") from error
        return not busy

    def _create(self) -> None:
        found = int(self.row("PRAGMA user_version")[0])
        if found > SCHEMA_VERSION:
            raise ArchiveMismatch(
                f"The archive has format {found}; this version of onrecord reads {SCHEMA_VERSION}.",
                "Update onrecord.",
            )
        if found < SCHEMA_VERSION:
            with self.transaction() as run:
                found = run("PRAGMA user_version").fetchone()[0]  # another may have been faster
                steps = [MIGRATIONS[version] for version in range(found, SCHEMA_VERSION) if version]
                for script in steps if found else [SCHEMA]:
                    for statement in script.split(";\n"):
                        run(statement)
                run(f"PRAGMA user_version = {SCHEMA_VERSION}")

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """What executes statements of which all are done, or none.

        Raises:
            ArchiveError: it cannot be written to.
        """
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

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """The rows of a statement.

        Raises:
            ArchiveError: it cannot be read.
        """
        with self._lock:
            try:
                if self._read_only and self._stamp != files_stamp(self._read_only):
                    self._open_to_read(self._read_only)  # it was written to: it would look damaged
                return self._connection.execute(statement, parameters).fetchall()
            except sqlite3.DatabaseError as error:
                raise _in_words(error, "read") from error

    def row(self, statement: str, parameters: Sequence[Any] = ()) -> Any:
        """Its first row; None where there is none."""
        return next(iter(self.rows(statement, parameters)), None)


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except OSError:
        return -1


def _read_only(path: Path) -> str:
    """The address of a file that is only read; where nobody has it open it needs no other."""
    alone = files_stamp(path)[1:] == (None, None)
    return f"file:{quote(str(path))}?mode=ro{'&immutable=1' if alone else ''}"


def copy_database(source: Path, target: Path) -> None:
    """Write what a file of SQLite holds now into another, which must not be there yet.

    Without the pages that are free, so that nothing of what was removed is copied.

    Raises:
        ArchiveError: it cannot be written.
    """
    make_private(target)
    try:
        place = _read_only(source)
        with contextlib.closing(sqlite3.connect(place, uri=True, isolation_level=None)) as opened:
            opened.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        raise ArchiveError(f"{target} cannot be written: {error}.") from error


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
