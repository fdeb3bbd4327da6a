"""An archive as one file, and back: JSON lines, packed by Zstandard.

The first line says what it is; then a line for each version, with its passages, their vectors and
its statements, so that nothing is encoded or parsed again; then what is under embargo, and the
records of what was erased.
"""

from __future__ import annotations

import base64
import io
import json
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import numpy as np
import zstandard

from assistant.archive.catalog import Catalog
from assistant.archive.copies import signature
from assistant.archive.database import copy_database
from assistant.archive.ingest import ERASED, fate
from assistant.archive.rows import Entry, Known, State, digest_of
from assistant.errors import ArchiveDamaged, ArchiveError
from assistant.models.embedding import Vectors
from assistant.models.framing import heading
from assistant.reading import Unreadable, normalized
from assistant.resources import make_private
from assistant.types import Article, Erased, IngestReport, Passage, Skipped, Statement, from_dict

_FORMAT = 1
_LONGEST = 1 << 28  # characters of a line: a very long article with its vectors has 40 million
_WINDOW = 1 << 27  # bytes of memory that unpacking may take
_LEVEL = 6
_BATCH = 2048  # passages

_COLUMNS = ("fields", "text", "state", "added", "day", "statements_found")

_ERASED = ("article", "versions", "when", "by", "why")
_UNIT = 0.02  # by which the length of a vector may differ from 1
_FAULTS = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)

Line = dict[str, Any]


def write(catalog: Catalog, file: Path) -> int:
    """Write every article version of a catalog into a file; returns how many.

    The file appears once it is whole.
    """
    made = file.with_name(f".{file.name}.new")
    make_private(made)
    count = 0
    try:
        with made.open("wb") as raw, zstandard.ZstdCompressor(_LEVEL).stream_writer(raw) as packed:
            for line in _exported(catalog):
                packed.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
                count += "version" in line
        made.replace(file)
    except OSError as error:
        raise ArchiveError(f"{file} cannot be written: {error.strerror}.") from error
    except ValueError as error:
        raise ArchiveDamaged("The catalog is damaged.", "Run archive check.") from error
    finally:
        made.unlink(missing_ok=True)
    return count


def _exported(catalog: Catalog) -> Iterator[Line]:
    """The lines that tell all of a catalog, as it is at one moment."""
    with catalog.snapshot() as run:
        meta = dict(run("SELECT name, value FROM meta").fetchall())
        yield {"onrecord": _FORMAT, "embedder": meta.get("embedder")}
        count = 0
        for row in run(f"SELECT key, {', '.join(_COLUMNS)} FROM article ORDER BY id, version"):
            count += 1
            yield _version_line(run, *row)
        for (article,) in run("SELECT article FROM embargoed"):
            count += 1
            yield {"embargoed": json.loads(article)}
        for *row, readmitted in run(
            "SELECT article, versions, erased, by, why, readmitted FROM erased"
        ):
            count += 1
            yield {"erased": dict(zip(_ERASED, row, strict=True)), "readmitted": bool(readmitted)}
        yield {"end": count}


def _version_line(run: Any, key: int, fields: str, *row: Any) -> Line:
    passages = run(
        "SELECT ordinal, start, end, vector FROM passage WHERE article = ? ORDER BY ordinal", (key,)
    ).fetchall()
    said = run("SELECT fields FROM statement WHERE article = ? ORDER BY ordinal", (key,))
    own = dict(zip(_COLUMNS[1:], row, strict=True))
    return {
        "version": json.loads(fields),
        **own,
        "passages": [one[:3] for one in passages],
        "vectors": base64.b64encode(b"".join(one[3] for one in passages)).decode(),
        "statements": [json.loads(one) for (one,) in said] if own["statements_found"] else None,
    }


def copy_databases(folder: Path, target: Path) -> None:
    """Copy the databases of a folder into another, which is made; the catalog last.

    What stands in the others then stands on what the catalog holds.

    Raises:
        ArchiveError: the other holds something, or cannot be written to.
    """
    try:
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        if next(target.iterdir(), None):
            raise ArchiveError(f"{target} is not empty.", "Name a new folder.")
    except OSError as error:
        raise ArchiveError(f"{target} cannot be written to: {error.strerror}.") from error
    for file in sorted(folder.glob("*.sqlite3"), key=lambda one: one.name.startswith("catalog")):
        copy_database(file, target / file.name)


def read(file: Path) -> Generator[Line, None, None]:
    """The lines of such a file, the first of which is its head.

    Raises:
        ArchiveError: it is none, or damaged.
    """
    try:
        with file.open("rb") as raw:
            unpacking = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
            with unpacking.stream_reader(raw, read_across_frames=True) as stream:
                yield from _lines(io.TextIOWrapper(stream, "utf-8"))
    except OSError as error:
        raise ArchiveError(f"{file} cannot be read: {error.strerror}.") from error
    except (zstandard.ZstdError, *_FAULTS) as error:
        raise ArchiveError(f"{file} is no export of an archive, or damaged: {error}.") from error


def _lines(stream: IO[str]) -> Iterator[Line]:
    head: Line = json.loads(stream.readline(_LONGEST))
    if head["onrecord"] != _FORMAT or not isinstance(head["embedder"], str | None):
        raise ValueError(f"its format is not {_FORMAT}")
    yield head
    count = 0
    while line := stream.readline(_LONGEST):
        found: Line = json.loads(line)
        if "end" in found:
            if found["end"] != count:
                raise ValueError("lines are missing")
            return
        count += 1
        yield found
    raise ValueError("its end is missing")


class Import:
    """Takes the lines of an export into a catalog, in batches."""

    def __init__(self, catalog: Catalog, activate: Callable[[], None], most: int) -> None:
        """Begin.

        Args:
            catalog: where they go.
            activate: makes what is stored visible.
            most: characters that an article may have.
        """
        self._catalog = catalog
        self._activate = activate
        self._most = most
        self._batch: list[tuple[Entry, Vectors]] = []
        self._barred = catalog.barred()
        self._known: dict[str, list[Known]] = {}  # of the article that is being taken in
        self._dimension = catalog.dimension()
        self._counts: Counter[str] = Counter()
        self._skipped: list[Skipped] = []

    def run(self, lines: Iterable[Line]) -> IngestReport:
        """Take everything in; what is held already is not taken twice."""
        try:
            for number, line in enumerate(lines, 2):
                try:
                    self._take(line)
                except (Unreadable, *_FAULTS) as error:
                    self._skipped.append(Skipped(f"line {number}", f"damaged: {error}"[:300]))
                if sum(len(entry.passages) for entry, _ in self._batch) >= _BATCH:
                    self._flush()
        finally:  # what stands before the damage is kept
            self._flush()
        counts = {name: self._counts[name] for name in ("added", "updated", "unchanged")}
        return IngestReport(**counts, embargoed=self._counts["embargoed"],
                            skipped=tuple(self._skipped))  # fmt: skip

    def _take(self, line: Line) -> None:
        if "erased" in line:
            self._flush()
            self._catalog.put_erased(
                from_dict(Erased, line["erased"]), line.get("readmitted") is True
            )
        elif "embargoed" in line:
            self._hold(from_dict(Article, line["embargoed"]))
        else:
            self._take_version(*_entry(line, self._most))

    def _hold(self, article: Article) -> None:
        article = normalized(article, self._most)
        if self._lets_in(article.id):
            self._catalog.hold(article, digest_of(article), again=False)
            self._counts["embargoed"] += 1

    def _lets_in(self, article_id: str) -> bool:
        if article_id in self._barred:
            self._skipped.append(Skipped(article_id, ERASED))
        return article_id not in self._barred

    def _take_version(self, entry: Entry, vectors: Vectors) -> None:
        article_id = entry.article.id
        if len(vectors):
            self._dimension = self._dimension or vectors.shape[1]
            if vectors.shape[1] != self._dimension:
                raise ValueError("its vectors are of another length")
        if not self._lets_in(article_id):
            return
        if article_id not in self._known:  # versions of one article stand together
            self._known = {article_id: self._catalog.known(article_id)}
        known = self._known[article_id]
        found = fate(entry.article, entry.hash, known)
        past = entry.state == "superseded"
        if found == "unchanged" or (past and any(one.hash == entry.hash for one in known)):
            self._counts["unchanged"] += 1
            return
        if past or found == "history":
            entry = replace(entry, state="superseded")
        else:
            self._counts["updated" if known else "added"] += 1
            day = entry.article.updated or entry.article.published
            known.append(Known(0, entry.hash, "pending", str(day) if day else None))
        self._batch.append((entry, vectors))

    def _flush(self) -> None:
        if not self._batch:
            return
        entries = [entry for entry, _ in self._batch]
        if not all(entry.passages for entry in entries):
            self._catalog.note_passages(are_all=False)
        tables = [vectors for _, vectors in self._batch if len(vectors)]
        self._catalog.put(
            entries, np.concatenate(tables) if tables else np.zeros((0, 1), np.float32)
        )
        self._activate()
        self._batch = []


def _entry(line: Line, most: int) -> tuple[Entry, Vectors]:
    """A version with its vectors, looked at as what comes from outside is.

    Raises:
        Unreadable: it is no article that the archive could have held.
        ValueError: a span is not within it, or vectors are missing.
    """
    article = from_dict(Article, {**line["version"], "text": line["text"]})
    if replace(normalized(article, most), version=article.version) != article:
        raise Unreadable(f"{article.id} is not as an archive keeps it")
    source, text = article.source, article.text
    passages = [
        Passage(source, ordinal, start, end, text[start:end])
        for ordinal, start, end in line["passages"]
        if 0 <= start < end <= len(text) and 0 <= ordinal < len(text)
    ]
    vectors = np.frombuffer(base64.b64decode(line["vectors"]), np.float32)
    vectors = vectors.reshape(len(passages), -1) if passages else vectors.reshape(0, 0)
    lengths = np.linalg.norm(vectors, axis=1)
    if len(passages) < len(line["passages"]) or not (abs(lengths - 1) < _UNIT).all():
        raise ValueError("a passage is not within its text, or its vector is none")
    told = line["statements"]
    said = {"article": article.id, "version": article.version}
    statements = None if told is None else [from_dict(Statement, said | one) for one in told]
    state: State = "superseded" if line["state"] == "superseded" else "pending"
    entry = Entry(
        article,
        digest_of(article),
        signature(text),
        heading(source),
        passages,
        statements,
        state,
        _moment(line["added"]),
        _moment(line["day"])[:10],
    )
    return entry, vectors


def _moment(stated: str) -> str:
    """A moment or a day as it is stored.

    Raises:
        ValueError: it is none.
    """
    return stated and datetime.fromisoformat(stated).isoformat()
