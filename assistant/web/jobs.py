"""Uploads on their way into the archive, and what became of them."""

from __future__ import annotations

import json
import secrets
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant.archive.ingest import Became
from assistant.assistant import Assistant
from assistant.errors import ArchiveBusy, OnRecordError
from assistant.reading import estimate, read
from assistant.text import opening
from assistant.types import Article, IngestReport, Skipped

_KEPT = 100  # jobs that are remembered
_STEM = 80  # characters of a file's name
_MOST_TAKEN = 500  # articles of an upload that are told of one by one
_WORDS: dict[Became, str] = {
    "added": "added",
    "updated": "a new version of an article that was there",
    "unchanged": "was there already",
    "embargoed": "kept, and shown when its embargo is over",
    "history": "kept as an earlier version of an article that was there",
}
BUSY = "Articles are being added or removed just now. Try again in a minute."


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one article of an upload."""

    file: str
    """The reader's name of its file."""
    article: str
    """Its id."""
    became: str
    """In words."""


@dataclass(slots=True)
class Job:
    """One upload."""

    owner: str
    total: int = 0
    """About how many articles it holds."""
    done: int = 0
    """How many were dealt with."""
    report: IngestReport | None = None
    """What became of them, once it is over."""
    fault: str = ""
    """Why it stopped, where it did."""
    taken: list[Taken] = field(default_factory=list)
    """What became of each of its articles, as far as they are dealt with; the first of many."""
    names: dict[str, str] = field(default_factory=dict)
    """The reader's names of the files, by the names they were stored under."""

    @property
    def running(self) -> bool:
        """True until it is over."""
        return self.report is None and not self.fault


class Jobs:
    """The uploads of this process, each read in a thread of its own."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._turn = threading.Lock()  # one is read after the other

    def start(
        self, owner: str, files: list[tuple[str, bytes]], pasted: dict[str, str] | None
    ) -> str:
        """Begin to read files, or a pasted article; returns the job's id."""
        job, key = Job(owner), secrets.token_urlsafe(9)
        with self._lock:
            while len(self._jobs) >= _KEPT:
                del self._jobs[next(iter(self._jobs))]
            self._jobs[key] = job
        if pasted is not None:
            given = {name: text for name, text in pasted.items() if text.strip()}
            given.setdefault("title", opening(pasted["text"]))
            files = [("the pasted text.json", json.dumps(given).encode())]
        threading.Thread(target=self._run, args=(job, files), daemon=True, name="upload").start()
        return key

    def find(self, owner: str, key: str) -> Job | None:
        """One of somebody's uploads."""
        with self._lock:
            job = self._jobs.get(key)
        return job if job and job.owner == owner else None

    def _run(self, job: Job, files: list[tuple[str, bytes]]) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="onrecord-") as folder:
                paths = [_stored(Path(folder), job, n, *one) for n, one in enumerate(files)]
                job.total = sum(map(estimate, paths))

                with self._turn:
                    job.report = _named(self._added(job, paths), job)
        except ArchiveBusy:
            job.fault = BUSY
        except OnRecordError as error:
            job.fault = str(error)
        except Exception:
            job.fault = "The upload could not be read to its end. What was read is kept."
            raise

    def _added(self, job: Job, paths: list[Path]) -> IngestReport:
        """Add what files hold, and keep what becomes of it."""
        files: dict[str, str] = {}  # by the ids of their articles

        def items() -> Iterator[Article | Skipped]:
            for path in paths:
                for item in read(path, self._assistant.settings.reading):
                    if isinstance(item, Article):
                        files[item.id] = job.names[str(path)]
                    yield item

        def advance(done: int) -> None:
            job.done = done

        def tell(given: str, kept: str, became: Became) -> None:
            if len(job.taken) < _MOST_TAKEN:
                job.taken.append(Taken(files.get(given, ""), kept, _WORDS[became]))

        return self._assistant.archive.add(items(), advance, tell)


def _stored(folder: Path, job: Job, number: int, name: str, content: bytes) -> Path:
    """A file under a name of our own: nothing of its own name but the ending is trusted."""
    ending = Path(name).suffix[:12].casefold()
    safe = ending if ending[1:].isalnum() else ""
    path = folder / f"{number}{safe}"
    path.write_bytes(content)
    job.names[str(path)] = name[-_STEM:]
    return path


def _named(report: IngestReport, job: Job) -> IngestReport:
    """The report with the reader's own names of the files."""
    skipped = []
    for one in report.skipped:
        stored = next((path for path in job.names if f"{one.path}:".startswith(f"{path}:")), "")
        name = job.names.get(stored, one.path) + one.path[len(stored) :]
        skipped.append(replace(one, path=name if stored else one.path))
    return replace(report, skipped=tuple(skipped))
