"""Writes to an archive until it is killed; a journal says what was acknowledged.

Each line of the journal is one operation that had returned: ``add N EDITION`` or ``remove N``.
A line that begins with ``?`` was about to be done: it may have happened or not.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import TextIO

from assistant.archive import Archive
from assistant.settings import load
from assistant.testing import HashEmbeddings, sample_articles


def main() -> None:
    folder, journal, seed = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    choose = random.Random(seed)
    with journal.open("a", encoding="utf-8", buffering=1) as lines:
        print("started", flush=True)
        while True:
            archive = Archive(folder, HashEmbeddings(), load(models={"reranker": "off"}))
            for _ in range(choose.randint(1, 5)):
                step(archive, choose, lines)
            archive.close()


def step(archive: Archive, choose: random.Random, lines: TextIO) -> None:
    if choose.random() < 0.1:
        archive.rebuild()
    elif choose.random() < 0.3:
        numbers = choose.sample(range(200), 3)
        operations = [f"remove {number}" for number in numbers]
        announce(lines, operations)
        archive.remove([f"sample-{number}" for number in numbers])
        acknowledge(lines, operations)
    else:
        edition = choose.randint(1, 3)
        first = choose.randrange(150)
        numbers = range(first, first + choose.randint(1, 50))
        operations = [f"add {number} {edition}" for number in numbers]
        announce(lines, operations)
        articles = sample_articles(max(numbers) + 1, edition)
        archive.add([articles[number] for number in numbers])
        acknowledge(lines, operations)


def acknowledge(lines: TextIO, operations: list[str]) -> None:
    lines.write("".join(f"{operation}\n" for operation in operations))


def announce(lines: TextIO, operations: list[str]) -> None:
    lines.write("".join(f"?{operation}\n" for operation in operations))


if __name__ == "__main__":
    main()
