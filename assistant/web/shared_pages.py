"""Answers that their owners have shared: a page to read, and nothing to work with."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from assistant.web.site import Site, owner


def routes(site: Site) -> APIRouter:
    """The page of a shared answer, and the forms that share an answer and take it back."""
    router = APIRouter(include_in_schema=False)

    @router.get("/shared/{conversation}/{turn}")
    def read(request: Request, conversation: str, turn: int) -> Response:
        shown = site.shared(conversation, turn)
        context = {
            "turn": shown,
            "html": site.html(shown.answer),
            "own": site.conversations.find(owner(request), conversation),
        }
        return site.page(request, "shared.html", context)

    @router.post("/conversations/{conversation}/{turn}/share")
    def share(
        request: Request, conversation: str, turn: int, asked: Annotated[str, Form()] = ""
    ) -> Response:
        shown = site.answer(owner(request), conversation, turn)
        if asked != shown.asked:  # another one has taken its place
            return RedirectResponse(f"{site.root}/conversations/{conversation}/{turn}", 303)
        site.conversations.share(conversation, turn, asked)
        return RedirectResponse(f"{site.root}/shared/{conversation}/{turn}", 303)

    @router.post("/conversations/{conversation}/{turn}/unshare")
    def unshare(request: Request, conversation: str, turn: int) -> Response:
        site.answer(owner(request), conversation, turn)
        site.conversations.unshare(conversation, turn)
        return RedirectResponse(f"{site.root}/conversations/{conversation}/{turn}", 303)

    return router
