"""One look at a place that is followed, or one after the other as it changes."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from assistant.archive import Archive
from assistant.errors import ArchiveBusy, ArchiveError, OnRecordError
from assistant.following.feeds import FeedSync
from assistant.following.folders import FolderSync
from assistant.reading import is_address
from assistant.settings import ReadingSettings
from assistant.types import SyncReport

_EVERY = 300.0  # seconds between two looks at a feed, or at a folder in which nothing moves


def sync(
    archive: Archive, place: str | Path, settings: ReadingSettings, delete: bool = False
) -> SyncReport:
    """Read what is new or has changed in a folder or feed since it was last looked at.

    How it went is kept in the archive. Articles are told by their id or address, never by the name
    of their file: one that is moved or renamed is the same.

    Args:
        archive: where the articles go.
        place: the folder, or the address of the feed.
        settings: what is read.
        delete: whether articles that no file of the folder holds any more are removed.

    Raises:
        ArchiveError: there is no such folder, it is empty though it was not, or the feed cannot be
            fetched. Nothing is removed then.
    """
    named = name_of(place)
    if delete and is_address(named):
        raise ArchiveError("A feed forgets what is old: nothing is removed for that.")
    archive.places.follow(named)
    try:
        report, fresh = _looked_at(archive, named, settings, delete)
    except ArchiveBusy:
        raise
    except OnRecordError as error:
        archive.places.looked(named, archive.places.report(named), str(error))
        raise
    archive.places.looked(named, report, "", fresh)
    return report


def name_of(place: str | Path) -> str:
    """What a place is followed as: its address, or its whole path."""
    return str(place) if is_address(str(place)) else str(Path(place).resolve())


def _looked_at(
    archive: Archive, place: str, settings: ReadingSettings, delete: bool
) -> tuple[SyncReport, dict[str, str] | None]:
    if is_address(place):
        return FeedSync(archive, place, settings).run()
    if not Path(place).is_dir():
        raise ArchiveError(f"There is no folder {place}.", "Its articles are kept.")
    return FolderSync(archive, Path(place), settings).run(delete), None


def watch(
    archive: Archive,
    place: str | Path,
    settings: ReadingSettings,
    delete: bool = False,
    stop: threading.Event | None = None,
) -> Iterator[SyncReport | OnRecordError]:
    """Look at a place again and again, until stopped: at a folder whenever something in it changes.

    Yields:
        What became of it each time, or why that failed.
    """
    stop = stop or threading.Event()
    for _ in _occasions(place, stop):
        again = True
        while again and not stop.is_set():
            again = False
            try:
                yield (report := sync(archive, place, settings, delete))
                again = bool(report.waiting)  # whose last change may have been seen already
                archive.release()
            except OnRecordError as error:
                yield error


def _occasions(place: str | Path, stop: threading.Event) -> Iterator[None]:
    """When to look: at once, and then whenever there is reason to."""
    yield
    if is_address(str(place)):
        while not stop.wait(_EVERY):
            yield
        return
    from watchfiles import watch as changes

    while not stop.is_set():
        if not Path(place).is_dir():  # it may come back
            if stop.wait(_EVERY / 10):
                return
            yield
            continue
        looked = -math.inf  # once more when it is watched: something may have changed before
        for found in changes(place, stop_event=stop, rust_timeout=1000, yield_on_timeout=True):
            if found or time.monotonic() - looked > _EVERY:
                yield
                looked = time.monotonic()
            if not Path(place).is_dir():
                break
