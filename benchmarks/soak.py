"""An hour's soak: people ask, articles come and go, and the server's memory is watched.

    python benchmarks/soak.py QUESTIONS.jsonl FOLDER [--minutes 60] [--users 10] [--reads 45]

Ingests FOLDER into an archive of its own, starts `assistant serve` over it on loopback, and lets
each user ask over HTTP, read, and ask again. Every two minutes another process adds an article to
the same archive, and from then on removes the one before. Every 15 s the memory (resident) and the
open descriptors of the server are read from /proc.

Prints the figures; exits 1 where memory grows by 5 MB or more in 10 minutes over the last two
thirds of the time (least squares), descriptors grow by more than 10, or anything fails.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from users import HANGS, asked, percentile

ASSISTANT = str(Path(sys.executable).with_name("assistant"))
CHANGES = 120.0  # seconds between two articles that come
WATCHED = 15.0  # seconds between two looks
GROWTH = 5.0  # MB in 10 minutes
DESCRIPTORS = 10
TEXT = (
    "---\ntitle: Buoy {n} drifts ashore\noutlet: Soak Wire\npublished: 2026-05-{day:02}\n---\n"
    "A buoy with the number {n} drifted ashore at Sond on Monday, the harbour office said.\n\n"
    '"We have counted {n} of them since {year}," said the harbour master, Ilse Brandt.\n'
)


@dataclass
class Seen:
    """What came of it."""

    kinds: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)
    """Seconds since the beginning, and MB."""
    descriptors: list[int] = field(default_factory=list)
    changes: int = 0
    faults: list[str] = field(default_factory=list)


async def user(
    client: httpx.AsyncClient, questions: list[str], reads: float, until: float, seen: Seen
) -> None:
    """Asks, reads, and asks again."""
    await asyncio.sleep(random.random() * reads)
    for question in itertools.cycle(questions):
        if time.monotonic() >= until:
            return
        kind, _, whole = await asked(client, question)
        seen.kinds[kind] += 1
        seen.seconds.append(whole)
        await asyncio.sleep(reads)


async def change(archive: Path, folder: Path, until: float, seen: Seen) -> None:
    """Adds an article, and removes the one before."""
    for n in itertools.count(1):
        if time.monotonic() + CHANGES >= until:
            return
        file = folder / f"buoy-{n}.md"
        file.write_text(TEXT.format(n=n, day=n % 28 + 1, year=1980 + n), encoding="utf-8")
        await command(["ingest", str(file), "--archive", str(archive)], seen)
        listed = await command(["articles", "list", "--archive", str(archive), "--json"], seen)
        every = json.loads(listed or "[]")  # what failed is among the faults
        held = [one["id"] for one in every if one["outlet"] == "Soak Wire"]
        for article in held[:-1]:
            await command(["articles", "remove", article, "--archive", str(archive)], seen)
        seen.changes += 1
        await asyncio.sleep(CHANGES)


async def command(words: list[str], seen: Seen) -> str:
    """Runs the command line; what it printed."""
    running = await asyncio.create_subprocess_exec(
        ASSISTANT, *words, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, wrong = await running.communicate()
    if running.returncode:
        seen.faults.append(f"{words[:2]}: {wrong.decode()[-200:]}")
    return out.decode()


async def watch(pid: int, until: float, seen: Seen) -> None:
    """Reads memory and descriptors of the server."""
    begun = time.monotonic()
    while time.monotonic() < until:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        resident = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert resident is not None
        seen.memory.append((time.monotonic() - begun, int(resident[1]) / 1000))
        seen.descriptors.append(len(list(Path(f"/proc/{pid}/fd").iterdir())))
        if len(seen.memory) % 20 == 0:
            print(f"{seen.memory[-1]}, {seen.descriptors[-1]}, {dict(seen.kinds)}", flush=True)
        await asyncio.sleep(WATCHED)


async def soak(
    address: str, pid: int, archive: Path, folder: Path, given: argparse.Namespace
) -> Seen:
    """Everything at once, for so many minutes."""
    lines = given.questions.read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines if line.strip()]
    until, seen = time.monotonic() + 60 * given.minutes, Seen()
    async with httpx.AsyncClient(base_url=address, timeout=HANGS) as client:
        starts = [n * len(questions) // given.users for n in range(given.users)]
        users = (
            user(client, questions[n:] + questions[:n], given.reads, until, seen) for n in starts
        )
        await asyncio.gather(*users, change(archive, folder, until, seen), watch(pid, until, seen))
    return seen


def told(seen: Seen) -> list[str]:
    """Prints the figures; what falls short."""
    late = seen.memory[len(seen.memory) // 3 :]
    slope = statistics.linear_regression(*zip(*late, strict=True)).slope * 600
    third = len(seen.descriptors) // 3
    grown = statistics.median(seen.descriptors[-third:]) - statistics.median(
        seen.descriptors[third : 2 * third]
    )
    memory = [mb for _, mb in seen.memory]
    print(f"questions: {dict(seen.kinds)}, p95 {percentile(seen.seconds, 0.95):.2f} s")
    print(f"articles added and removed: {seen.changes}")
    print(f"memory: {memory[0]:.0f} MB at first, {max(memory):.0f} at most, {memory[-1]:.0f} last")
    print(f"its growth in 10 minutes over the last two thirds: {slope:.2f} MB")
    print(f"descriptors: {seen.descriptors[0]} at first, {seen.descriptors[-1]} last")
    faults = list(seen.faults)
    faults += [f"not answered: {dict(seen.kinds)}"] if set(seen.kinds) - {"answer"} else []
    faults += [f"memory grows by {slope:.1f} MB"] if slope >= GROWTH else []
    return faults + ([f"{grown} descriptors more"] if grown > DESCRIPTORS else [])


def main() -> None:
    """Soak, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--users", type=int, default=10)
    parser.add_argument("--reads", type=float, default=45, help="seconds")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        archive, folder = Path(made) / "archive", Path(made) / "news"
        folder.mkdir()
        subprocess.run(
            [ASSISTANT, "ingest", str(given.folder), "--archive", str(archive)], check=True
        )
        serve = [ASSISTANT, "serve", "--port", "0", "--archive", str(archive)]
        with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None
                address = re.search(r"http://\S+", server.stdout.readline())
                assert address is not None
                seen = asyncio.run(soak(address[0], server.pid, archive, folder, given))
            finally:
                server.terminate()
    faults = told(seen)
    print("Falls short: " + "; ".join(faults) if faults else "All within bounds.")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
