"""How do questions, pages and writes grow with the archive?

    python benchmarks/scale.py ../shared/data/wikinews/articles.jsonl FOLDER --passages 100000

FOLDER/N is made where it is missing: N passages whose sentences are those of the file, mixed, and
whose vectors lie around those of its passages, so that neighbourhoods are real; a speaker for each
passage, 200 outlets, 20 years. Prints a JSON object a line: seconds at the median and the 95th
percentile for questions (without any model but the embedder; with all), the same within filters,
pages, writes, a cold ``assistant ask`` and memory. Run it with another checkout's PYTHONPATH over a
copy of FOLDER to compare.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from assistant import Article, Assistant, Filters
from assistant.archive.rows import Entry, digest_of
from assistant.settings import load
from assistant.text import sentences
from assistant.types import Passage, Source, Span, Statement

_SEED, _NOISE = 14, 0.03  # the noise of each of 384 numbers: a cosine of about .86
_EACH = 3  # passages of an article
_OUTLETS, _DAYS, _SPEAKERS = 200, 7300, 5000
_QUESTIONS = 30
_BATCH = 2000  # articles
_SIGNATURE = 384  # bytes


def main() -> None:
    """Make the archive where it is missing; measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--passages", type=int, default=100_000)
    given = parser.parse_args()
    place = given.folder / str(given.passages)
    base = [json.loads(line) for line in given.articles.read_text(encoding="utf-8").splitlines()]
    if not place.exists():
        start = time.perf_counter()
        make(base, place, given.passages)
        print(json.dumps({"made in": round(time.perf_counter() - start)}), flush=True)
    questions = [f"What did people say about {one['title']}?" for one in base]
    random.Random(_SEED).shuffle(questions)
    for name, found in measured(place, questions):
        print(json.dumps({name: found}), flush=True)


# Making an archive


def make(base: list[dict[str, Any]], place: Path, count: int) -> None:
    """Write articles straight into the catalog, and index them."""
    with Assistant.open(place) as assistant:
        archive = assistant.archive
        every = [s for one in base for s in _texts(one["text"])]
        texts = [" ".join(every[n : n + 5]) for n in range(0, len(every) - 5, 5)]
        vectors = archive.encode(texts)
        catalog, index = archive._catalog, archive._index
        catalog.set_meta("embedder", archive.embedder)
        chance = random.Random(_SEED)
        numbers = np.random.default_rng(_SEED)
        left = count // _EACH
        with index.writing():
            for first in range(0, left, _BATCH):
                made = range(first, min(left, first + _BATCH))
                rows = [_article(number, texts, chance) for number in made]
                around = vectors[[place for _, places in rows for place in places]]
                noise = numbers.normal(0, _NOISE, around.shape)
                moved = around + noise.astype(np.float32)
                moved /= np.linalg.norm(moved, axis=1, keepdims=True)
                catalog.put([entry for entry, _ in rows], moved)
                index.activate()


def _texts(text: str) -> list[str]:
    return [text[one.start : one.end] for one in sentences(text)]


def _article(number: int, texts: list[str], chance: random.Random) -> tuple[Entry, list[int]]:
    """An article of a few passages of the base, and which they are."""
    places = [chance.randrange(len(texts)) for _ in range(_EACH)]
    parts = [f"{texts[place]} ({number})" for place in places]
    text, day = "\n\n".join(parts), date(2005, 1, 1) + timedelta(chance.randrange(_DAYS))
    article = Article(
        f"made-{number}", text, title=f"Report {number}: {parts[0][:40]}", published=day,
        outlet=f"Outlet {chance.randrange(_OUTLETS)}", language="en",
    )  # fmt: skip
    source = Source(article.id, 1, article.title, article.outlet, published=day)
    starts = list(itertools.accumulate((len(part) + 2 for part in parts), initial=0))
    passages = [
        Passage(source, n, start, start + len(part), part)
        for n, (start, part) in enumerate(zip(starts, parts, strict=False))
    ]
    said = [_statement(article, one, chance) for one in passages]
    signature = chance.randbytes(_SIGNATURE)
    return Entry(article, digest_of(article), signature, article.title, passages, said), places


def _statement(article: Article, passage: Passage, chance: random.Random) -> Statement:
    span = Span(passage.start, passage.start + 20)
    speaker = f"Ada Brandt{chance.randrange(_SPEAKERS)}"
    words = article.text[span.start : span.end]
    return Statement(article.id, 1, speaker, "said", words, False, span, span, (span,))


# Measuring


def measured(place: Path, questions: list[str]) -> Iterator[tuple[str, Any]]:
    """Each figure with its name."""
    plain = load(models={"reranker": "off", "reader": "off", "verifier": "off"})
    with Assistant.open(place, settings=plain) as assistant:
        yield "passages", assistant.archive.info().passages
        yield "question without models", timed(assistant.ask, questions)
        for name, filters in _filters().items():
            ask = lambda text, filters=filters: assistant.ask(text, filters=filters)  # noqa: E731
            yield f"question, {name}", timed(ask, questions[:10])
        yield from _pages(assistant)
        yield from _writes(assistant)
        yield "memory, MiB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    with Assistant.open(place) as assistant:
        yield "question with all models", timed(assistant.ask, questions)
    yield "cold ask", [_cold(place, text) for text in questions[:3]]


def timed(do: Callable[[Any], Any], arguments: list[Any], first: Any = None) -> dict[str, float]:
    """Seconds a call, after one that loads what there is to load, of ``first`` or the last one."""
    first = arguments[-1] if first is None else first
    do(first)
    seconds = []
    for argument in arguments[:_QUESTIONS]:
        start = time.perf_counter()
        do(argument)
        seconds.append(time.perf_counter() - start)
    return {f"p{n}": round(float(np.percentile(seconds, n)), 3) for n in (50, 95)}


def _filters() -> dict[str, Filters]:
    ids = tuple(f"made-{n}" for n in range(600))
    return {
        "a year": Filters(since=date(2010, 1, 1), until=date(2010, 12, 31)),
        "an outlet": Filters(outlets=("Outlet 7",)),
        "a speaker": Filters(speakers=("Ada Brandt17",)),
        "one left out": Filters(exclude=ids[:1]),
        "600 left out": Filters(exclude=ids),
    }


def _pages(assistant: Assistant) -> Iterator[tuple[str, Any]]:
    from fastapi.testclient import TestClient

    from assistant.web.app import create_pages
    from assistant.web.site import open_site

    client = TestClient(create_pages(open_site(assistant)), base_url="http://127.0.0.1")
    paths = {
        "library": "/library",
        "library, a search": "/library?q=government",
        "library, the last page": "/library?page=100000",
        "api, articles": "/api/articles?limit=100",
        "a person": "/said?name=Ada+Brandt17",
    }
    for name, path in paths.items():
        yield name, timed(client.get, [path] * 5)


def _writes(assistant: Assistant) -> Iterator[tuple[str, Any]]:
    texts, names = iter(range(10**6)), [f"new-{n}" for n in range(6)]

    def add(name: str) -> None:
        assistant.add([Article(name, f"A strike was called off in Orsavel. ({next(texts)})")])

    yield "add one", timed(add, names, "warm")
    yield "update one", timed(add, names, "warm")
    yield "remove one", timed(lambda name: assistant.remove([name]), names, "warm")


def _cold(place: Path, question: str) -> float:
    start = time.perf_counter()
    command = [sys.executable, "-m", "assistant", "ask", question, "--archive", str(place)]
    subprocess.run(command, check=True, capture_output=True, env=dict(os.environ))
    return round(time.perf_counter() - start, 2)


if __name__ == "__main__":
    main()
