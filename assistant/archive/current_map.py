"""The map of vectors that goes with a catalog's index, kept in step with the catalog."""

from __future__ import annotations

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
        self._map = VectorMap(self._place)
        if not writable and self.is_behind():
            self._map = MapInMemory(catalog.vectors())

    @property
    def _place(self) -> Path:
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
        if self._map.folder != (place := self._place):
            self._map = VectorMap(place)
        self._map.refresh()
        if self._map.last > self._catalog.last_key():
            return True
        mapped = self._catalog.meta("mapped")
        return self._map.last < int(mapped) if mapped else bool(self._catalog.article_count())

    def view(self, filters: Filters) -> View | None:
        """The passages within some filters; None where it is behind."""
        behind = self._writable and self.is_behind()
        return None if behind else self._map.view(filters)

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
        self._map.drop(keys)

    def is_sound(self, current: int) -> bool:
        """Whether it holds so many current passages, as the catalog does, and some vectors."""
        if self.is_behind():
            return False
        view = self._map.view()
        extra = self._catalog.passage_count("pending") + len(self._catalog.unindex())
        some = self._catalog.some_vectors(_PROBED)
        near = all(view.likeness(one) > 1 - _ROUNDING for one in some)
        return near and current <= len(view) <= current + extra
