"""What stands before every page: headers, names, origins, sizes and sign-in.

- Every response says what its page may load and run: this app's own files, nothing inline.
- Without a sign-in only loopback's names are answered. A page of another site can give its own name
  this machine's address, and would then be let read the archive by the browser; it cannot change
  the name that the browser asks for.
- What changes something is taken from this app's own pages only: a browser says where a request
  comes from, and no other site can make it say otherwise.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import SettingsError, TooManyAttempts
from assistant.settings import ServeSettings
from assistant.web.users import Users

COOKIE = "onrecord_session"
SIGN_IN = "/sign-in"
HEADERS = {
    "content-security-policy": (
        "default-src 'self'; script-src 'self'; style-src 'self';"
        " img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none';"
        " base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "same-origin",  # without any, forms would come from "null"
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
}
_OPEN = (SIGN_IN, "/health", "/pages/", "/fonts/")
_SAFE = ("GET", "HEAD", "OPTIONS")
_MOST_BYTES = 2_000_000  # of a request that uploads nothing
_MEGABYTE = 1_000_000
UPLOAD = "/library/add"
_LEFT = (
    "Sign in first. Nothing was saved: sign in in another window, then go back and send it again."
)


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

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message.get("headers", []), *headers]
            await send(message)

        connection = HTTPConnection(scope)
        refusal = self._refusal(connection) or await self._unknown(connection)
        if refusal is None:
            await self._app(scope, self._bounded(receive, connection), with_headers)
        elif scope["type"] == "http":
            await refusal(scope, receive, with_headers)
        else:
            await send({"type": "websocket.close", "code": 1008})

    def _refusal(self, connection: HTTPConnection) -> Response | None:
        if self._users is None and not is_loopback(connection.url.hostname or ""):
            return PlainTextResponse("On Record answers on this machine only.", 400)
        if connection.scope.get("method", "GET") in _SAFE:
            return None
        if not _is_own(connection):
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
        """What is received, cut off where more comes than was said or may come."""
        left = self._most(connection)

        async def bounded() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            return {"type": "http.disconnect"} if left < 0 else message

        return bounded

    async def _unknown(self, connection: HTTPConnection) -> Response | None:
        """Sets who asks; where that is nobody, the way to the sign-in page."""
        connection.scope["user"] = ""
        if self._users is None:
            return None
        name = self._users.of_session(connection.cookies.get(COOKIE, ""))
        try:
            # in a thread: a password takes a tenth of a second to check
            name = name or await run_in_threadpool(_by_header, connection, self._users)
        except TooManyAttempts as error:
            return PlainTextResponse(str(error), 429)
        connection.scope["user"] = name or ""
        path = connection.scope["path"]
        if name or path.startswith(_OPEN):
            return None
        if connection.scope["method"] not in _SAFE:
            return PlainTextResponse(_LEFT, 401)
        if "text/html" in connection.headers.get("accept", ""):
            goal = quote(_goal(connection), safe="/")
            return RedirectResponse(f"{self._root}{SIGN_IN}?goal={goal}", 303)
        return PlainTextResponse("Sign in first.", 401)


def is_loopback(host: str) -> bool:
    """True for the names and addresses of this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _goal(connection: HTTPConnection) -> str:
    """The address that was asked for, below the root, as it was written."""
    scope = connection.scope
    path = scope.get("raw_path", b"").decode("ascii") or quote(scope["path"])
    query = scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def _is_own(connection: HTTPConnection) -> bool:
    """True where a request comes from a page of this app, or from no page at all."""
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = connection.headers.get("origin")
    if origin is None:
        return True  # a program: browsers send an origin with what changes something
    asked = {connection.headers.get(name) for name in ("host", "x-forwarded-host")}
    return urlsplit(origin).netloc in asked


def _by_header(connection: HTTPConnection, users: Users) -> str | None:
    """Who a program says it is: HTTP Basic."""
    scheme, _, given = connection.headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(given).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name if users.is_known(name, password, address_of(connection)) else None


def address_of(connection: HTTPConnection) -> str:
    """Where a request comes from; "" where that is unknown."""
    return connection.client.host if connection.client else ""


def refuse_strangers(host: str, users: Users | None) -> None:
    """Hold that nobody but this machine is served without a sign-in.

    Raises:
        SettingsError: the host is not loopback, and there are no users.
    """
    if users is None and not is_loopback(host):
        raise SettingsError(
            f"{host} is not a loopback address, and there is no sign-in.",
            "Name a file of users: --auth-file; `assistant user NAME` adds one to it.",
        )
