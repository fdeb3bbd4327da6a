"""Writes to an archive until it is killed; a journal says what was acknowledged.

Each line of the journal is one operation that had returned: ``add N EDITION`` or ``remove N``.
A line that begins with ``?`` was about to be done: it may have happened or not.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
from pathlib import Path
from typing import TextIO

from assistant.archive import Archive
from assistant.following import sync
from assistant.models.embedding import load_embedder
from assistant.settings import load
from assistant.testing import HashEmbeddings, sample_articles
from assistant.types import to_dict

SETTINGS = load(models={"reranker": "off"})
REAL = os.environ.get("CRASH_MODELS") == "packaged"  # benchmarks/crashes.py
EMBEDDER = load_embedder(SETTINGS.models) if REAL else HashEmbeddings()


def main() -> None:
    folder, journal, seed = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    choose = random.Random(seed)
    EMBEDDER.encode(["loaded"])  # before it counts, as the models of a server are
    with journal.open("a", encoding="utf-8", buffering=1) as lines:
        print("started", flush=True)
        while True:
            archive = Archive(folder, EMBEDDER, SETTINGS)
            for _ in range(choose.randint(1, 5)):
                step(archive, choose, lines)
            archive.close()


def step(archive: Archive, choose: random.Random, lines: TextIO) -> None:
    if choose.random() < 0.1:
        archive.rebuild()
    elif choose.random() < 0.15:
        take_in(archive, choose.randint(1, 3), lines)
    elif choose.random() < 0.3:
        follow(archive, choose, lines)
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


def take_in(archive: Archive, edition: int, lines: TextIO) -> None:
    """Import what another archive has exported; made once."""
    file = archive.folder.with_name(f"edition{edition}.zst")
    if not file.exists():
        with tempfile.TemporaryDirectory() as made:
            other = Archive(Path(made), EMBEDDER, SETTINGS)
            other.add(sample_articles(60, edition))
            other.export_to(file)
            other.close()
    operations = [f"add {number} {edition}" for number in range(60)]
    announce(lines, operations)
    archive.import_from(file)
    acknowledge(lines, operations)


def follow(archive: Archive, choose: random.Random, lines: TextIO) -> None:
    """Change some files of a folder, and sync it."""
    folder = archive.folder.with_name("news")
    folder.mkdir(exist_ok=True)
    edition, first = choose.randint(1, 3), choose.randrange(180)
    numbers = range(first, first + choose.randint(1, 20))
    for number in numbers:
        fields = to_dict(sample_articles(number + 1, edition)[number])
        file = folder / f"{number}.json"
        file.write_text(json.dumps({name: value for name, value in fields.items() if value}))
        os.utime(file, (1_000_000_000, 1_000_000_000))  # nobody is writing it
    # Of other files a kill may have kept a sync from telling.
    operations = [f"add {n} {e}" for n, e in editions_in(folder)]
    announce(lines, operations)
    sync(archive, folder, SETTINGS.reading)
    acknowledge(lines, [one for one in operations if int(one.split()[1]) in numbers])


def editions_in(folder: Path) -> list[tuple[int, int]]:
    texts = [(int(file.stem), file.read_text()) for file in folder.glob("*.json")]
    return [(n, int(text.split(f"of{n}")[0][-1])) for n, text in texts if f"of{n}" in text]


def acknowledge(lines: TextIO, operations: list[str]) -> None:
    lines.write("".join(f"{operation}\n" for operation in operations))


def announce(lines: TextIO, operations: list[str]) -> None:
    lines.write("".join(f"?{operation}\n" for operation in operations))


if __name__ == "__main__":
    main()
