"""The page of a person: what they said, by day, over the whole archive."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from assistant.attribution.speakers import name_of
from assistant.language import same_name
from assistant.rendering import article_path
from assistant.text import folded
from assistant.types import Filters, Source, Statement
from assistant.web.paging import newest_first, paged
from assistant.web.site import Site

_PAGE = 30  # articles
_KNOWN = 5000  # speakers among whom others of the name are looked for
_OTHERS = 30  # of them that are named

Said = tuple[str, str, str]
"""Who, where the article's name is another than the one asked for; the words; their address."""


def routes(site: Site) -> APIRouter:
    """The page."""
    router = APIRouter(include_in_schema=False)
    archive = site.assistant.archive

    @router.get("/said")
    def said(request: Request, name: str = "", page: int = 1) -> Response:
        name = " ".join(name.split())
        sources = archive.articles(Filters(speakers=(name,))) if _last(name) else []
        shown, page, pages = paged(newest_first(sources), page, _PAGE)
        found = [(one, _of(site, name, one)) for one in shown]
        context = {
            "name": name,
            "found": [(one, words) for one, words in found if words],
            "others": _others(name, archive.speakers(_KNOWN)) if _last(name) else [],
            "query": urlencode({"name": name}),
            "page": page,
            "pages": pages,
        }
        return site.page(request, "said.html", context)

    return router


def _of(site: Site, name: str, source: Source) -> list[Said]:
    """What somebody says in an article, in its order."""
    statements = site.assistant.archive.statements(source.id, source.version)
    named = ((name_of(one.speaker), one) for one in statements if not one.in_title)
    return [
        (who if folded(who) != folded(name) else "", _words(one), site.root + _place(source, one))
        for who, one in named
        if who and same_name(name, who)
    ]


def _words(said: Statement) -> str:
    """Their words, in quotation marks where the article has them in some."""
    content = " ".join(said.content.split())
    return f"“{content}”" if said.direct else content


def _place(source: Source, said: Statement) -> str:
    spans = (*said.content_spans, said.cue_span)
    start, end = min(one.start for one in spans), max(one.end for one in spans)
    return article_path(source, start, end)


def _others(name: str, speakers: Sequence[str]) -> list[str]:
    """Who else may be meant: those with the same last name."""
    return [one for one in speakers if _last(one) == _last(name) and one != name][:_OTHERS]


def _last(name: str) -> str:
    """The last word of a name, as names are compared."""
    return "".join(folded(name).split()[-1:])
