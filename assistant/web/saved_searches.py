"""Searches of the library that somebody comes back to, and what is new in them since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response

from assistant.errors import NoSuchPage, OnRecordError
from assistant.types import Filters
from assistant.web.conversations import MOST_TEXT, SavedSearch
from assistant.web.filters import FieldFault, filters
from assistant.web.library_words import Words
from assistant.web.site import Site, owner

_MOST = 50  # searches of one owner: each is counted whenever the library is opened
_LONGEST = 4 * MOST_TEXT  # characters: letters are written as three or six of them
Number = Annotated[int, Path(ge=0, lt=2**63)]  # as SQLite has them

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
    return [Shown(one.id, _name(one.query), _new(site, one)) for one in found]


def _new(site: Site, search: SavedSearch) -> int:
    """How many articles were added or changed within a search since its owner looked last."""
    given = _given(search.query)
    words = Words.read(given["q"])
    archive = site.assistant.archive
    try:
        limits = _limits(given)
    except FieldFault:  # "last week" was before its end when it was saved
        return 0
    return sum(archive.months(words.wanted, words.unwanted, limits, search.seen).values())


def routes(site: Site) -> APIRouter:
    """Saving a search, coming back to it, forgetting it."""
    router = APIRouter(include_in_schema=False)
    store, archive, here = site.conversations, site.assistant.archive, f"{site.root}/library"

    @router.post("/library/searches")
    def save(request: Request, query: Annotated[str, Form(max_length=_LONGEST)]) -> Response:
        given = {name: value for name, value in _given(query).items() if value}
        if len(store.searches(owner(request))) >= _MOST:
            raise OnRecordError(f"{_MOST} searches are the most.", "Delete one first.")
        if given:
            _limits(given)  # which says so where they are none
            store.save_search(owner(request), urlencode(given), archive.newest())
        return RedirectResponse(here, 303)

    @router.get("/library/searches/{search}")
    def look(request: Request, search: Number) -> Response:
        found = next((one for one in store.searches(owner(request)) if one.id == search), None)
        if found is None:
            raise NoSuchPage("There is no such search. It may have been deleted.")
        # Another site's page, which may lead here, does not look for its reader.
        if request.headers.get("sec-fetch-site", "none") in ("same-origin", "none"):
            store.look_at_search(owner(request), search, archive.newest())
        return RedirectResponse(f"{here}?{found.query}&after={found.seen}", 303)

    @router.post("/library/searches/{search}/delete")
    def delete(request: Request, search: Number) -> Response:
        store.delete_search(owner(request), search)
        return RedirectResponse(here, 303)

    return router


def _limits(given: Mapping[str, str]) -> Filters:
    since, until, outlet, speaker = (given.get(name, "") for name in FIELDS[1:])
    return filters(since, until, outlets=[outlet], speakers=[speaker])


def _given(query: str) -> dict[str, str]:
    found = parse_qs(query)
    return {name: found.get(name, [""])[0] for name in FIELDS}


def _name(query: str) -> str:
    given = _given(query)
    told = {"since": "from {}", "until": "to {}", "speaker": "said by {}"}
    return " · ".join(told.get(name, "{}").format(value) for name, value in given.items() if value)
