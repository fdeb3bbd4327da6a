"""Folders that ship with the package, and files that are nobody else's."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from assistant.errors import ArchiveError, OnRecordError, no_room

_PACKAGE = Path(__file__).resolve().parent
_SPARE = 2_000_000  # bytes
_PAGE = 65_536  # bytes: SQLite wants as many beside its file to open it


def folder(name: Literal["prompts", "corpus", "evals"]) -> Path:
    """The folder of that name.

    Raises:
        FileNotFoundError: neither the checkout nor the wheel has it.
    """
    checkout = _PACKAGE.parent
    root = checkout if (checkout / "pyproject.toml").is_file() else _PACKAGE / "resources_data"
    found = root / name
    if not found.is_dir():
        raise FileNotFoundError(f"{name}/ is missing from this installation of onrecord ({root})")
    return found


def make_private(path: Path) -> None:
    """Let its owner alone read and write a file, which is made where there is none yet.

    SQLite gives the files beside a database the same permissions. A file that is there is not
    opened: to close it would drop every lock that this process holds on it (POSIX), and with them
    SQLite's.
    """
    with contextlib.suppress(OSError):  # where it cannot be made, whoever opens it will say so
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            path.chmod(0o600)


def is_writable(folder: Path) -> bool:
    """Whether something can be written in a folder: it may be read-only, or its disk full."""
    try:
        with tempfile.TemporaryFile(dir=folder) as made:
            made.write(b" " * _PAGE)
            made.flush()
            os.fsync(made.fileno())
    except OSError:
        return False
    return True


def refuse_special_files(folder: Path) -> None:
    """Refuse a folder that has a pipe, a socket or a device: to open one may take for ever.

    Raises:
        ArchiveError: it has one, in itself or further down.
    """
    for here, _, names in os.walk(folder):
        for path in (Path(here, name) for name in names):
            with contextlib.suppress(OSError):  # gone meanwhile, or a link to nothing
                if not stat.S_ISREG(path.stat().st_mode):
                    raise ArchiveError(f"{path} is no regular file.", "Restore it from a copy.")


def is_full(folder: Path) -> bool:
    """Whether next to nothing can be written to a folder's disk."""
    return shutil.disk_usage(folder).free < _SPARE


@contextlib.contextmanager
def in_words(folder: Path) -> Iterator[None]:
    """What goes wrong on a full disk becomes an error of ours."""
    try:
        yield
    except OnRecordError:
        raise
    except Exception as error:
        if is_full(folder):
            raise no_room() from error
        raise
