"""Is an index on disk fit to be opened? Asked in a child process, which may hang or crash.

A damaged Chroma folder can do worse than fail: one open was seen to hang while it wrote
a file of 56 GB. So the child has a time limit and a limit on the size of the files it writes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from assistant.archive.vectors import VectorIndex
from assistant.models.embedding import Vectors

_SECONDS = 10.0
_ROWS_A_SECOND = 20_000
_SPARE_BYTES = 256 * 1024 * 1024
_ROUNDING = 1e-5
_HOME = str(Path(__file__).parents[2])
_CHILD = "from assistant.archive.probe import main; main()"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the catalog says that the index holds."""

    least: int
    """Vectors of current passages."""
    most: int
    """The same with what is pending or on its way out."""
    vectors: Sequence[Sequence[float]]
    """Some of them; each must find itself."""


def is_healthy(folder: Path, expected: Expectation) -> bool:
    """True where the index opens, counts right and finds its own vectors, all in time."""
    request = json.dumps({"folder": str(folder), **asdict(expected)})
    try:
        child = subprocess.run(
            [sys.executable, "-P", "-c", _CHILD],
            input=request.encode(),
            capture_output=True,
            timeout=_SECONDS + expected.most / _ROWS_A_SECOND,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([_HOME, *filter(None, sys.path)])},
        )
    except subprocess.TimeoutExpired:
        return False
    return child.returncode == 0


def main() -> None:
    """The child: exits 0 where the index is as expected."""
    request = json.load(sys.stdin)
    folder = Path(request["folder"])
    _limit_files(folder)
    index = VectorIndex(folder)
    vectors = np.asarray(request["vectors"], np.float32)
    counts = request["least"] <= index.count() <= request["most"]
    sys.exit(0 if counts and all(_finds(index, vector) for vector in vectors) else 1)


def _finds(index: VectorIndex, vector: Vectors) -> bool:
    """True where the nearest vector is the same one; which passage has it does not matter."""
    nearest = index.search(vector, 1)
    held = index.vectors(nearest)
    return bool(nearest) and bool(np.allclose(held[nearest[0]], vector, atol=_ROUNDING))


def _limit_files(folder: Path) -> None:
    if sys.platform == "win32":
        return
    import resource

    largest = max((file.stat().st_size for file in folder.rglob("*") if file.is_file()), default=0)
    limit = 2 * largest + _SPARE_BYTES
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
