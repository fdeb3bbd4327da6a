"""Journals: JSON lines that are appended as things happen, and survive a kill."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TextIO


def whole_lines(path: Path) -> list[bytes]:
    """The lines of a journal, without a last one that a kill tore."""
    data = path.read_bytes() if path.exists() else b""
    return data[: data.rfind(b"\n") + 1].splitlines()


def mend(path: Path) -> None:
    """Terminate the last line, or remove it if a killed process left it incomplete."""
    if not path.exists():
        return
    with path.open("r+b") as file:
        data = file.read()
        whole = data.rfind(b"\n") + 1
        try:
            json.loads(data[whole:] or b"0")
        except ValueError:
            file.truncate(whole)
        else:
            if data[whole:]:
                file.write(b"\n")


def append(file: TextIO, value: Any) -> None:
    """Add a line, and hand it to the operating system at once."""
    file.write(json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n")
    file.flush()
