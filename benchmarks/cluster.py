"""What does a Ray cluster of this machine's cores bring to an ingest?

    OMP_NUM_THREADS=1 python benchmarks/cluster.py ../shared/data/wikinews/articles.jsonl

Ingests a file into a new archive in one process with one thread, and into another over
``--ray local``, each in a process of its own that has to load its models; then the second once
more, as after a crash. Prints the seconds and their ratios.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def seconds(file: str, folder: Path, *options: str) -> float:
    """Of one ingest."""
    command = [sys.executable, "-m", "assistant", "ingest", file, "--archive", str(folder)]
    start = time.perf_counter()
    subprocess.run([*command, *options], check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    file = parser.parse_args().file
    with tempfile.TemporaryDirectory() as place:
        alone = seconds(file, Path(place) / "alone")
        together = seconds(file, Path(place) / "together", "--ray", "local")
        again = seconds(file, Path(place) / "together", "--ray", "local")
    print(f"one process {alone:.0f} s, a cluster {together:.0f} s, once more {again:.0f} s")
    print(f"cluster / process: {together / alone:.2f}")


if __name__ == "__main__":
    main()
