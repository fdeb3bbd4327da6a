"""The map of vectors that goes with a catalog's index, kept in step with the catalog."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from assistant.archive.catalog import Catalog
from assistant.archive.vector_map import Keys, MapInMemory, VectorMap, View
from assistant.types import Filters

_PROBED = 8  # vectors
_ROUNDING = 1e-3


class CurrentMap:
    """The map in use: another one once the index was made again. Safe to use from threads."""

    def __init__(self, folder: Path, catalog: Catalog, writable: bool) -> None:
        self._folder = folder
        self._catalog = catalog
        self._writable = writable
        self._lock = threading.Lock()
        self._seen = -1  # the generation for which it was made, where nothing can be written
        self._map = VectorMap(self._place)

    @property
    def _place(self) -> Path:
        return self._folder / f"vectors-{self._catalog.meta('index') or 1}"

    @property
    def folder(self) -> Path:
        """Where the one in use is."""
        return self._place

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
        if self._map.folder != (place := self._place):
            self._map = VectorMap(place)
        self._map.refresh()
        return self._is_short(self._map)

    def _is_short(self, held: VectorMap) -> bool:
        if held.last > self._catalog.last_key():
            return True
        mapped = self._catalog.meta("mapped")
        if mapped is None or not len(held):
            return bool(self._catalog.passage_count("current"))
        return held.last < int(mapped)

    def _follow(self) -> None:
        """Where nothing can be written: take what somebody else has made, or make it in memory."""
        with self._lock:
            generation = self._catalog.generation()
            if generation == self._seen:
                return
            made = VectorMap(self._place)
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
        self.is_behind()  # which takes the one in use
        if self._map.last > self._catalog.last_key():
            self._map.clear()  # it is of a catalog that this one was restored over
        self._map.append(self._catalog.vectors(self._map.last))

    def drop(self, keys: Sequence[int]) -> None:
        """Forget passages; for the one that writes."""
        self.is_behind()
        self._map.drop(keys)

    def is_sound(self, current: int) -> bool:
        """Whether it holds so many current passages, as the catalog does, and some vectors."""
        if self.is_behind():
            return False
        view = self._map.view()
        extra = self._catalog.passage_count("pending") + len(self._catalog.unindex())
        some = self._catalog.some_vectors(_PROBED)
        count = current <= len(view) <= current + extra
        return count and all(view.likeness(one) > 1 - _ROUNDING for one in some)
