"""Searches of the library that somebody comes back to, and what is new in them since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from assistant.errors import NoSuchPage
from assistant.types import Source
from assistant.web.conversations import MOST_TEXT, SavedSearch
from assistant.web.filters import FieldFault, filters
from assistant.web.library_words import Words
from assistant.web.site import Site, owner

FIELDS = ("q", "since", "until", "outlet", "speaker")
"""What a search of the library is limited by."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A saved search, as the library shows it."""

    id: int
    name: str
    """Its words and limits: "strike · Harbour Wire · from 2026-03-01"."""
    new: int
    """Articles that were added or changed since its owner looked last."""


def saved(site: Site, who: str) -> list[Shown]:
    """Somebody's saved searches."""
    found = site.conversations.searches(who)
    return [Shown(one.id, _name(one.query), len(new_in(site, one))) for one in found]


def new_in(site: Site, search: SavedSearch) -> list[Source]:
    """What was added or changed within a search since its owner looked last."""
    given = _given(search.query)
    words = Words.read(given["q"])
    try:
        limits = filters(given["since"], given["until"], [given["outlet"]], [given["speaker"]])
    except FieldFault:  # it was saved by hand
        return []
    return site.assistant.archive.matching(words.wanted, words.unwanted, limits, search.seen)


def routes(site: Site) -> APIRouter:
    """Saving a search, coming back to it, forgetting it."""
    router = APIRouter(include_in_schema=False)
    store, archive, here = site.conversations, site.assistant.archive, f"{site.root}/library"

    @router.post("/library/searches")
    def save(request: Request, query: Annotated[str, Form(max_length=MOST_TEXT)]) -> Response:
        if any(_given(query).values()):
            store.save_search(owner(request), query, archive.newest())
        return RedirectResponse(here, 303)

    @router.get("/library/searches/{search}")
    def look(request: Request, search: int) -> Response:
        found = next((one for one in store.searches(owner(request)) if one.id == search), None)
        if found is None:
            raise NoSuchPage("There is no such search. It may have been deleted.")
        store.save_search(owner(request), found.query, archive.newest())
        return RedirectResponse(f"{here}?{found.query}&after={found.seen}", 303)

    @router.post("/library/searches/{search}/delete")
    def delete(request: Request, search: int) -> Response:
        store.delete_search(owner(request), search)
        return RedirectResponse(here, 303)

    return router


def _given(query: str) -> dict[str, str]:
    found = parse_qs(query)
    return {name: found.get(name, [""])[0] for name in FIELDS}


def _name(query: str) -> str:
    given = _given(query)
    told = {"since": "from {}", "until": "to {}", "speaker": "said by {}"}
    return " · ".join(told.get(name, "{}").format(value) for name, value in given.items() if value)
