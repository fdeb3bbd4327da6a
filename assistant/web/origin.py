"""Checks of a request's origin and host.

- Against DNS rebinding: another site can point its domain at this machine, and the browser would
  then let its pages read the archive. The ``Host`` header still names that domain, so without
  a sign-in only requests for loopback names and addresses are served.
- Against CSRF (cross-site request forgery): of a browser's requests that change something, only
  those from this app's own pages are accepted, by the headers ``Sec-Fetch-Site`` and ``Origin``,
  which another site cannot forge.
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
    try:
        return urlsplit(origin).netloc in asked
    except ValueError:  # "http://[::1"
        return False
