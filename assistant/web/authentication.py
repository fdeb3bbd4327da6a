"""Who asks: by a session's cookie, or by HTTP Basic for programs; and who is served without."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from assistant.errors import SettingsError, TooManyAttempts
from assistant.web.origin import is_loopback
from assistant.web.users import Users

COOKIE = "onrecord_session"
SIGN_IN = "/sign-in"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing (RFC 9110, 9.2.1)."""
_OPEN = (SIGN_IN, "/health", "/pages/", "/fonts/")
_LEFT = (
    "Sign in first. Nothing was saved: sign in in another window, then go back and send it again."
)


async def authenticate(
    connection: HTTPConnection, users: Users | None, root: str
) -> Response | None:
    """Set ``user`` in the scope; return a redirect to the sign-in page or an error if refused.

    Args:
        connection: what is asked.
        users: who may sign in; None where everybody on this machine may do everything.
        root: what a proxy puts before every path.
    """
    connection.scope["user"] = ""
    if users is None:
        return None
    name = users.of_session(connection.cookies.get(COOKIE, ""))
    try:
        # in a thread: a password takes a tenth of a second to check
        name = name or await run_in_threadpool(_by_header, connection, users)
    except TooManyAttempts as error:
        return PlainTextResponse(str(error), 429)
    connection.scope["user"] = name or ""
    path = connection.scope["path"]
    if name or path.startswith(_OPEN):
        return None
    if connection.scope.get("method", "GET") not in SAFE_METHODS:
        return PlainTextResponse(_LEFT, 401)
    if "text/html" in connection.headers.get("accept", ""):
        goal = quote(_goal(connection), safe="/")
        return RedirectResponse(f"{root}{SIGN_IN}?goal={goal}", 303)
    return PlainTextResponse("Sign in first.", 401)


def _goal(connection: HTTPConnection) -> str:
    """The address that was asked for, below the root, as it was written."""
    scope = connection.scope
    path = scope.get("raw_path", b"").decode("ascii") or quote(scope["path"])
    query = scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


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
    """Refuse to serve other machines without authentication.

    Raises:
        SettingsError: the host is not loopback, and there are no users.
    """
    if users is None and not is_loopback(host):
        raise SettingsError(
            f"{host} is not a loopback address, and there is no sign-in.",
            "Name a file of users: --auth-file; `assistant user NAME` adds one to it.",
        )
