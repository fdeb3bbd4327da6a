"""The web app: the conversation, the pages beside it, and the API, behind one guard."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import gradio as gr
from fastapi import FastAPI, Form, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.answering import described
from assistant.assistant import Assistant
from assistant.errors import (
    ArchiveBusy,
    ArticleUnknown,
    NoSuchPage,
    OnRecordError,
    SettingsError,
    TooManyAttempts,
)
from assistant.web import (
    api,
    library,
    monitoring,
)
from assistant.web import (
    article_pages as articles,
)
from assistant.web import (
    conversation_pages as records,
)
from assistant.web import (
    saved_searches as searches,
)
from assistant.web import (
    shared_pages as shared,
)
from assistant.web import (
    speaker_pages as speakers,
)
from assistant.web.authentication import COOKIE, SIGN_IN, address_of
from assistant.web.chat import conversation
from assistant.web.filters import FieldFault
from assistant.web.guard import Guard
from assistant.web.headers import HEADERS
from assistant.web.site import PAGES, Site, open_site, owner
from assistant.web.theme import THEME
from assistant.web.users import LIFETIME, Users

_EMBARGO_SECONDS = 20.0  # between two looks for embargoes that are over
_FONTS = {"serif": "font_source_serif_pro", "sans": "font_source_sans_pro"}


def create_app(
    assistant: Assistant, users: Users | None = None, root: str = "", read_only: bool = False
) -> FastAPI:
    """The whole web app over one assistant.

    Args:
        assistant: answers; open for as long as the app is.
        users: who may sign in; without them whoever reaches the app may use it.
        root: what a proxy puts before every path: "" or "/onrecord".
        read_only: whether the library may only be read.
    """
    site = open_site(assistant, users, root, read_only)
    app, names = create_pages(site), _gradio_files()

    @app.get("/", include_in_schema=False)
    def begin(request: Request, conversation: str = "") -> Response:
        held = site.assistant.archive.coverage()
        shown = {"held": held.articles and described(held), "begun": conversation}
        return site.page(request, "chat.html", shown | names)

    page = conversation(site)
    page.queue(default_concurrency_limit=None)  # admission control keeps the line
    served: FastAPI = gr.mount_gradio_app(
        app,
        page,
        path="/",
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        ssr_mode=False,
        pwa=False,
        root_path=root or None,
        theme=THEME,
        favicon_path=str(PAGES / "icon.svg"),
        max_file_size="1mb",  # nothing is uploaded through the conversation
        auth_dependency=owner if users else None,
    )
    mounted = next(route for route in served.routes if isinstance(route, Mount) and not route.path)
    mounted.app = _OwnNotFound(mounted.app, site)
    return served


class _OwnNotFound:
    """What Gradio has no page for gets ours, where a reader asks; it answers in JSON."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        reads = scope["type"] == "http" and "text/html" in Headers(scope=scope).get("accept", "")
        missing = False

        async def sending(message: Message) -> None:
            nonlocal missing
            if message["type"] == "http.response.start":
                missing = message["status"] == 404
            if not missing:
                await send(message)

        await self._app(scope, receive, sending if reads else send)
        if missing:
            context = {"title": "Not found", "message": "There is no such page."}
            page = self._site.page(Request(scope), "message.html", context, 404)
            await page(scope, receive, send)


@cache
def _gradio_files() -> dict[str, str]:
    """The names of the script and the style that Gradio's own page loads."""
    page = files("gradio").joinpath("templates/frontend/index.html").read_text(encoding="utf-8")
    names = {"script": r'src="\./assets/([^"]+\.js)"', "style": r'href="\./assets/([^"]+\.css)"'}
    found = {kind: re.search(pattern, page) for kind, pattern in names.items()}
    names_of = {kind: match[1] for kind, match in found.items() if match}
    if len(names_of) < len(names):
        raise SettingsError("This Gradio has another page.", "Install the one in constraints.txt.")
    return names_of


def create_pages(site: Site) -> FastAPI:
    """Everything but the conversation, behind the guard that all share."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        releasing = asyncio.create_task(_release(site))
        yield
        releasing.cancel()
        site.conversations.close()

    app = FastAPI(
        title="On Record",
        version=version("onrecord"),
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=lifespan,
    )
    app.add_middleware(
        Guard, settings=site.assistant.settings.serve, users=site.users, root=site.root
    )
    app.mount("/pages", _Assets(directory=PAGES), name="pages")
    for kind, package in _FONTS.items():
        app.mount(f"/fonts/{kind}", StaticFiles(directory=_font_folder(package)), name=kind)
    for room in (api, articles, library, searches, shared, speakers, records):
        app.include_router(room.routes(site))
    app.include_router(monitoring.routes(site.monitoring))
    _answer_faults(app, site)
    _sign_in(app, site)

    @app.get("/health", include_in_schema=False)
    def health() -> JSONResponse:
        return JSONResponse({"articles": site.assistant.archive.coverage().articles})

    @app.get("/docs", include_in_schema=False)
    @app.get("/api", include_in_schema=False)
    def documented(request: Request) -> Response:
        return site.page(request, "api.html", {"paths": app.openapi()["paths"]})

    return app


async def _release(site: Site) -> None:
    """Show what was under embargo once that is over, as long as the app runs."""
    while True:
        await asyncio.sleep(_EMBARGO_SECONDS)
        try:
            await asyncio.to_thread(site.assistant.archive.release)
        except ArchiveBusy:
            pass  # who writes does it, too
        except Exception as error:  # noqa: BLE001 - of any model; it is tried again
            site.monitoring.failed(error)


class _Assets(StaticFiles):
    """Styles, scripts and pictures, without the templates beside them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if not path.endswith((".css", ".js", ".svg")):
            raise HTTPException(404)
        return await super().get_response(path, scope)


def _font_folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise SettingsError(f"The package {package} is not installed.", "Reinstall onrecord.")
    return Path(spec.origin).parent / "files"


def _answer_faults(app: FastAPI, site: Site) -> None:
    """Every fault becomes words: a page for readers, JSON for programs."""

    def said(request: Request, message: str, status: int) -> Response:
        if request.scope["path"].startswith("/api/"):
            return JSONResponse({"error": message}, status)
        title = {404: "Not found", 503: "Busy"}.get(status, "That did not work")
        return site.page(request, "message.html", {"title": title, "message": message}, status)

    @app.exception_handler(OnRecordError)
    def known(request: Request, error: OnRecordError) -> Response:
        missing = isinstance(error, (NoSuchPage, ArticleUnknown))
        return said(request, str(error), 404 if missing else 503 if error.retryable else 400)

    @app.exception_handler(FieldFault)
    def field(request: Request, error: FieldFault) -> Response:
        return said(request, f"{error.field}: {error}", 422)

    @app.exception_handler(RequestValidationError)
    def misshapen(request: Request, error: RequestValidationError) -> Response:
        if request.scope["path"].startswith("/article/"):
            return site.page(request, "unknown.html", status=404)
        if not request.scope["path"].startswith("/api/"):
            return said(request, "This address is not complete, or holds what it cannot.", 422)
        places = {".".join(map(str, one["loc"])): one["msg"] for one in error.errors()}
        return said(request, "; ".join(f"{name}: {why}" for name, why in places.items()), 422)

    @app.exception_handler(HTTPException)
    def unusual(request: Request, error: HTTPException) -> Response:
        missing = "There is no such page." if error.status_code == 404 else str(error.detail)
        return said(request, missing, error.status_code)

    @app.exception_handler(Exception)
    def unforeseen(request: Request, error: Exception) -> Response:
        site.monitoring.failed(error)
        answer = said(request, "Something went wrong here. The server's log says what.", 500)
        answer.headers.update(HEADERS)  # this one passes the guard by
        return answer


def _sign_in(app: FastAPI, site: Site) -> None:
    users = site.users
    if users is None:
        return

    @app.get(SIGN_IN, include_in_schema=False)
    def ask(request: Request, goal: str = "/") -> Response:
        return site.page(request, "signin.html", {"goal": goal, "fault": ""})

    @app.post(SIGN_IN, include_in_schema=False)
    def check(
        request: Request,
        name: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        goal: Annotated[str, Form()] = "/",
    ) -> Response:
        try:
            token = users.sign_in(name, password, address_of(request))
            fault = "" if token else "Name and password do not match."
        except TooManyAttempts as error:
            token, fault = None, str(error)
        if token is None:
            return site.page(request, "signin.html", {"goal": goal, "fault": fault}, 401)
        own = goal.startswith("/") and not goal.startswith(("//", "/\\"))
        response = RedirectResponse(site.root + (goal if own else "/"), 303)
        secure = request.url.scheme == "https"
        response.set_cookie(
            COOKIE, token, LIFETIME, path=f"{site.root}/", secure=secure, httponly=True,
            samesite="lax",
        )  # fmt: skip
        return response

    @app.post("/sign-out", include_in_schema=False)
    def leave(request: Request) -> Response:
        users.sign_out(request.cookies.get(COOKIE, ""))
        response = RedirectResponse(f"{site.root}{SIGN_IN}", 303)
        response.delete_cookie(COOKIE, path=f"{site.root}/")
        return response
