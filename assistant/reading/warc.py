"""Pages of a web archive: WARC files (ISO 28500), as crawlers write them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from assistant.reading.articles import Unreadable
from assistant.reading.packed import unpacked_body, unpacking
from assistant.reading.plain import as_stated
from assistant.reading.web_pages import read_html

_LARGEST = 10_000_000  # bytes of a page
_HTML = ("text/html", "application/xhtml+xml")
_MOST_RECORDS = 200_000


def read_warc(data: bytes) -> Iterator[dict[str, Any] | Unreadable]:
    """The fields of each page that was fetched, or why it is no article.

    What is no page (pictures, styles, scripts, redirects, requests) is passed over.

    Raises:
        Unreadable: it is no WARC file, or grows beyond what files of text do.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    try:
        for number, record in enumerate(ArchiveIterator(unpacking(data))):
            if number >= _MOST_RECORDS:
                raise Unreadable(f"more than {_MOST_RECORDS:,} records")
            if _is_page(record):
                yield _page(record)
    except ArchiveLoadFailed as error:
        raise Unreadable(f"no WARC file, or damaged: {str(error).strip()[:100]}") from None


def _is_page(record: Any) -> bool:
    headers = record.http_headers
    if record.rec_type == "resource":
        return str(record.content_type or "").split(";")[0].strip().lower() in _HTML
    if record.rec_type != "response" or headers is None or headers.get_statuscode() != "200":
        return False
    kind = str(headers.get_header("content-type") or "")
    return kind.split(";")[0].strip().lower() in _HTML


def _content(record: Any) -> bytes:
    """What a page holds; warcio itself would unpack it without bounds."""
    raw = record.raw_stream.read(_LARGEST + 1)
    if len(raw) > _LARGEST:
        raise Unreadable("larger than pages are")
    headers = record.http_headers
    packed = headers.get_header("content-encoding") if headers else ""
    if headers and str(headers.get_header("transfer-encoding") or "").lower() == "chunked":
        from warcio.bufferedreaders import ChunkedDataReader

        raw = ChunkedDataReader(io.BytesIO(raw)).read(_LARGEST)
    return unpacked_body(raw, packed or "", _LARGEST)


def _page(record: Any) -> dict[str, Any] | Unreadable:
    address = str(record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")
    try:
        headers = record.http_headers
        kind = headers.get_header("content-type") if headers else ""
        fields = read_html(as_stated(_content(record), str(kind or ""))[1])
        if not fields["text"]:
            raise Unreadable("no article is found in it")
    except Unreadable as reason:
        return Unreadable(f"{address}: {reason}")
    except Exception as error:  # noqa: BLE001 - what is packed in it may be damaged in any way
        return Unreadable(f"{address}: cannot be read: {type(error).__name__}")
    return {**fields, "url": fields.get("url") or address}
