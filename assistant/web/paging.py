"""Long lists of articles, newest first, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from assistant.types import Source


def newest_first(sources: Iterable[Source]) -> list[Source]:
    """By day of publication, undated ones last."""
    return sorted(sources, key=lambda one: one.published or date.min, reverse=True)


def paged(found: Sequence[Source], page: int, size: int) -> tuple[Sequence[Source], int, int]:
    """The articles of a page, its number within what there is, and how many pages there are."""
    pages = max(1, -(-len(found) // size))
    page = min(max(1, page), pages)
    return found[(page - 1) * size : page * size], page, pages
