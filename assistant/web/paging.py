"""Long lists of articles, newest first, page by page."""

from __future__ import annotations

from assistant.archive import Part


def paged(count: int, page: int, size: int, newest: bool = True) -> tuple[Part, int, int]:
    """The part that a page shows, its number within what there is, and how many pages there are."""
    pages = max(1, -(-count // size))
    page = min(max(1, page), pages)
    return Part(size, (page - 1) * size, newest), page, pages
