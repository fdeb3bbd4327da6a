"""Journals: JSON lines that are appended as things happen, and survive a kill."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TextIO


def whole_lines(path: Path) -> list[bytes]:
    """The lines of a journal; a last one that a kill tore is cut off the file."""
    if not path.exists():
        return []
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if whole != data:
        path.write_bytes(whole)
    return whole.splitlines()


def append(file: TextIO, value: Any) -> None:
    """Add a line, and hand it to the operating system at once."""
    file.write(json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n")
    file.flush()
