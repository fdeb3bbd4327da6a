"""Ingest over a Ray cluster of this machine: the archive of the serial ingest, whoever dies."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT

from assistant import Article, Assistant, ClusterError, cluster
from assistant.archive import Prepared
from assistant.reading import files_of
from assistant.settings import load
from assistant.testing import HashEmbeddings
from assistant.types import Skipped

pytestmark = pytest.mark.slow
TABLES = {
    "article": "SELECT key, id, version, state, hash, fields, text, signature FROM article",
    "passage": "SELECT key, article, ordinal, start, end FROM passage",
    "statement": "SELECT article, ordinal, speaker, fields FROM statement",
    "keyword": "SELECT rowid, title, text FROM keyword",
}


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("serial") / "archive"
    with Assistant.open(folder) as assistant:
        assistant.add(ROOT / "corpus")
    return folder


def rows(folder: Path, select: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(folder / "catalog.sqlite3") as catalog:
        return catalog.execute(select).fetchall()


def vectors(folder: Path) -> np.ndarray:
    found = rows(folder, "SELECT vector FROM passage ORDER BY key")
    return np.stack([np.frombuffer(one, np.float32) for (one,) in found])


def workers() -> Iterator[int]:
    """The processes of this test's own cluster that prepare articles."""
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            name = (entry / "cmdline").read_bytes()
            if name.startswith(b"ray::MapWorker") and is_below(int(entry.name), os.getpid()):
                yield int(entry.name)


def is_below(process: int, other: int) -> bool:
    """Whether a process was begun by another, or by one that was."""
    while process not in (0, other):
        stat = Path(f"/proc/{process}/stat").read_text()
        process = int(stat.rpartition(")")[2].split()[1])
    return process == other


def test_a_cluster_makes_the_archive_that_one_process_makes(serial: Path, tmp_path: Path) -> None:
    folder, killed = tmp_path / "archive", threading.Event()

    def kill_one() -> None:
        while not killed.wait(0.2):
            if at_work := list(workers()):
                time.sleep(3)  # in the midst of its first articles
                os.kill(at_work[0], signal.SIGKILL)
                killed.set()

    threading.Thread(target=kill_one, daemon=True).start()
    with Assistant.open(folder) as assistant:
        report = assistant.add(ROOT / "corpus", ray="local")
        assert killed.is_set()
        assert (report.added, len(report.skipped)) == (51, 1)
        assert assistant.archive.health() == "sound"
    for select in TABLES.values():
        assert rows(folder, select) == rows(serial, select)
    # A batch's padding moves the last digits.
    assert np.abs(vectors(folder) - vectors(serial)).max() < 1e-5


def test_what_the_archive_holds_is_not_prepared_again(serial: Path, tmp_path: Path) -> None:
    page = tmp_path / "new.md"
    page.write_text("---\ntitle: A bridge\n---\nThe bridge at Sond is safe.\n")
    article = Article("own", "Ada Brandt said that the bridge was weak.")
    with Assistant.open(serial) as assistant:
        sources = [*files_of(ROOT / "corpus"), page, article]
        made = [*cluster.prepare(sources, "local", load(), assistant.archive)]
    assert [type(one) for one in made] == [*[Article] * 52, Skipped, Prepared, Prepared]
    assert [len(one.vectors) for one in made[-2:]] == [1, 1]


def test_a_cluster_that_cannot_be_used_says_so(tmp_path: Path) -> None:
    with Assistant.open(tmp_path / "archive") as assistant:
        with pytest.raises(ClusterError, match="No Ray cluster answers"):
            assistant.add(ROOT / "corpus", ray="127.0.0.1:1")
        assert assistant.archive.info().articles == 0
    handed = Assistant.open(tmp_path / "other", embedder=HashEmbeddings())
    with handed, pytest.raises(ClusterError, match="cannot be sent"):
        handed.add(ROOT / "corpus", ray="local")
