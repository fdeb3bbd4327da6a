"""The map of vectors that goes with a catalog's index, kept in step with the catalog."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.archive.catalog import Catalog
from assistant.archive.probe import ROUNDING, Expectation
from assistant.archive.vector_map import Keys, MapInMemory, VectorMap, View
from assistant.types import Filters


class CurrentMap:
    """The map in use: another one once the index was made again. Safe to use from threads."""

    def __init__(self, folder: Path, catalog: Catalog, writable: bool) -> None:
        self._folder = folder
        self._catalog = catalog
        self._writable = writable
        self._lock = threading.Lock()
        self._seen = -1  # the generation for which it was made, where nothing can be written
        self._map = VectorMap(self.folder)

    @property
    def folder(self) -> Path:
        """Where the one in use is."""
        return self._folder / f"vectors-{self._catalog.meta('index') or 1}"

    def __len__(self) -> int:
        """Rows, those of passages that are gone included."""
        return len(self._map)

    @property
    def last(self) -> int:
        """The greatest key that it ever held."""
        return self._map.last

    def close(self) -> None:
        """Let go of the files."""
        self._map.close()

    def is_behind(self) -> bool:
        """Whether a passage that is visible may not be in it: it is short, or another catalog's."""
        return self._is_short(self.take())

    def take(self) -> VectorMap:
        """The one in use, as it is now."""
        if self._map.folder != (place := self.folder):
            self._map = VectorMap(place)
        self._map.refresh()
        return self._map

    def _is_short(self, held: VectorMap) -> bool:
        last, mapped = self._catalog.reaches()
        if held.last > last:
            return True
        if mapped is None or not len(held):
            return bool(self._catalog.passage_count("current"))
        return held.last < mapped

    def _follow(self) -> None:
        """Where nothing can be written: take what somebody else has made, or make it in memory."""
        with self._lock:
            generation = self._catalog.generation()
            if generation == self._seen:
                return
            made = VectorMap(self.folder)
            self._map = MapInMemory(self._catalog.vectors()) if self._is_short(made) else made
            self._seen = generation

    def view(self, filters: Filters) -> View | None:
        """The passages within some filters; None where it is behind."""
        if not self._writable:
            self._follow()
            return self._map.view(filters)
        return None if self.is_behind() else self._map.view(filters)

    def keys(self, filters: Filters) -> Keys | None:
        """Their keys."""
        view = self.view(filters)
        return None if view is None else view.keys

    def catch_up(self) -> None:
        """Append what the catalog has more; for the one that writes."""
        held = self.take()
        if held.last > self._catalog.reaches()[0]:
            held.clear()  # it is of a catalog that this one was restored over
        held.append(self._catalog.vectors(held.last))

    def drop(self, keys: Sequence[int]) -> None:
        """Forget passages; for the one that writes."""
        self.take().drop(keys)

    def is_sound(self, expected: Expectation) -> bool:
        """Whether it holds what the catalog says."""
        if self.is_behind():
            return False
        view = self._map.view()
        some = [np.asarray(one, np.float32) for one in expected.vectors]
        count = expected.least <= len(view) <= expected.most
        return count and all(view.likeness(one) > 1 - ROUNDING for one in some)
