"""How long do the first words take, and a second ingest that changes nothing?

    python benchmarks/startup.py ../shared/data/wikinews/articles.jsonl ARCHIVE

ARCHIVE is one that holds the file already. Prints the median of five runs of whole processes, in
seconds. The targets: `assistant --help` 0.5 s; the second ingest 5 s.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time


def median_seconds(*command: str, runs: int = 5) -> float:
    """Of a whole process, after one run that warms the disk's cache."""
    seconds = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path")
    parser.add_argument("archive")
    arguments = parser.parse_args()
    assistant = [sys.executable, "-m", "assistant"]
    again = [*assistant, "ingest", arguments.path, "--archive", arguments.archive]
    print(f"python -c pass      {median_seconds(sys.executable, '-c', 'pass'):.2f} s")
    print(f"import assistant    {median_seconds(sys.executable, '-c', 'import assistant'):.2f} s")
    print(f"assistant --help    {median_seconds(*assistant, '--help'):.2f} s")
    print(f"second ingest       {median_seconds(*again):.2f} s")


if __name__ == "__main__":
    main()
