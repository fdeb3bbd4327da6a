"""What is made from the articles and kept beside the catalog, until any of them changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from assistant.resources import make_private

_FILE = "derived.json"


def read(folder: Path, generation: int) -> Any:
    """What was kept for a generation of the archive; None where nothing was."""
    try:
        found = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return found["derived"] if found["generation"] == generation else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(folder: Path, generation: int, derived: Any) -> None:
    """Keep something that JSON can hold."""
    make_private(folder / _FILE)
    made = {"generation": generation, "derived": derived}
    (folder / _FILE).write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")


def forget(folder: Path) -> None:
    """Leave nothing of it on the disk."""
    (folder / _FILE).unlink(missing_ok=True)
