"""An archive as one file, and back: JSON lines, packed by Zstandard.

The first line says what it is; then a line for each version, with its passages, their vectors and
its statements, so that nothing is encoded or parsed again; then what was erased and is followed.
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
from assistant.archive.ingest import is_older
from assistant.archive.rows import TABLES, Entry, Known, State, digest_of
from assistant.errors import ArchiveError
from assistant.models.embedding import Vectors
from assistant.models.framing import heading
from assistant.reading import Unreadable, normalized
from assistant.resources import make_private
from assistant.types import Article, IngestReport, Passage, Skipped, Statement, from_dict

_FORMAT = 1
_LONGEST = (
    1 << 28
)  # characters of a line: an article of two million with its vectors has 40 million
_WINDOW = 1 << 27  # bytes of memory that unpacking may take
_LEVEL = 6
_BATCH = 2048  # passages

_COLUMNS = ("fields", "text", "state", "added", "day", "statements_found")

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
        for table in TABLES:
            for row in run(f"SELECT * FROM {table}"):
                count += 1
                yield {table: row}
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
    except (zstandard.ZstdError, ValueError, KeyError, TypeError) as error:
        raise ArchiveError(f"{file} is no export of an archive, or damaged: {error}.") from error


def _lines(stream: IO[str]) -> Iterator[Line]:
    head: Line = json.loads(stream.readline(_LONGEST))
    if head.get("onrecord") != _FORMAT:
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
        self._erased = {one.article for one in catalog.erased()}
        self._known: dict[str, list[Known]] = {}  # of the article that is being taken in
        self._dimension = 0
        self._counts: Counter[str] = Counter()
        self._skipped: list[Skipped] = []

    def run(self, lines: Iterable[Line]) -> IngestReport:
        """Take everything in; what is held already is not taken twice."""
        for number, line in enumerate(lines, 2):
            try:
                self._take(line)
            except (Unreadable, ValueError, KeyError, TypeError) as error:
                self._skipped.append(Skipped(f"line {number}", f"damaged: {error}"[:300]))
            if sum(len(entry.passages) for entry, _ in self._batch) >= _BATCH:
                self._flush()
        self._flush()
        return IngestReport(
            self._counts["added"],
            self._counts["updated"],
            self._counts["unchanged"],
            tuple(self._skipped),
        )

    def _take(self, line: Line) -> None:
        if "version" not in line:
            self._catalog.put_row(*next(iter(line.items())))
            return
        entry, vectors = _entry(line, self._most)
        if len(vectors):
            self._dimension = self._dimension or vectors.shape[1]
            if vectors.shape[1] != self._dimension:
                raise ValueError("its vectors are of another length")
        article_id = entry.article.id
        if article_id in self._erased:
            self._skipped.append(Skipped(article_id, "it was erased from this archive"))
            return
        if article_id not in self._known:
            self._flush()
            self._known = {article_id: self._catalog.known(article_id)}
        known = self._known[article_id]
        if any(one.hash == entry.hash for one in known):
            self._counts["unchanged"] += 1
            return
        if known and entry.state == "pending" and is_older(entry.article, known[-1]):
            entry = replace(entry, state="superseded")
        if entry.state == "pending":
            self._counts["updated" if known else "added"] += 1
            day = entry.article.updated or entry.article.published
            known.append(Known(0, entry.hash, "pending", str(day) if day else None))
        self._batch.append((entry, vectors))

    def _flush(self) -> None:
        if not self._batch:
            return
        entries = [entry for entry, _ in self._batch]
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
        if 0 <= start < end <= len(text)
    ]
    vectors = np.frombuffer(base64.b64decode(line["vectors"]), np.float32)
    if len(passages) < len(line["passages"]) or not np.isfinite(vectors).all():
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
    return entry, vectors.reshape(len(passages), -1) if passages else vectors.reshape(0, 0)


def _moment(stated: str) -> str:
    """A moment or a day as it is stored.

    Raises:
        ValueError: it is none.
    """
    return stated and datetime.fromisoformat(stated).isoformat()
