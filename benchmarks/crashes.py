"""Kills and damages with the real models: is anything lost in silence, does a server fall?

    python benchmarks/crashes.py FOLDER [--kills 60] [--damages 30]

*Kills*: two of three kill a process that adds, updates, removes, rebuilds, syncs and imports
(tests/crash_worker.py, whose journal says what was acknowledged), one of three a server that takes
uploads and answers meanwhile. After each the archive is opened: all that was acknowledged is there,
nothing twice, the index as the catalog says.

*Damages*: an archive of FOLDER, whose last writer was killed, and that a server is serving, is
damaged: catalog, its journal, markers, index and vectors, cut, emptied, overwritten, taken away,
exchanged. The server must answer, or refuse in words, and stay; opened again, the archive must be
refused in words (``ArchiveError`` with what to do), hold every article with its text as it was, or
have what it lost named by ``archive check``.

Every opening must take less than 30 s. Prints what came; exits 1 where something fell short.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx

TESTS = Path(__file__).resolve().parents[1] / "tests"
sys.path.insert(0, str(TESTS))
import crash_worker  # noqa: E402
import test_crash  # noqa: E402

from assistant.archive import Archive  # noqa: E402
from assistant.errors import ArchiveError  # noqa: E402
from assistant.testing import sample_articles  # noqa: E402

ASSISTANT = str(Path(sys.executable).with_name("assistant"))
LONGEST = 30.0  # seconds of an opening
SEED = 21
ASKED = {"question": "What did the harbour master say?"}

Damage = Callable[[Path, random.Random], None]


def opened(folder: Path) -> Archive:
    """The archive, its index too, in time."""
    begun = time.monotonic()
    archive = Archive(folder, crash_worker.EMBEDDER, crash_worker.SETTINGS)
    archive.search_dense("harbour", 1)
    seconds = time.monotonic() - begun
    assert seconds < LONGEST, f"opened in {seconds:.0f} s"
    return archive


@contextmanager
def server(archive: Path) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """A server over an archive, on loopback, and who asks it."""
    command = [ASSISTANT, "serve", "--port", "0", "--archive", str(archive)]
    nowhere = subprocess.DEVNULL  # a pipe that nobody reads would hold it up
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=nowhere, text=True) as running:
        assert running.stdout is not None
        address = re.search(r"http://\S+", running.stdout.readline())
        try:
            assert address is not None, "the server does not start"
            with httpx.Client(base_url=address[0], timeout=60) as client:
                yield running, client
        finally:
            running.kill()


def kill_worker(folder: Path, journal: Path, number: int, choose: random.Random) -> None:
    """One kill of a process that writes."""
    test_crash.run_and_kill(folder, journal, number, choose.uniform(0.02, 6.0))
    archive = opened(folder)
    test_crash.check(archive, test_crash.possible_states(journal))
    archive.close()


def kill_server(folder: Path, uploaded: set[int], number: int, choose: random.Random) -> None:
    """One kill of a server that takes an upload; those it said were added stay."""
    article = sample_articles(number + 1)[number]
    front = f"---\nid: {article.id}\ntitle: {article.title}\n---\n{article.text}"
    with server(folder) as (running, client):
        client.post("/api/ask", json=ASKED)
        sent = client.post(
            "/library/add",
            files={"files": ("a.md", front.encode())},
            headers={"origin": str(client.base_url)},
        )
        assert sent.status_code == 303, sent.text[:300]
        until = time.monotonic() + choose.uniform(0.0, 8.0)
        while time.monotonic() < until:
            page = client.get(sent.headers["location"]).text
            if "1 added" in page or "1 unchanged" in page:
                uploaded.add(number)
            time.sleep(0.05)
        running.kill()
    archive = opened(folder)
    held = [source.id for source in archive.articles()]
    assert len(held) == len(set(held))
    assert {f"sample-{one}" for one in uploaded} <= set(held)
    assert archive.health() == "sound"
    archive.close()


def _cut(file: Path, choose: random.Random) -> None:
    with file.open("r+b") as opened_file:
        opened_file.truncate(int(file.stat().st_size * choose.random()))


def _overwrite(file: Path, choose: random.Random) -> None:
    held = bytearray(file.read_bytes())
    for _ in range(20):
        place = choose.randrange(max(1, len(held)))
        held[place : place + 8] = choose.randbytes(len(held[place : place + 8]))
    file.write_bytes(held)


def _empty(file: Path, _: random.Random) -> None:
    file.write_bytes(b"")


def _take_away(file: Path, _: random.Random) -> None:
    file.unlink()


def _zero_a_page(file: Path, choose: random.Random) -> None:
    with file.open("r+b") as opened_file:
        opened_file.seek(choose.randrange(1 + file.stat().st_size // 4096) * 4096)
        opened_file.write(bytes(4096))


DAMAGES: list[Damage] = [_cut, _overwrite, _empty, _take_away, _zero_a_page]
FILES = "catalog.sqlite3 catalog.sqlite3-wal catalog.marker index.marker index-1 vectors-1".split()


def damage(folder: Path, number: int, choose: random.Random) -> str:
    """Damage one file; says which, and how."""
    name, how = FILES[number % len(FILES)], DAMAGES[number // len(FILES) % len(DAMAGES)]
    within = sorted(one for one in (folder / name).rglob("*") if one.is_file())
    file = choose.choice(within) if within else folder / name
    if file.exists():
        how(file, choose)
    return f"{how.__name__.strip('_').replace('_', ' ')}: {file.relative_to(folder)}"


def damaged(original: Path, texts: dict[str, str], number: int, choose: random.Random) -> str:
    """One damage under a server's feet; what became of it."""
    folder = original.with_name(f"damaged-{number}")
    shutil.copytree(original, folder)
    with server(folder) as (running, client):
        client.post("/api/ask", json=ASKED)
        what = damage(folder, number, choose)
        for _ in range(3):
            client.post("/api/ask", json=ASKED)  # whatever the status: it must come
            client.get("/library")
        assert running.poll() is None, f"{what}: the server fell"
        assert client.get("/health").status_code in (200, 503)
    try:
        archive = opened(folder)
    except ArchiveError as refused:
        if not refused.hint:
            raise AssertionError(f"{what}: refused without what to do") from None
        return f"{what}: refused"
    lost = [one for one in texts if _text(archive, one) != texts[one]]
    try:
        faults = archive.faults()
    except ArchiveError as damaged_further:
        faults = [str(damaged_further)]
    archive.close()
    shutil.rmtree(folder)
    assert not lost or faults, f"{what}: lost in silence: {lost[:3]}"
    return f"{what}: {'named by the check' if faults else 'whole'}"


def _text(archive: Archive, article: str) -> str | None:
    try:
        return archive.article(article).text
    except ArchiveError:
        return None


def archive_of(folder: Path, made: Path) -> dict[str, str]:
    """An archive of a folder, whose last writer was killed; its texts."""
    subprocess.run([ASSISTANT, "ingest", str(folder), "--archive", str(made)], check=True)
    code = (
        "import os, sys\nfrom assistant import Assistant\n"
        "from assistant.testing import sample_articles\n"
        "Assistant.open(sys.argv[1]).add(sample_articles(5))\nos._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code, str(made)], check=True)
    copy = made.with_name("read")
    shutil.copytree(made, copy)
    archive = opened(copy)
    texts = {source.id: archive.article(source.id).text for source in archive.articles()}
    archive.close()
    return texts


def tried(what: str, run: Callable[[], str | None], faults: list[str]) -> None:
    """Run one, and say what came."""
    try:
        came = run() or "nothing lost"
    except Exception as error:  # noqa: BLE001 - whatever falls short is told, and the rest goes on
        came = f"{type(error).__name__}: {error}"
        faults.append(f"{what}: {came}")
    print(f"{what}: {came}", flush=True)


def main() -> None:
    """Kill, damage, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--damages", type=int, default=30)
    given = parser.parse_args()
    if not crash_worker.REAL:  # also for the processes that are killed
        os.execve(
            sys.executable, [sys.executable, *sys.argv], os.environ | {"CRASH_MODELS": "packaged"}
        )
    choose, faults, uploaded = random.Random(SEED), [], set[int]()
    with tempfile.TemporaryDirectory() as made:
        written, served, journal = (Path(made) / name for name in ("written", "served", "journal"))
        journal.touch()
        for n in range(given.kills):
            if n % 3 < 2:
                tried(f"kill {n}", partial(kill_worker, written, journal, n, choose), faults)
            else:
                tried(f"kill {n}", partial(kill_server, served, uploaded, n, choose), faults)
        texts = archive_of(given.folder, Path(made) / "original")
        for n in range(given.damages):
            original = Path(made) / "original"
            tried(f"damage {n}", partial(damaged, original, texts, n, choose), faults)
    print(f"{given.kills} kills, {given.damages} damages: {len(faults)} fell short")
    print("".join(f"  {fault}\n" for fault in faults), end="")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
