"""The HTTP API: the same answers, searches and articles as JSON, or as server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.types import Receive, Scope, Send

from assistant.archive import Part
from assistant.errors import Cancelled, OnRecordError
from assistant.text import has_lone_surrogate
from assistant.types import Event, Filters, PastTurn, Question, to_dict
from assistant.web.admission import Ticket
from assistant.web.cancellation import CancellableStream
from assistant.web.filters import MOST_SPEAKERS, filters
from assistant.web.site import Site

_MOST_TURNS = 50
_MOST_HITS = 100
_LOOK = 0.3  # seconds between two looks at whether somebody still waits
_GONE = 499  # nginx's status for a client that has left; nobody sees it


class Ask(BaseModel):
    """A question."""

    model_config = ConfigDict(extra="forbid")

    question: str
    """What is asked."""
    history: list[PastTurn] = Field(default=[], max_length=_MOST_TURNS)
    """The turns before it, oldest first: question and answer."""
    filters: Filters = Filters()
    """What to limit the search to."""
    infer: bool = True
    """Whether days that the question names may limit the search, where ``filters`` has none."""

    @model_validator(mode="after")
    def _is_text(self) -> Ask:
        if has_lone_surrogate(json.dumps(self.model_dump(), default=str, ensure_ascii=False)):
            raise ValueError("half of a character (a lone surrogate) stands in it")
        if len(self.filters.speakers) > MOST_SPEAKERS:
            raise ValueError(f"{MOST_SPEAKERS} speakers are the most")
        return self


def routes(site: Site) -> APIRouter:
    """The API, under /api."""
    router = APIRouter(prefix="/api")
    _asking(router, site)
    _looking(router, site)
    return router


def _asking(router: APIRouter, site: Site) -> None:
    @router.post("/ask", responses={503: {"description": "Busy: ask again in a minute"}})
    async def ask(request: Request, body: Ask) -> Response:
        """Answer a question.

        One JSON object; with ``Accept: text/event-stream`` server-sent events named stage, token,
        claim and answer, the last of which holds that object, or error.
        """
        question = Question(body.question, tuple(body.history), body.filters, infer=body.infer)
        if "text/event-stream" not in request.headers.get("accept", ""):
            return await _whole(request, _from_the_line(site, question))
        place = ExitStack()
        ticket = place.enter_context(site.admission.ticket())  # fails at once if the queue is full
        return _Events(place, _events(site, ticket, question))


async def _whole(request: Request, steps: Generator[Event]) -> Response:
    """The answer at the end of some steps, which end where nobody waits for it any more."""
    stream = CancellableStream[Event]()
    heard = asyncio.create_task(run_in_threadpool(lambda: deque(stream.heard(steps), 1)))
    try:
        while not heard.done():
            await asyncio.wait({heard}, timeout=_LOOK)
            if await request.is_disconnected():
                stream.stop()
        (event,) = heard.result()
    except Cancelled:
        return Response(status_code=_GONE)
    finally:
        stream.stop()
    return JSONResponse(to_dict(event)["answer"])


def _from_the_line(site: Site, question: Question) -> Generator[Event]:
    """The steps to an answer; its place in the line is given back when the last one has ended."""
    with site.admission.ticket() as ticket:
        yield from _steps(site, ticket, question)


def _steps(site: Site, ticket: Ticket, question: Question) -> Generator[Event]:
    yield from ticket.waiting()
    yield from site.monitoring.heard(site.assistant.stream(question))


class _Events(EventSourceResponse):
    """Server-sent events, at whose end a place in the line is given back, whatever happens."""

    def __init__(self, place: ExitStack, events: Iterator[ServerSentEvent]) -> None:
        super().__init__(events)
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._place:
            await super().__call__(scope, receive, send)


def _events(site: Site, ticket: Ticket, question: Question) -> Iterator[ServerSentEvent]:
    try:
        yield from map(_event, _steps(site, ticket, question))
    except OnRecordError as error:
        yield _sent("error", {"error": str(error), "retryable": error.retryable})


def _looking(router: APIRouter, site: Site) -> None:
    archive = site.assistant.archive

    @router.get("/search")
    def search(
        q: str,
        since: str = "",
        until: str = "",
        as_of: str = "",
        outlet: str = "",
        limit: Annotated[int, Query(ge=1)] = _MOST_HITS,
    ) -> list[dict[str, Any]]:
        """Passages for a question, best first, without an answer; at most ``limit``."""
        with site.admission.ticket() as ticket:
            ticket.wait()
            hits = site.assistant.search(q, filters(since, until, as_of=as_of, outlets=[outlet]))
        return [to_dict(hit) for hit in hits[:limit]]

    @router.get("/articles")
    def articles(
        since: str = "",
        until: str = "",
        as_of: str = "",
        outlet: str = "",
        offset: int = 0,
        limit: int = 100,
    ) -> dict[str, Any]:
        """The current articles by date, without their texts."""
        limits = filters(since, until, as_of=as_of, outlets=[outlet])
        part = Part(min(max(1, limit), 1000), max(0, offset))
        page = archive.articles(limits, part)
        count = archive.coverage(limits).articles
        return {"count": count, "articles": [to_dict(source) for source in page]}

    @router.get("/articles/{article_id:path}")
    def article(article_id: str, version: int | None = None) -> dict[str, Any]:
        """One article with its text; its current version, or an earlier one."""
        return to_dict(archive.article(article_id, version))


def _event(event: Event) -> ServerSentEvent:
    name = type(event).__name__.removesuffix("Event").casefold()
    fields = to_dict(event)
    return _sent(name, fields["answer"] if name == "answer" else fields)


def _sent(name: str, fields: dict[str, Any]) -> ServerSentEvent:
    return ServerSentEvent(json.dumps(fields, ensure_ascii=False), event=name, sep="\n")
