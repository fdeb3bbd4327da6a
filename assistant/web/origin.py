"""Where a request comes from, and which names of this machine are answered to.

- Against DNS rebinding: a page of another site can give its own name this machine's address, and
  would then be let read the archive by the browser; it cannot change the name (the ``Host``
  header) that the browser asks for. So without a sign-in only loopback's names are answered.
- Against CSRF (cross-site request forgery): what changes something is taken from this app's own
  pages only; a browser says where a request comes from, and no other site can make it say
  otherwise.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection


def is_loopback(host: str) -> bool:
    """True for the names and addresses of this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_same_origin(connection: HTTPConnection) -> bool:
    """True where a request comes from a page of this app, or from no page at all."""
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = connection.headers.get("origin")
    if origin is None:
        return True  # a program: browsers send an origin with what changes something
    asked = {connection.headers.get(name) for name in ("host", "x-forwarded-host")}
    return urlsplit(origin).netloc in asked
