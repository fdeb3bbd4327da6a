"""Pages and feeds fetched from the web, for somebody who named their address.

Nothing on a private network can be reached: the addresses of a host are looked at before it is
connected to, again at each redirect, and the connection goes to the address that was looked at (a
name that resolves to another one a moment later is no way in).
"""

from __future__ import annotations

import asyncio
import ipaddress
import queue
import socket
import threading
from dataclasses import dataclass, field
from importlib.metadata import version

import httpx
from protego import Protego

from assistant.reading.articles import Unreadable
from assistant.reading.packed import unpacked_body
from assistant.reading.plain import as_stated
from assistant.settings import ReadingSettings

_SECONDS = 10.0  # for one address, its redirects and robots.txt included
_MOST_BYTES = 10_000_000  # of what it holds, unpacked
_MOST_REDIRECTS = 5
_MOST_RULES = 500_000  # bytes of robots.txt
_ROBOT = "OnRecord"
# Addresses that lead to others, which may be anything.
_TRANSLATED = [
    ipaddress.ip_network(one)
    for one in (
        "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "::ffff:0:0:0/96",
        "192.88.99.0/24",
    )
]  # fmt: skip


class Forbidden(Unreadable):
    """A site forbids to fetch an address, or has nothing there."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address holds."""

    address: str
    """Where it was found in the end."""
    kind: str
    """Its media type, in lower case; "" where the server names none."""
    content: bytes
    """What it holds; a text in an encoding that the server names comes as UTF-8."""
    fresh: dict[str, str] = field(default_factory=dict)
    """Headers for the next time, with which the server tells whether it has changed."""


class Fetcher:
    """Fetches addresses one at a time; remembers what hosts allow robots."""

    def __init__(self, settings: ReadingSettings) -> None:
        self._settings = settings
        self._rules: dict[str, Protego] = {}

    def fetch(self, address: str, fresh: dict[str, str] | None = None) -> Fetched | None:
        """What an address holds; None where that has not changed since ``fresh`` was given.

        Raises:
            Unreadable: it must not be fetched, cannot be, or not in time; or it is too much.
        """
        if not self._settings.fetch:
            raise Unreadable("fetching is switched off (setting reading.fetch)")
        found: queue.Queue[Fetched | Unreadable | None] = queue.Queue()

        def run() -> None:
            found.put(asyncio.run(self._in_time(address, fresh or {})))

        # Whoever calls may have a loop running; and a host whose name is not found in time is left.
        threading.Thread(target=run, name="fetch", daemon=True).start()
        try:
            told = found.get(timeout=_SECONDS + 1)
        except queue.Empty:
            told = _late()
        if isinstance(told, Unreadable):
            raise told
        return told

    async def _in_time(self, address: str, fresh: dict[str, str]) -> Fetched | Unreadable | None:
        """What is found, or why nothing is: nothing that a stranger sends may raise."""
        try:
            async with asyncio.timeout(_SECONDS):
                return await self._followed(_checked(address), fresh)
        except Unreadable as reason:
            return reason
        except TimeoutError:
            return _late()
        except Exception as error:  # noqa: BLE001 - of httpx and below it, of many kinds
            return Unreadable(f"cannot be fetched: {type(error).__name__}")

    async def _followed(self, url: httpx.URL, fresh: dict[str, str]) -> Fetched | None:
        for _ in range(_MOST_REDIRECTS + 1):
            await self._check_robots(url)
            status, headers, content = await self._get(url, fresh, _MOST_BYTES)
            if status == httpx.codes.NOT_MODIFIED:
                return None
            if (moved := _moved(url, status, headers)) is not None:
                url = moved
            elif status in (401, 403, 404, 410, 451):
                raise Forbidden(f"the server answers {status}")
            elif status == httpx.codes.OK:
                return _made(str(url), headers, content)
            else:
                raise Unreadable(f"the server answers {status}")
        raise Unreadable("it is redirected too often")

    async def _check_robots(self, url: httpx.URL) -> None:
        """Look whether a host lets robots read an address (RFC 9309).

        Raises:
            Forbidden: it does not.
        """
        host = f"{url.scheme}://{url.netloc.decode('ascii')}"
        if host not in self._rules:
            self._rules[host] = await self._rules_of(httpx.URL(f"{host}/robots.txt"))
        if not self._rules[host].can_fetch(str(url), _ROBOT):
            raise Forbidden("the site's robots.txt does not allow it")

    async def _rules_of(self, url: httpx.URL) -> Protego:
        for _ in range(_MOST_REDIRECTS + 1):
            status, headers, content = await self._get(url, {}, _MOST_RULES)
            moved = _moved(url, status, headers)
            if moved is None:
                break
            url = moved
        refused = status >= httpx.codes.INTERNAL_SERVER_ERROR
        told = "User-agent: *\nDisallow: /" if refused else content.decode("utf-8", "replace")
        return Protego.parse(told)

    async def _get(
        self, url: httpx.URL, fresh: dict[str, str], most: int
    ) -> tuple[int, httpx.Headers, bytes]:
        """Status, headers and content of one request, to an address that was looked at."""
        numbers = await asyncio.to_thread(self._numbers, url)
        headers = {
            **fresh,
            "host": url.netloc.decode("ascii"),
            "user-agent": f"{_ROBOT}/{version('onrecord')} (reads what its user names)",
            "accept-encoding": "gzip",
            "accept": "text/html, application/xhtml+xml, application/xml, */*;q=0.5",
        }
        # A proxy of the environment would connect to whatever it finds: it is not asked.
        async with httpx.AsyncClient(trust_env=False, timeout=_SECONDS) as client:
            request = client.build_request("GET", url.copy_with(host=numbers), headers=headers)
            request.extensions["sni_hostname"] = url.host
            answer = await client.send(request, stream=True)
            content = b""
            if answer.status_code == httpx.codes.OK:
                async for part in answer.aiter_raw(65_536):
                    content += part
                    if len(content) > most:
                        raise Unreadable(f"more than {most / 1e6:g} MB")
                content = unpacked_body(content, answer.headers.get("content-encoding", ""), most)
            return answer.status_code, answer.headers, content

    def _numbers(self, url: httpx.URL) -> str:
        """The first address of a host, all of which must be public.

        Raises:
            Unreadable: it has none, or one that is not.
        """
        try:
            found = socket.getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise Unreadable(f"there is no host {url.host}") from None
        numbers = [str(one[4][0]) for one in found]
        allowed = url.host in self._settings.private_hosts
        if not (allowed or all(map(_is_public, numbers))):
            raise Unreadable(
                f"{url.host} is on a private network (setting reading.private_hosts allows hosts)"
            )
        return numbers[0]


def _checked(address: str) -> httpx.URL:
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError):
        raise Unreadable("no address of a web page") from None
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise Unreadable("no address of a web page")
    return url


def _is_public(number: str) -> bool:
    """Whether an address is one that everybody reaches."""
    address = ipaddress.ip_address(number.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        return bool(mapped.is_global)
    translated = any(address in network for network in _TRANSLATED)
    local = address.is_multicast or getattr(address, "is_site_local", False)
    return address.is_global and not local and not translated


def _late() -> Unreadable:
    return Unreadable(f"not answered within {_SECONDS:.0f} seconds")


def _moved(url: httpx.URL, status: int, headers: httpx.Headers) -> httpx.URL | None:
    """Where an answer leads; None where it leads nowhere."""
    if status not in (301, 302, 303, 307, 308) or "location" not in headers:
        return None
    return _checked(str(url.join(headers["location"])))


def _made(address: str, headers: httpx.Headers, content: bytes) -> Fetched:
    kind, text = as_stated(content, headers.get("content-type", ""))
    known = {"if-none-match": "etag", "if-modified-since": "last-modified"}
    fresh = {name: headers[given] for name, given in known.items() if given in headers}
    return Fetched(address, kind, text, fresh)
