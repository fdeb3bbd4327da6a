"""The middleware before every page: headers, origin, size of a request, authentication."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.settings import ServeSettings
from assistant.web.authentication import SAFE_METHODS, authenticate
from assistant.web.headers import with_headers
from assistant.web.origin import is_loopback, is_same_origin
from assistant.web.users import Users

UPLOAD = "/library/add"
_MOST_BYTES = 2_000_000  # of a request that uploads nothing
_MEGABYTE = 1_000_000
_GRADIO = "/gradio_api/"
# Of Gradio's own routes those that a conversation needs: none of them takes or gives files.
_OF_THE_CONVERSATION = tuple(
    f"{_GRADIO}{name}" for name in ("queue/", "heartbeat/", "cancel", "reset", "startup-events",
    "run/predict", "info", "theme.css", "login_check", "app_id")
)  # fmt: skip
_NO_PAGES = ("/login", "/logout", "/monitoring", "/pwa_icon", "/manifest.json")  # of Gradio


class Guard:
    """The middleware."""

    def __init__(
        self, app: ASGIApp, settings: ServeSettings, users: Users | None, root: str
    ) -> None:
        """Stand before ``app``; with users, only they get further than the sign-in page.

        Args:
            app: answers.
            settings: how much may be sent.
            users: who may sign in.
            root: what a proxy puts before every path, and takes away again.
        """
        self._app = app
        self._settings = settings
        self._users = users
        self._root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the app answer."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return

        send = with_headers(send)
        connection = HTTPConnection(scope)
        refusal = self._refusal(connection) or await authenticate(
            connection, self._users, self._root
        )
        if refusal is None:
            await self._app(scope, self._bounded(receive, connection), send)
        elif scope["type"] == "http":
            await refusal(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    def _refusal(self, connection: HTTPConnection) -> Response | None:
        path = connection.scope["path"].removeprefix(self._root)
        hidden = path.startswith(_GRADIO) and not path.startswith(_OF_THE_CONVERSATION)
        if hidden or path.startswith(_NO_PAGES):
            return PlainTextResponse("There is no such page.", 404)
        if self._users is None and not is_loopback(_host(connection)):
            return PlainTextResponse("On Record answers on this machine only.", 400)
        if connection.scope.get("method", "GET") in SAFE_METHODS:
            return None
        if not is_same_origin(connection):
            return PlainTextResponse("This came from another site.", 403)
        size = connection.headers.get("content-length", "")
        if (size and not size.isdecimal()) or int(size or 0) > self._most(connection):
            most = self._most(connection) // _MEGABYTE
            return PlainTextResponse(f"This is too large: {most} MB is the most. Go back.", 413)
        return None

    def _most(self, connection: HTTPConnection) -> int:
        uploads = connection.scope["path"] == UPLOAD
        return self._settings.max_upload * _MEGABYTE if uploads else _MOST_BYTES

    def _bounded(self, receive: Receive, connection: HTTPConnection) -> Receive:
        """``receive`` with a limit on the body's size: a larger one is treated as a disconnect."""
        left = self._most(connection)

        async def bounded() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            return {"type": "http.disconnect"} if left < 0 else message

        return bounded


def _host(connection: HTTPConnection) -> str:
    """The host that a request names; "" where that is none."""
    try:
        return connection.url.hostname or ""
    except ValueError:  # "Host: [::1"
        return ""
