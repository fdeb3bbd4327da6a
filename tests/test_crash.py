"""Kill -9 at random times: nothing acknowledged is lost, nothing is half visible."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.archive import Archive
from assistant.settings import load
from assistant.testing import HashEmbeddings, sample_articles

KILLS = int(os.environ.get("CRASH_KILLS", "5"))
WORKER = Path(__file__).with_name("crash_worker.py")
OPEN_SECONDS = 30  # the promise of the issue, not a benchmark

States = dict[int, set[int | None]]


@pytest.mark.slow
def test_kills_lose_nothing(tmp_path: Path) -> None:
    folder, journal = tmp_path / "archive", tmp_path / "journal"
    journal.touch()
    choose = random.Random(20261122)
    for kill in range(KILLS):
        run_and_kill(folder, journal, kill, choose.uniform(0.02, 3.0))
        start = time.monotonic()
        archive = Archive(folder, HashEmbeddings(), load(models={"reranker": "off"}))
        archive.search_dense("harbour", 1)  # opens the index, too
        assert time.monotonic() - start < OPEN_SECONDS
        check(archive, possible_states(journal))
        archive.close()


def run_and_kill(folder: Path, journal: Path, seed: int, seconds: float) -> None:
    command = [sys.executable, str(WORKER), str(folder), str(journal), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=folder.parent) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"started\n"
        time.sleep(seconds)
        assert worker.poll() is None, "the worker ended by itself"
        worker.kill()


def possible_states(journal: Path) -> States:
    """Edition that each article may have now; None for absent."""
    states: States = {}
    for line in journal.read_text().splitlines():
        match = re.fullmatch(r"(\??)(add|remove) (\d+)(?: (\d+))?", line)
        assert match is not None, line
        number = int(match[3])
        edition = int(match[4]) if match[2] == "add" else None
        if match[1]:
            states.setdefault(number, {None}).add(edition)
        else:
            states[number] = {edition}
    return states


def check(archive: Archive, states: States) -> None:
    listed = archive.articles()
    visible = {source.id: source for source in listed}
    assert len(visible) == len(listed)
    for number, editions in states.items():
        source = visible.pop(f"sample-{number}", None)
        if source is None:
            assert None in editions, f"sample-{number} is lost"
            continue
        text = archive.article(source.id).text
        (edition,) = {int(e) for e in re.findall(r"edition(\d)of", text)}
        assert edition in editions, f"sample-{number} shows edition {edition} of {editions}"
        (hit,) = archive.search_keywords([f"edition{edition}of{number}"], 2)
        assert hit.article == source
        whole = sample_articles(number + 1, edition)[number]
        dense = archive.search_dense(f"{whole.title} ({whole.published})\n{whole.text}", 3)
        assert source in [passage.article for passage in dense]
        for other in {1, 2, 3} - {edition}:
            assert archive.search_keywords([f"edition{other}of{number}"], 1) == []
    assert not visible, "articles appeared that nobody added"
    assert archive.health() == "sound"
