"""The page of an article: its text with the quotes marked, its versions and what changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from assistant.attribution.speakers import spoken
from assistant.errors import ArticleUnknown, NoSuchPage
from assistant.language import NOT_READ, language_of
from assistant.reading.injection import is_order
from assistant.rendering import Place, attributed, differences, passage_url
from assistant.text import sentences, words
from assistant.types import Article, Citation, Span
from assistant.web.site import Site, owner

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_TURN = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an article's text."""

    text: str
    kind: str = ""
    """``quote`` for what was followed here, ``cited`` for what the same answer cites elsewhere,
    ``order`` for what tells a machine what to do, and is no evidence."""


def routes(site: Site) -> APIRouter:
    """The pages of articles."""
    router = APIRouter()
    archive = site.assistant.archive

    @router.get("/article/{article_id:path}", include_in_schema=False)
    def article(
        request: Request,
        article_id: str,
        version: int | None = None,
        start: int = 0,
        end: int = 0,
        s: int = 0,
        answer: str = "",
        n: int = 0,
    ) -> Response:
        try:
            current = archive.article(article_id)
            shown = current if version is None else archive.article(article_id, version)
        except ArticleUnknown:
            return site.page(request, "unknown.html", status=404)
        spans = sentences(shown.text)
        marked = spans[s - 1] if 0 < s <= len(spans) else Span(start, end)
        context = _context(site, shown, current, marked, spans)
        context |= _beside(site, owner(request), answer, n, shown)
        orders = [one for one in spans if is_order(shown.text[one.start : one.end])]
        context["pieces"] = list(pieces(shown.text, marked, context.pop("cited"), orders))
        context["orders"] = len(orders)
        return site.page(request, "article.html", context)

    @router.get("/changes", include_in_schema=False)
    def changes(request: Request, article: str, old: int = 0, new: int = 0) -> Response:
        return site.page(request, "changes.html", _compared(site, article, old, new))

    return router


def _compared(site: Site, article_id: str, old: int, new: int) -> dict[str, Any]:
    """Two versions of an article side by side; the last two where the numbers are of none."""
    archive = site.assistant.archive
    versions = {n: archive.article(article_id, n) for n in archive.versions(article_id)}
    if len(versions) < 2:
        raise NoSuchPage("There is no second version of this article to compare.")
    *_, before, after = versions.values()
    before, after = versions.get(old, before), versions.get(new, after)
    return {
        "article": after,
        "old": before,
        "versions": list(versions.values()),
        "changes": list(differences(before.text, after.text)),
    }


def pieces(
    text: str, marked: Span, cited: Sequence[Span] = (), orders: Sequence[Span] = ()
) -> Iterator[Piece]:
    """The text in stretches, none of them twice: the marked one, those cited, orders, the rest."""
    spans = [(marked, "quote"), *((one, "cited") for one in cited)]
    spans += [(one, "order") for one in orders]
    held: list[tuple[Span, str]] = []
    for span, kind in spans:
        apart = all(span.end <= one.start or one.end <= span.start for one, _ in held)
        if 0 <= span.start < span.end <= len(text) and apart:
            held.append((span, kind))
    at = 0
    for span, kind in sorted(held, key=lambda one: one[0].start):
        yield Piece(text[at : span.start])
        yield Piece(text[span.start : span.end], kind)
        at = span.end
    yield Piece(text[at:])


def _context(
    site: Site, shown: Article, current: Article, marked: Span, spans: Sequence[Span]
) -> dict[str, Any]:
    inside = 0 <= marked.start < marked.end <= len(shown.text)
    number = next((n for n, one in enumerate(spans, 1) if marked.start < one.end), 1)
    text = shown.text[marked.start : marked.end]
    citation = Citation(1, shown.source, text, marked.start, marked.end) if inside else None
    said = site.assistant.archive.statements(shown.id, shown.version)
    link = (
        f"{site.root}/article/{quote(shown.id, safe='')}?version={shown.version}&s={number}#quote"
    )
    return {
        "article": shown,
        "current": current,
        "dates": [
            (name, day.isoformat())
            for name, day in (("Published", shown.published), ("updated", shown.updated))
            if isinstance(day, date)
        ],
        "passage_link": link if inside else "",
        "publisher": passage_url(citation) if citation else "",
        "language": shown.language if _LANGUAGE.fullmatch(shown.language or "") else "",
        "copied": attributed(spoken(citation, said)) if citation else "",
        "unread": "" if language_of(shown.language) else NOT_READ,
        "length": len(words(shown.text)),
        "versions": len(site.assistant.archive.versions(shown.id)),
    }


def _beside(site: Site, who: str, answer: str, number: int, shown: Article) -> dict[str, Any]:
    """What the answer that the reader comes from cites: here, before and after."""
    conversation, _, turn = answer.rpartition(".")
    try:
        kept = site.answer(who, conversation, int(turn) if _TURN.fullmatch(turn) else 0)
    except NoSuchPage:
        return {"cited": []}
    place = Place(site.root, conversation, kept.number)
    citations = kept.answer.citations
    here = [Span(c.start, c.end) for c in citations
            if (c.article.id, c.article.version) == (shown.id, shown.version)]  # fmt: skip
    numbers = [citation.number for citation in citations]
    if number not in numbers:
        return {"cited": here}
    at = numbers.index(number)
    near = {"previous": citations[:at][-1:], "following": citations[at + 1 :][:1]}
    links = {name: place.article(one) for name, found in near.items() for one in found}
    return {"cited": here, "at": at + 1, "count": len(citations), "page": place.page, **links}
