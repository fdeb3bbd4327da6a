"""The catalog's vectors in memory-mapped files, searched exactly.

A column each for key, day, outlet, article and vector; a row for each passage, by its key. Like
the index they are made from the catalog and can be made again. A scan of 100,000 rows of 384
numbers takes 13 ms on one core, whatever the filter, where Chroma takes 8 ms without and 120 to
225 ms with one (docs/design/archive.md).
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from assistant.models.embedding import Vectors
from assistant.resources import make_private
from assistant.text import one_line
from assistant.types import EVERYTHING, Filters, Source

Rows = Iterable[tuple[int, Vectors, Source]]
"""Key, vector and article of passages, by key."""
Mask = NDArray[np.bool_]
Keys = NDArray[np.int64]

_KINDS: dict[str, Any] = {
    "keys": np.int64,  # negative where the passage is gone
    "days": np.int32,  # ordinals; 0 for none
    "outlets": np.uint64,
    "articles": np.uint64,
    "vectors": np.float32,
}
_BATCH = 4096
_SPARSE = 0.3  # of all rows: of fewer the vectors are gathered, of more all are multiplied
_NONE = np.uint64(0)


@dataclass(frozen=True, slots=True)
class View:
    """Some rows, as they were at one moment."""

    columns: Mapping[str, NDArray[Any]]
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


class VectorMap:
    """The columns of a folder. Any number may read while one writes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._columns: dict[str, NDArray[Any]] = {}
        self._clean: Callable[[], None] = lambda: None
        self.refresh()

    @classmethod
    def temporary(cls, rows: Rows) -> Self:
        """A map of some rows that is gone when it is closed."""
        folder = tempfile.TemporaryDirectory(prefix="vectors-")
        made = cls(Path(folder.name) / "vectors")
        made._clean = folder.cleanup
        made.append(rows)
        return made

    def close(self) -> None:
        """Let go of the files."""
        self._columns = {}
        self._clean()

    def __len__(self) -> int:
        """Rows, those of passages that are gone included."""
        return len(self._columns.get("keys", ()))

    @property
    def last(self) -> int:
        """The greatest key that it ever held; 0 where it holds none."""
        keys = self._columns.get("keys")
        return int(abs(keys[-1])) if keys is not None else 0

    # Writing: by one process at a time, which holds the archive's writer's lock

    def append(self, rows: Rows) -> None:
        """Add passages whose keys are greater than ``last``; others are passed over.

        The keys are written last: what a crash leaves half written has none and is cut off.
        """
        for batch in _batches(row for row in rows if row[0] > self.last):
            self._folder.mkdir(mode=0o700, exist_ok=True)
            articles = [article for _, _, article in batch]
            self._write("vectors", np.stack([vector for _, vector, _ in batch]))
            self._write("days", np.array([_day(one.published) for one in articles], np.int32))
            outlets = [_hashed((one.outlet or "").casefold()) for one in articles]
            self._write("outlets", np.array(outlets, np.uint64))
            self._write("articles", np.array([_hashed(one.id) for one in articles], np.uint64))
            self._write("keys", np.array([key for key, _, _ in batch], np.int64))
            self.refresh()

    def drop(self, keys: Sequence[int]) -> None:
        """Forget passages: their vectors are overwritten; unknown keys are passed over."""
        if not len(self) or not keys:
            return
        places = _places(self._columns, keys)
        written: list[Any] = [self._open(name, len(self), "r+") for name in ("keys", "vectors")]
        written[0][places] = -np.abs(written[0][places])
        written[1][places] = 0
        for column in written:
            column.flush()

    def clear(self) -> None:
        """Forget everything."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self.refresh()

    def _write(self, name: str, column: NDArray[Any]) -> None:
        """Put a column's new rows behind the ones that are there."""
        file = self._folder / name
        make_private(file)
        width = column.dtype.itemsize * int(np.prod(column.shape[1:]))
        with file.open("r+b") as opened:
            opened.truncate(len(self) * width)
            opened.seek(0, 2)
            opened.write(np.ascontiguousarray(column).tobytes())

    # Reading

    def refresh(self) -> None:
        """See what was appended since, by whatever process."""
        with self._lock:
            length = _size(self._folder / "keys") // 8
            if length != len(self):
                names = _KINDS if length else ()
                try:
                    self._columns = {name: self._open(name, length, "r") for name in names}
                except (OSError, ValueError):  # a file is gone or cut: as if nothing were held
                    self._columns = {}

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

    def _open(self, name: str, length: int, mode: Any) -> NDArray[Any]:
        """A column of so many rows."""
        size = _size(self._folder / "vectors") // 4 // max(1, _size(self._folder / "days") // 4)
        shape = (length, size) if name == "vectors" else (length,)
        return np.memmap(self._folder / name, _KINDS[name], mode, shape=shape)


def _places(columns: Mapping[str, NDArray[Any]], keys: Sequence[int]) -> NDArray[np.int64]:
    """Where the rows of some keys stand; nothing for unknown ones."""
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


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
