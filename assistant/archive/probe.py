"""Is an index on disk fit to be opened? Asked in a child process, which may hang or crash.

A damaged Chroma folder can do worse than fail: one open was seen to hang while it wrote
a file of 56 GB. So the child has a limit on its processor's time and on the size of its files.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from assistant.archive.vectors import VectorIndex
from assistant.models.embedding import Vectors

Health = Literal["sound", "damaged", "more", "unknown"]
"""What an index is: "more" where it holds vectors that the catalog knows nothing of, "unknown"
where the probe did not get the processor for long enough to tell."""

_SECONDS = 10.0
_ROWS_A_SECOND = 20_000
_SPARE_BYTES = 256 * 1024 * 1024
ROUNDING = 1e-3
_PATIENCE = 10  # times as many seconds by the clock as by the processor
_HEALTH: dict[int, Health] = {0: "sound", 3: "more"}
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

    @property
    def seconds(self) -> float:
        """How long looking may take, in time of the processor."""
        return _SECONDS + self.most / _ROWS_A_SECOND


def health(folder: Path, expected: Expectation) -> Health:
    """Whether the index opens, counts right and finds its own vectors, in time of its processor."""
    request = json.dumps({"folder": str(folder), **asdict(expected)})
    try:
        child = subprocess.run(
            [sys.executable, "-P", "-c", _CHILD],
            input=request.encode(),
            capture_output=True,
            timeout=_PATIENCE * expected.seconds,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([_HOME, *filter(None, sys.path)])},
        )
    except subprocess.TimeoutExpired:
        return "unknown"
    return _HEALTH.get(child.returncode, "damaged")


def main() -> None:
    """The child: exits 0 where the index is as expected."""
    request = json.load(sys.stdin)
    folder = Path(request.pop("folder"))
    expected = Expectation(**request)
    _limit_files(folder)
    _limit_seconds(expected.seconds)
    found = judged(VectorIndex(folder), expected)
    sys.exit(next((code for code, health in _HEALTH.items() if health == found), 1))


def judged(index: VectorIndex, expected: Expectation) -> Health:
    """Whether an open index counts right and finds its own vectors."""
    count = index.count()
    if count > expected.most:
        return "more"
    vectors = np.asarray(expected.vectors, np.float32)
    sound = count >= expected.least and all(_finds(index, vector) for vector in vectors)
    return "sound" if sound else "damaged"


def _finds(index: VectorIndex, vector: Vectors) -> bool:
    """True where a vector as near as itself is found; which passage has it does not matter.

    Among hundreds that are nearly the same an approximate search may find another one.
    """
    nearest = index.search(vector, 1)
    held = index.vectors(nearest)
    return bool(nearest) and float(held[nearest[0]] @ vector) >= float(vector @ vector) - ROUNDING


def _limit_seconds(seconds: float) -> None:
    """Of the processor's time: an open that never ends is ended, however busy the machine is."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(seconds), math.ceil(seconds) + 1))


def _limit_files(folder: Path) -> None:
    if sys.platform == "win32":
        return
    import resource

    largest = max((file.stat().st_size for file in folder.rglob("*") if file.is_file()), default=0)
    limit = 2 * largest + _SPARE_BYTES
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
