"""Uploads on their way into the archive, and what became of them."""

from __future__ import annotations

import json
import secrets
import tempfile
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant.assistant import Assistant
from assistant.errors import ArchiveBusy, OnRecordError
from assistant.reading import estimate
from assistant.text import opening
from assistant.types import IngestReport

_KEPT = 100  # jobs that are remembered
_STEM = 80  # characters of a file's name
BUSY = "Articles are being added or removed just now. Try again in a minute."


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

                def advance(done: int) -> None:
                    job.done = done

                with self._turn:
                    job.report = _named(self._assistant.add(paths, advance), job)
        except ArchiveBusy:
            job.fault = BUSY
        except OnRecordError as error:
            job.fault = str(error)
        except Exception:
            job.fault = "The upload could not be read to its end. What was read is kept."
            raise


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
