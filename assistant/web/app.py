"""The web app: the conversation, and a page for each article."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
import webbrowser
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.assistant import Assistant
from assistant.errors import ArticleUnknown, OnRecordError, SettingsError
from assistant.text import without_direction
from assistant.types import Article
from assistant.web.chat import conversation

_PAGES = Path(__file__).parent / "pages"
_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; script-src 'self'; style-src 'self';"
        " img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none';"
        " base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
}
_AT_ONCE = 4


def create_app(assistant: Assistant) -> FastAPI:
    """The whole web app over one assistant."""
    app = create_pages(assistant)
    page = conversation(assistant)
    page.queue(default_concurrency_limit=_AT_ONCE)
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
        max_file_size="1mb",  # nothing is uploaded through the conversation
        # As a file: the security headers let no page carry its own styles.
        head='<link rel="stylesheet" href="/pages/chat.css">',
    )
    return served


def create_pages(assistant: Assistant) -> FastAPI:
    """The pages that are not the conversation, behind the guard that all share."""
    app = FastAPI(title="On Record", version=version("onrecord"), docs_url=None, redoc_url=None)
    app.add_middleware(_Guard)
    app.mount("/pages", StaticFiles(directory=_PAGES), name="pages")
    templates = Jinja2Templates(directory=_PAGES)
    templates.env.filters["plain"] = without_direction

    @app.exception_handler(RequestValidationError)
    def unknown(request: Request, error: RequestValidationError) -> Response:
        return templates.TemplateResponse(request, "unknown.html", status_code=404)

    @app.get("/health")
    def health() -> JSONResponse:
        return JSONResponse({"articles": assistant.archive.coverage().articles})

    @app.get("/article/{article_id:path}")
    def article(
        request: Request,
        article_id: str,
        version: int | None = None,
        start: int = 0,
        end: int = 0,
    ) -> Response:
        try:
            current = assistant.archive.article(article_id)
            shown = current if version is None else assistant.archive.article(article_id, version)
        except ArticleUnknown:
            return templates.TemplateResponse(request, "unknown.html", status_code=404)
        return templates.TemplateResponse(
            request, "article.html", _article_context(shown, current, start, end)
        )

    return app


def run(
    assistant: Assistant, host: str, port: int, open_page: bool, announce: Callable[[str], None]
) -> None:
    """Serve until interrupted; announces the address once the page answers.

    Raises:
        SettingsError: the host is not loopback, or the port is taken.
    """
    _refuse_strangers(host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        raise SettingsError(
            f"Cannot listen on {host}:{port}: {error.strerror}.", "Choose another --port."
        ) from None
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listener.getsockname()[1]}"
    config = uvicorn.Config(create_app(assistant), log_level="warning")
    threading.Thread(target=_warm_up, args=(assistant,), daemon=True).start()
    server = _Announcing(config, address, open_page, announce)
    server.run(sockets=[listener])


def _warm_up(assistant: Assistant) -> None:
    """Load the models before the first reader waits for them."""
    with contextlib.suppress(OnRecordError):  # the first question will say what is wrong
        assistant.search("warm up")


class _Announcing(uvicorn.Server):
    """Says where the page is once it can be opened."""

    def __init__(
        self,
        config: uvicorn.Config,
        address: str,
        open_page: bool,
        announce: Callable[[str], None],
    ) -> None:
        super().__init__(config)
        self._announce = announce
        self._address = address
        self._open_page = open_page

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce(self._address)
        if self._open_page:
            threading.Thread(target=webbrowser.open, args=(self._address,), daemon=True).start()


class _Guard:
    """Adds the security headers to every response, and answers to loopback's names only.

    A page of another site can give its own name this machine's address, and would then be let
    read the archive by the browser; it cannot change the name that the browser asks for.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
                message["headers"] = [*message.get("headers", []), *headers]
            await send(message)

        if _is_loopback(HTTPConnection(scope).url.hostname or ""):
            await self._app(scope, receive, with_headers)
        else:
            refusal = PlainTextResponse("On Record answers on this machine only.", 400)
            await refusal(scope, receive, with_headers)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse_strangers(host: str) -> None:
    if not _is_loopback(host):
        raise SettingsError(
            f"{host} is not a loopback address, and there is no sign-in yet.",
            "Serve on 127.0.0.1, and let a reverse proxy with a sign-in face the network.",
        )


def _article_context(shown: Article, current: Article, start: int, end: int) -> dict[str, Any]:
    inside = 0 <= start < end <= len(shown.text)
    return {
        "article": shown,
        "current": current,
        "dates": [
            (name, day.isoformat())
            for name, day in (("Published", shown.published), ("updated", shown.updated))
            if isinstance(day, date)
        ],
        "before": shown.text[:start] if inside else shown.text,
        "quote": shown.text[start:end] if inside else "",
        "after": shown.text[end:] if inside else "",
    }
