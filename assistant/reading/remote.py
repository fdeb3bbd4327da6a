"""What an address on the web holds, as articles: a page, a feed, or any file that is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from assistant.reading.articles import Unreadable, build
from assistant.reading.fetching import Fetched, Fetcher, Forbidden
from assistant.reading.files import ENDINGS, read_bytes
from assistant.reading.web_pages import read_html
from assistant.reading.wire import Entry, entries, is_feed
from assistant.settings import ReadingSettings
from assistant.types import Article, Skipped

_ENDINGS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/xml": ".xml",
    "application/xml": ".xml",
    "application/rss+xml": ".xml",
    "application/atom+xml": ".xml",
    "application/json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/pdf": ".pdf",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "message/rfc822": ".eml",
    "application/zip": ".zip",
}
_PAGE = ".html"


def read_address(address: str, settings: ReadingSettings) -> Iterator[Article | Skipped]:
    """Every article of a page or a feed; never raises for what it finds."""
    fetcher = Fetcher(settings)
    try:
        fetched = fetcher.fetch(address)
    except Unreadable as reason:
        yield Skipped(address, str(reason))
        return
    if fetched is None:
        return
    if not is_feed(fetched.content):
        yield from _of_file(fetched, settings)
        return
    for entry in feed_entries(fetched):
        yield entry if isinstance(entry, Skipped) else read_entry(entry, fetcher, settings)


def feed_entries(fetched: Fetched) -> list[Entry | Skipped]:
    """The entries of a feed."""
    try:
        return list(entries(fetched.content))
    except Unreadable as reason:
        return [Skipped(fetched.address, str(reason))]


def read_entry(
    entry: Entry, fetcher: Fetcher, settings: ReadingSettings, held: bool = False
) -> Article | Skipped:
    """The article of an entry: of its page where the feed has a summary only.

    Where the site forbids to fetch that or has it no more, as much as the feed gives, unless its
    article is held already: a summary must not take the place of a text. Where it cannot be had
    now, nothing.
    """
    fields, link = entry.fields, str(entry.fields["url"] or "")
    try:
        if link and not entry.is_whole:
            page = _allowed(link, fetcher, held)
            own = _page(page) if page else {}
            fields = {**fields, **{name: value for name, value in own.items() if value}}
            fields["id"] = entry.fields["id"] or None
        return build(fields, settings.max_characters)
    except Unreadable as reason:
        return Skipped(link or str(fields["id"]), str(reason))


def _allowed(link: str, fetcher: Fetcher, held: bool) -> Fetched | None:
    """What a page holds; None where its site does not give it, and nothing of it is held."""
    try:
        return fetcher.fetch(link)
    except Forbidden:
        if held:
            raise
        return None


def _page(fetched: Fetched) -> dict[str, object]:
    """The fields of a page; its address where it states none."""
    fields = read_html(fetched.content)
    return {**fields, "url": fields.get("url") or fetched.address}


def _of_file(fetched: Fetched, settings: ReadingSettings) -> Iterator[Article | Skipped]:
    """The articles of anything else that is read, by its media type, else by its name."""
    named = PurePosixPath(urlsplit(fetched.address).path).suffix.lower()
    ending = _ENDINGS.get(fetched.kind) or (named if named in ENDINGS else _PAGE)
    try:
        if ending == _PAGE:
            yield build(_page(fetched), settings.max_characters)
        else:
            yield from read_bytes(fetched.content, ending, fetched.address, settings)
    except Unreadable as reason:
        yield Skipped(fetched.address, str(reason))
    except Exception as error:  # noqa: BLE001 as for a file
        yield Skipped(fetched.address, f"cannot be read: {type(error).__name__}")
