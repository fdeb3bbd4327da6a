"""What somebody names to be read: files, folders, addresses, and articles as they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from assistant.reading.addresses import is_address
from assistant.reading.files import files_of
from assistant.settings import ReadingSettings
from assistant.types import Article, Skipped

Addable = str | Path | Article


def expand(
    sources: Iterable[Addable], settings: ReadingSettings
) -> Iterator[Path | Article | Skipped]:
    """The files that are to be read, and what needs no reading any more: addresses are fetched."""
    for one in sources:
        if isinstance(one, Article):
            yield one
        elif isinstance(one, str) and is_address(one):
            from assistant.reading.remote import read_address  # httpx takes a while

            yield from read_address(one, settings)
        else:
            yield from files_of(Path(one))
