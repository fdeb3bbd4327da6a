"""The page of a person: what they said, by day, over the whole archive."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from assistant.attribution.speakers import name_of
from assistant.errors import ArticleUnknown
from assistant.language import same_name
from assistant.rendering import article_path
from assistant.text import folded, sentences
from assistant.types import Filters, Source, Span, Statement
from assistant.web.paging import paged
from assistant.web.site import Site

_PAGE = 30  # articles
_KNOWN = 5000  # speakers among whom others of the name are looked for
_OTHERS = 30  # of them that are named

Said = tuple[str, str, str]
"""Who, where the article's name is another than the one asked for; sentences; their address."""


def routes(site: Site) -> APIRouter:
    """The page."""
    router = APIRouter(include_in_schema=False)
    archive = site.assistant.archive

    @router.get("/said")
    def said(request: Request, name: str = "", page: int = 1) -> Response:
        name = " ".join(name.split())
        speaking = Filters(speakers=(name,))
        count = archive.coverage(speaking).articles if _last(name) else 0
        part, page, pages = paged(count, page, _PAGE)
        shown = archive.articles(speaking, part) if count else []
        found = [(one, _of(site, name, one)) for one in shown]
        context = {
            "name": name,
            "naming": sum(archive.months([name]).values()) if name else 0,
            "found": [(one, words) for one, words in found if words],
            "others": _others(name, archive.speakers(_KNOWN)) if _last(name) else [],
            "query": urlencode({"name": name}),
            "phrase": urlencode({"q": f'"{name}"'}),
            "page": page,
            "pages": pages,
        }
        return site.page(request, "said.html", context)

    return router


def _of(site: Site, name: str, source: Source) -> list[Said]:
    """The whole sentences of an article in which somebody says something, as they stand."""
    archive = site.assistant.archive
    try:
        text = archive.article(source.id, source.version).text
    except ArticleUnknown:  # removed since it was listed
        return []
    every = sentences(text)
    found: dict[str, Said] = {}
    for one in archive.statements(source.id, source.version):
        who = None if one.in_title else name_of(one.speaker)
        if who is None or not same_name(name, who):
            continue
        own = [span for span in every if _touches(span, one)]
        place = site.root + article_path(source, own[0].start, own[-1].end)
        words = " ".join(text[own[0].start : own[-1].end].split())
        found[place] = (who if folded(who) != folded(name) else "", words, place)
    return list(found.values())


def _touches(sentence: Span, said: Statement) -> bool:
    spans = (*said.content_spans, said.cue_span)
    first, last = min(one.start for one in spans), max(one.end for one in spans)
    return sentence.start < max(last, first + 1) and first < sentence.end


def _others(name: str, speakers: Sequence[str]) -> list[str]:
    """Who else may be meant: those with the same last name."""
    return [one for one in speakers if _last(one) == _last(name) and one != name][:_OTHERS]


def _last(name: str) -> str:
    """The last word of a name, as names are compared."""
    return "".join(folded(name).split()[-1:])
