"""Messages and mailboxes, as press releases come."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

from assistant.reading.articles import Unreadable
from assistant.reading.embargo import embargo_in
from assistant.reading.markup import text_of_html
from assistant.reading.plain import decode

_LONGEST_HEAD = 32_000  # bytes
_SIGNATURE = re.compile(r"^-- \r?$", re.MULTILINE)  # RFC 3676, 4.3
_POSTMARK = re.compile(  # "From ada@sond.example Sun Mar  1 09:00:00 2026"
    rb"(?:\A|(?<=\n\n)|(?<=\r\n\r\n))From \S{1,300} +[A-Z][a-z]{2} [A-Z][a-z]{2} +\d{1,2} "
    rb"[\d:]{5,8}[^\r\n]{0,60}\r?\n"
)
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)

Fields = dict[str, Any]


def read_mail(data: bytes) -> Fields:
    """The fields of a message (RFC 5322), as press releases come: its text, else its HTML's."""
    head = re.split(rb"\r?\n\r?\n", data[: _LONGEST_HEAD + 1], maxsplit=1)[0]
    if len(head) > _LONGEST_HEAD:  # to read one takes memory squared
        raise Unreadable("a message whose head is too long")
    message = email.message_from_bytes(data, policy=email.policy.default)
    body = message.get_body(("plain", "html"))
    if body is None or not message["from"]:
        raise Unreadable("no message with a text")
    content = _content(body)
    sent, title = message["date"], str(message["subject"] or "")
    try:
        day = parsedate_to_datetime(str(sent)).date() if sent else None
    except (ValueError, OverflowError):
        day = None
    sender = message["from"].addresses[0] if message["from"].addresses else None
    text = text_of_html(content) if body.get_content_type() == "text/html" else content
    return {
        "id": str(message["message-id"] or "").strip("<> ") or None,
        "title": title,
        "outlet": (sender.display_name or sender.domain) if sender else None,
        "published": day,
        "text": _SIGNATURE.split(text, maxsplit=1)[0],
        "embargo": embargo_in([title, *text.split("\n")], sent.datetime if sent else None),
    }


def read_mailbox(data: bytes) -> Iterator[Fields | Unreadable]:
    """The messages of a mailbox (RFC 4155), or why one is no article.

    Raises:
        Unreadable: it is no mailbox.
    """
    begun, *messages = _POSTMARK.split(data)
    if begun.strip() or not messages:
        raise Unreadable("no mailbox: it does not begin with a line From")
    for one in messages:
        try:
            yield read_mail(_QUOTED_FROM.sub(rb"\1", one))
        except Unreadable as reason:
            yield reason
        except Exception as error:  # noqa: BLE001 - email raises whatever an odd head leads it to
            yield Unreadable(f"a message that cannot be read: {type(error).__name__}")


def _content(body: Any) -> str:
    """The text of a part of a message; nothing is guessed at that it does not say."""
    raw, charset = body.get_payload(decode=True) or b"", body.get_content_charset()
    if charset in (None, "us-ascii", "utf-8"):
        return decode(raw)
    try:
        return str(raw.decode(charset))
    except (LookupError, UnicodeDecodeError):
        raise Unreadable(f"its text is not in the encoding that it names, {charset}") from None
