"""A folder of 10,000 files, read the first time, and again when one in a hundred has changed.

    python benchmarks/sync.py [FILES]

Made-up articles of three sentences, with the packaged embedder and statements. What is asked of the
second look is a share of the first one's time in the same run.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from assistant import Assistant


def article(number: int, edition: int) -> str:
    return (
        f"---\nid: s{number}\ntitle: Harbour {number} reopens\n"
        f"date: 2026-03-{number % 28 + 1:02d}\n---\n"
        f"The harbour of place {number} reopened on Monday. “We are glad,” said the harbour"
        f" master, Ada Holm. This is edition {edition} of the report on ferry {number}.\n"
    )


def write(folder: Path, number: int, edition: int) -> None:
    file = folder / f"{number % 100:02d}" / f"{number}.md"
    file.parent.mkdir(exist_ok=True)
    file.write_text(article(number, edition), encoding="utf-8")
    past = time.time() - 60  # nobody is writing it any more
    os.utime(file, (past + edition, past + edition))


def timed(assistant: Assistant, folder: Path, told: str) -> float:
    start = time.perf_counter()
    report = assistant.sync(folder)
    seconds = time.perf_counter() - start
    read = report.read
    print(f"{told}: {seconds:.1f} s; {read.added} added, {read.updated} updated,"
          f" {report.unchanged} files not read again", flush=True)  # fmt: skip
    return seconds


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "news"
        folder.mkdir()
        for number in range(count):
            write(folder, number, 1)
        with Assistant.open(Path(made) / "archive") as assistant:
            first = timed(assistant, folder, "first")
            none = timed(assistant, folder, "nothing changed")
            for number in range(0, count, 100):
                write(folder, number, 2)
            some = timed(assistant, folder, "one in a hundred changed")
    print(f"share of the first: {none / first:.2%} and {some / first:.2%}")


if __name__ == "__main__":
    main()
