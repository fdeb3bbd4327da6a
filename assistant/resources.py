"""Folders that ship with the package, and files that are nobody else's."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parent


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
