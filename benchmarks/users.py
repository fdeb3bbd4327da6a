"""Ten people at work, and a hundred at once.

    python benchmarks/users.py QUESTIONS.jsonl ARCHIVE [--users 10] [--minutes 2] [--crowd 100]

Starts `assistant serve` over the archive, on loopback. Each user asks over HTTP, with the events
streamed, reads for ten seconds, and asks again. Meanwhile the health page is asked twice a second.
Then a crowd asks at the same moment: whoever is beyond the line must hear "busy" at once, everybody
else must be answered, and ten seconds later service must be as before.

Exits 1 where a full answer takes 8 s or more at the 95th percentile, anybody of the users hears
"busy", the health page takes 0.5 s, somebody of the crowd is left hanging, or service stays slow.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import httpx

READS = 10.0  # seconds between an answer and the next question
MOST = 8.0  # seconds, of a full answer
HEALTHY = 0.5  # seconds, of the health page
SOON = 1.0  # seconds in which the crowd must hear that it is busy
HANGS = 180.0  # seconds after which somebody is left hanging
EVENTS = {"accept": "text/event-stream"}


async def asked(client: httpx.AsyncClient, question: str) -> tuple[str, float, float]:
    """What became of a question: answer, busy or what else; seconds to the first event, to all."""
    start, first, last = time.perf_counter(), 0.0, "nothing"
    try:
        async with client.stream(
            "POST", "/api/ask", json={"question": question}, headers=EVENTS
        ) as reply:
            if reply.status_code == 503:
                return "busy", time.perf_counter() - start, time.perf_counter() - start
            async for line in reply.aiter_lines():
                first = first or time.perf_counter() - start
                if line.startswith("event: "):
                    last = line.removeprefix("event: ")
    except httpx.HTTPError as error:
        last = type(error).__name__
    return last, first, time.perf_counter() - start


async def user(client: httpx.AsyncClient, questions: list[str], until: float) -> list[tuple]:
    """One user's day."""
    await asyncio.sleep(random.random() * READS)  # they do not come all at once
    seen = []
    for question in itertools.cycle(questions):
        if time.perf_counter() >= until:
            return seen
        seen.append(await asked(client, question))
        await asyncio.sleep(READS)
    return seen


async def health(client: httpx.AsyncClient, over: asyncio.Event) -> float:
    """The longest that the health page took."""
    longest = 0.0
    while not over.is_set():
        start = time.perf_counter()
        (await client.get("/health")).raise_for_status()
        longest = max(longest, time.perf_counter() - start)
        await asyncio.sleep(0.5)
    return longest


def percentile(values: list[float], share: float) -> float:
    """The smallest value that is at least as large as this share of them."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


async def measured(address: str, questions: list[str], given: argparse.Namespace) -> list[str]:
    """Print the figures; returns what falls short."""
    limits = httpx.Limits(max_connections=given.crowd + 20)
    faults = []
    async with httpx.AsyncClient(base_url=address, timeout=HANGS, limits=limits) as client:
        await asked(client, questions[0])  # the models are loaded
        over = asyncio.Event()
        watch = asyncio.create_task(health(client, over))
        until = time.perf_counter() + 60 * given.minutes
        starts = [n * len(questions) // given.users for n in range(given.users)]
        shares = [questions[n:] + questions[:n] for n in starts]  # scores are remembered
        days = await asyncio.gather(*(user(client, share, until) for share in shares))
        seen = [one for day in days for one in day]
        kinds = Counter(kind for kind, _, _ in seen)
        wholes = [whole for _, _, whole in seen]
        p95 = percentile(wholes, 0.95)
        print(f"{given.users} users, {given.minutes} minutes: {dict(kinds)}")
        print(f"first event, median {percentile([f for _, f, _ in seen], 0.5):.3f} s")
        print(f"full answer, median {percentile(wholes, 0.5):.2f} s, p95 {p95:.2f} s")
        faults += [f"p95 {p95:.2f} s"] if p95 >= MOST else []
        faults += [f"not answered: {kinds}"] if set(kinds) != {"answer"} else []

        news = [f"In short: {question}" for question in questions]  # asked by nobody so far
        crowd = await asyncio.gather(
            *(asked(client, news[n % len(news)]) for n in range(given.crowd))
        )
        kinds = Counter(kind for kind, _, _ in crowd)
        busy = [whole for kind, _, whole in crowd if kind == "busy"]
        last = max(whole for *_, whole in crowd)
        print(f"{given.crowd} at once: {dict(kinds)}, the last after {last:.1f} s")
        print(f"busy, longest {max(busy, default=0):.2f} s")
        faults += [f"crowd: {kinds}"] if set(kinds) - {"answer", "busy"} or not busy else []
        faults += ["busy came late"] if max(busy, default=0) > SOON else []
        await asyncio.sleep(10)
        kind, _, whole = await asked(client, questions[0])
        print(f"10 s after: {kind} in {whole:.2f} s")
        faults += [f"after the crowd: {kind} in {whole:.1f} s"] if whole >= MOST else []
        over.set()
        longest = await watch
        print(f"health page, longest {longest:.3f} s")
        faults += [f"health page {longest:.2f} s"] if longest >= HEALTHY else []
    return faults


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--users", type=int, default=10)
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--crowd", type=int, default=100)
    given = parser.parse_args()
    lines = given.questions.read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines if line.strip()]
    command = [str(Path(sys.executable).with_name("assistant")), "serve", "--port", "0"]
    with subprocess.Popen(
        [*command, "--archive", str(given.archive)], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            match = re.search(r"http://\S+", server.stdout.readline())
            assert match is not None
            faults = asyncio.run(measured(match[0], questions, given))
        finally:
            server.terminate()
    print("Falls short: " + "; ".join(faults) if faults else "All within bounds.")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
