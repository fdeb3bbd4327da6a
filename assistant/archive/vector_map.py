"""The catalog's vectors in memory-mapped files, searched exactly.

A column each for key, day, outlet, article and vector; a row for each passage, by its key. Like
the index they are made from the catalog and can be made again. A scan of 100,000 rows of 384
numbers takes 13 ms on one core, whatever the filter, where Chroma takes 8 ms without and 120 to
225 ms with one (docs/design/archive.md).
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ArchiveError
from assistant.models.embedding import Vectors
from assistant.resources import make_private
from assistant.text import one_line
from assistant.types import EVERYTHING, Filters, Source

Rows = Iterable[tuple[int, Vectors, Source]]
"""Key, vector and article of passages, by key."""
Mask = NDArray[np.bool_]
Keys = NDArray[np.int64]

_KINDS: dict[str, Any] = {
    "vectors": np.float32,
    "days": np.int32,  # ordinals; 0 for none
    "outlets": np.uint64,
    "articles": np.uint64,
    "keys": np.int64,  # negative where the passage is gone; written last
}
_BATCH = 4096
_MORE = 4  # times as many are asked for next
_SPARSE = 0.3  # of all rows: of fewer the vectors are gathered, of more all are multiplied
_NONE = np.uint64(0)

Columns = Mapping[str, NDArray[Any]]
Stamp = dict[str, tuple[int, int]]
"""Inode and bytes of the files of a folder, by their names."""


@dataclass(frozen=True, slots=True)
class View:
    """Some rows, as they were at one moment."""

    columns: Columns
    mask: Mask
    """Which rows."""

    def __len__(self) -> int:
        return int(self.mask.sum())

    @property
    def keys(self) -> Keys:
        """The keys of the rows."""
        found: Keys = self.columns["keys"][self.mask] if len(self.mask) else np.zeros(0, np.int64)
        return found

    def appended(self, since: int) -> View:
        """The rows behind the first so many."""
        later = self.mask.copy()
        later[:since] = False
        return View(self.columns, later)

    def of_keys(self, keys: Sequence[int]) -> View:
        """The rows of some passages."""
        some = np.zeros_like(self.mask)
        some[_places(self.columns, keys)] = True
        return View(self.columns, self.mask & some)

    def among(self, search: Callable[[int], list[int]], limit: int) -> list[int]:
        """Keys of its rows among what an index finds, which is asked for more where these are few.

        Args:
            search: finds the keys of so many rows, at most; they need not be of this view.
            limit: how many are wanted.
        """
        asked = limit
        while True:
            found = search(asked)
            held = self.of_keys(found)
            if len(held) >= limit or len(found) < asked:
                return [int(key) for key in held.keys]
            asked *= _MORE

    def nearest(self, vector: Vectors, limit: int) -> list[int]:
        """Keys of the rows that are nearest to a vector, nearest first.

        Args:
            vector: of unit length, float32, shape (dimension,).
            limit: how many at most.
        """
        (places,) = np.nonzero(self.mask)
        if not len(places):
            return []
        vectors = self.columns["vectors"]
        if len(places) < _SPARSE * len(vectors):
            scores = vectors[places] @ vector
        else:
            scores = (vectors @ vector)[places]
        if limit < len(places):
            best = np.argpartition(-scores, limit)[:limit]
            places, scores = places[best], scores[best]
        order = np.argsort(-scores, kind="stable")
        return [int(key) for key in self.columns["keys"][places[order]]]

    def likeness(self, vector: Vectors) -> float:
        """The cosine of the nearest row; -1 where there is none."""
        if not len(self) or self.columns["vectors"].shape[1] != len(vector):
            return -1.0
        return float((self.columns["vectors"] @ vector)[self.mask].max())


class VectorMap:
    """The columns of a folder. Any number of processes may read while one writes.

    Files only grow, and rows count from when their keys are written: whoever has them mapped loses
    nothing, and what a crash leaves half written is written over.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._changing = threading.Lock()
        self._columns: Columns = {}
        self._stamp: Stamp = {}
        self._closed = False
        self.refresh()

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self._folder

    def __len__(self) -> int:
        """Rows, those of passages that are gone included."""
        return len(self._columns.get("keys", ()))

    @property
    def last(self) -> int:
        """The greatest key that it ever held; 0 where it holds none."""
        keys = self._columns.get("keys")
        return int(abs(keys[-1])) if keys is not None else 0

    def close(self) -> None:
        """Let go of the files; what is being appended ends after its batch."""
        self._closed = True
        with self._changing:
            self._columns = {}

    # Writing: by one process at a time, which holds the archive's writer's lock

    def append(self, rows: Rows) -> None:
        """Add passages whose keys are greater than ``last``; others are passed over."""
        self.refresh()
        if not len(self):
            self.clear()  # whatever is there cannot be read
        for batch in _batches(row for row in rows if row[0] > self.last):
            with self._changing:
                if self._closed:
                    raise ArchiveError("The archive is closed.")
                self._write(_columns(batch))
                self._read()
                if not len(self):
                    raise ArchiveError("The vectors cannot be read back.")

    def drop(self, keys: Sequence[int]) -> None:
        """Forget passages: their vectors are overwritten; unknown keys are passed over."""
        self.refresh()
        with self._changing:
            if self._closed:
                raise ArchiveError("The archive is closed.")
            if not len(self) or not keys:
                return
            places = _places(self._columns, keys)
            written: list[Any] = [self._open(name, len(self), "r+") for name in ("keys", "vectors")]
            written[0][places] = -np.abs(written[0][places])
            written[1][places] = 0
            for column in written:
                column.flush()

    def clear(self) -> None:
        """Forget everything; whoever has the files mapped keeps what they have."""
        with self._changing:
            for file in sorted(
                self._folder.glob("*"), key=lambda one: one.name != "keys"
            ):  # which count
                file.unlink(missing_ok=True)
            self._read()

    def _write(self, columns: Columns) -> None:
        """Put new rows behind those that count, the keys last; on the disk before they count."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        held = len(self)
        for name in _KINDS:
            column = columns[name]
            file = self._file(name, column.shape[-1])
            make_private(file)
            with file.open("r+b") as opened:
                opened.seek(held * column.itemsize * int(np.prod(column.shape[1:])))
                opened.write(np.ascontiguousarray(column).tobytes())
                opened.flush()
                os.fsync(opened.fileno())

    # Reading

    def refresh(self) -> None:
        """See what was appended since, by whatever process, or was cut.

        To read what is mapped and is not in the file any more would end the process.
        """
        if not self._closed and self._stamp != _stamp(self._folder):
            with self._changing:
                self._read()

    def view(self, filters: Filters = EVERYTHING) -> View:
        """The rows of passages within the filters; those on speakers are not looked at."""
        columns = self._columns
        if not columns:
            return View(columns, np.zeros(0, np.bool_))
        mask: Mask = columns["keys"] > 0
        days, outlets, articles = (columns[name] for name in ("days", "outlets", "articles"))
        if filters.since:
            mask &= days >= filters.since.toordinal()
        if filters.until:
            mask &= (days <= filters.until.toordinal()) & (days > 0)
        if filters.outlets:
            mask &= np.isin(outlets, [_hashed(one.casefold()) for one in filters.outlets])
        if filters.articles:
            mask &= np.isin(articles, [_hashed(one) for one in filters.articles])
        if filters.exclude:
            mask &= ~np.isin(articles, [_hashed(one) for one in filters.exclude])
        return View(columns, mask)

    def _read(self) -> None:
        """Map the columns as they are now; none where one is gone or cut."""
        stamp = _stamp(self._folder)
        length = stamp["keys"][1] // _KINDS["keys"]().itemsize if "keys" in stamp else 0
        try:
            found = {name: self._open(name, length, "r") for name in (_KINDS if length else ())}
        except (OSError, ValueError):
            found = {}
        self._columns, self._stamp = found, stamp

    def _open(self, name: str, length: int, mode: Any) -> NDArray[Any]:
        """A column of so many rows."""
        if name != "vectors":
            return np.memmap(self._file(name), _KINDS[name], mode, shape=(length,))
        (file,) = self._folder.glob("vectors.*")
        return np.memmap(file, np.float32, mode, shape=(length, int(file.suffix[1:])))

    def _file(self, name: str, numbers: int = 0) -> Path:
        """A column's file; that of the vectors says how many numbers one has."""
        return self._folder / (f"{name}.{numbers}" if name == "vectors" else name)


class MapInMemory(VectorMap):
    """The same, made for as long as an archive is open that cannot be written to."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(Path(os.devnull))  # where nothing can be written by mistake
        parts = [_columns(batch) for batch in _batches(rows)]
        self._columns = {
            name: np.concatenate([part[name] for part in parts])
            for name in (_KINDS if parts else ())
        }

    def refresh(self) -> None:
        """Nothing is appended."""


def _columns(batch: Sequence[tuple[int, Vectors, Source]]) -> Columns:
    """The columns of some rows."""
    articles = [article for _, _, article in batch]
    outlets = [_hashed((one.outlet or "").casefold()) for one in articles]
    return {
        "vectors": np.stack([vector for _, vector, _ in batch]).astype(np.float32),
        "days": np.array([_day(one.published) for one in articles], np.int32),
        "outlets": np.array(outlets, np.uint64),
        "articles": np.array([_hashed(one.id) for one in articles], np.uint64),
        "keys": np.array([key for key, _, _ in batch], np.int64),
    }


def _places(columns: Columns, keys: Sequence[int]) -> NDArray[np.int64]:
    """Where the rows of some keys stand; nothing for unknown ones."""
    if not len(columns.get("keys", ())):
        return np.zeros(0, np.int64)
    held, wanted = np.abs(columns["keys"]), np.asarray(keys, np.int64)
    places = np.minimum(np.searchsorted(held, wanted), len(held) - 1)
    found: NDArray[np.int64] = places[held[places] == wanted]
    return found


def _batches(rows: Rows) -> Iterator[list[tuple[int, Vectors, Source]]]:
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _day(day: Any) -> int:
    return day.toordinal() if day else 0


def _hashed(name: str) -> np.uint64:
    """Eight bytes of a name's hash: nothing that can be read stays behind."""
    digest = hashlib.blake2s(one_line(name).encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little")) if name else _NONE


def _stamp(folder: Path) -> Stamp:
    """What tells whether a file is another one, has grown or was cut; empty without a folder."""
    try:
        with os.scandir(folder) as files:
            return {one.name: (one.inode(), one.stat().st_size) for one in files}
    except OSError:
        return {}
