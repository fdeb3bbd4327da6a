"""A feed that is followed, entry by entry."""

from __future__ import annotations

import hashlib
import json

from assistant.archive import Archive, Seen
from assistant.archive.ingest import Became
from assistant.errors import ArchiveError
from assistant.reading import Unreadable
from assistant.reading.fetching import Fetcher
from assistant.reading.remote import feed_entries, read_entry
from assistant.reading.wire import Entry, is_feed
from assistant.settings import ReadingSettings
from assistant.types import Article, SyncReport


class FeedSync:
    """One look at a feed. What has left it was not taken back, and is kept."""

    def __init__(self, archive: Archive, address: str, settings: ReadingSettings) -> None:
        self._archive = archive
        self._address = address
        self._settings = settings
        self._known = archive.places.seen(address)
        self._fetcher = Fetcher(settings)
        self._stored: dict[str, str] = {}  # kept ids by those given

    def run(self) -> tuple[SyncReport, dict[str, str] | None]:
        """Read what is new or has changed.

        Returns:
            What became of it, and what tells the server the next time which state is known.

        Raises:
            ArchiveError: the feed cannot be fetched, or is none.
        """
        try:
            fetched = self._fetcher.fetch(self._address, self._archive.places.fresh(self._address))
        except Unreadable as reason:
            raise ArchiveError(f"{self._address}: {reason}.") from None
        if fetched is None:
            return SyncReport(unchanged=len(self._known)), None
        if not is_feed(fetched.content):
            raise ArchiveError(f"{self._address} is no feed.", "Read a page by ingest.")
        entries = {key: entry for entry in feed_entries(fetched)
                   if isinstance(entry, Entry) and (key := _key(entry))}  # fmt: skip
        changed = {key: entry for key, entry in entries.items() if self._is_changed(key, entry)}
        # Before anything is locked: a page may take its time.
        read = {
            key: read_entry(one, self._fetcher, self._settings, key in self._known)
            for key, one in changed.items()
        }
        report = self._archive.add(read.values(), outcome=self._keep)
        left = [key for key in self._known if key not in entries]
        seen = {
            key: self._seen(entries[key], item)
            for key, item in read.items()
            if isinstance(item, Article)
        }  # others are tried again
        self._archive.places.saw(self._address, seen, left)
        # What failed is to be asked for again, even if the feed does not change.
        fresh = fetched.fresh if len(seen) == len(read) else {}
        return SyncReport(report, len(entries) - len(changed)), fresh

    def _is_changed(self, key: str, entry: Entry) -> bool:
        known = self._known.get(key)
        return known is None or known.stamp != _stamp(entry)

    def _keep(self, given: str, kept: str, _became: Became) -> None:
        self._stored[given] = kept

    def _seen(self, entry: Entry, article: Article) -> Seen:
        return Seen(_stamp(entry), (self._stored.get(article.id, article.id),))


def _key(entry: Entry) -> str:
    """What an entry is known by."""
    fields = entry.fields
    return str(fields["id"] or fields["url"] or fields["title"] or "")


def _stamp(entry: Entry) -> str:
    told = json.dumps(entry.fields, sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:32]
