"""Pages and feeds fetched from the web, for somebody who named their address.

Nothing on a private network can be reached: the addresses of a host are looked at before it is
connected to, again at each redirect, and the connection goes to the address that was looked at (a
name that resolves to another one a moment later is no way in).
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.message import Message
from importlib.metadata import version
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import httpx

from assistant.reading.articles import Unreadable
from assistant.settings import ReadingSettings

_SECONDS = 10.0  # for one address, its redirects and robots.txt included
_MOST_BYTES = 10_000_000  # of what it holds, unpacked
_MOST_REDIRECTS = 5
_MOST_RULES = 500_000  # bytes of robots.txt
_ROBOT = "OnRecord"
_BOM = b"\xef\xbb\xbf"
# Addresses of IPv6 that lead to ones of IPv4, which may be anything.
_TRANSLATED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16",
                                               "2001::/32")))  # fmt: skip


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
        self._rules: dict[str, RobotFileParser] = {}

    def fetch(self, address: str, fresh: dict[str, str] | None = None) -> Fetched | None:
        """What an address holds; None where that has not changed since ``fresh`` was given.

        Raises:
            Unreadable: it must not be fetched, cannot be, or not in time; or it is too much.
        """
        if not self._settings.fetch:
            raise Unreadable("fetching is switched off (setting reading.fetch)")
        with ThreadPoolExecutor(1, "fetch") as pool:  # whoever calls may have a loop running
            return pool.submit(asyncio.run, self._in_time(address, fresh or {})).result()

    async def _in_time(self, address: str, fresh: dict[str, str]) -> Fetched | None:
        try:
            async with asyncio.timeout(_SECONDS):
                return await self._followed(address, fresh)
        except TimeoutError:
            raise Unreadable(f"not answered within {_SECONDS:.0f} seconds") from None
        except httpx.HTTPError as error:
            raise Unreadable(f"cannot be fetched: {type(error).__name__}") from None

    async def _followed(self, address: str, fresh: dict[str, str]) -> Fetched | None:
        for _ in range(_MOST_REDIRECTS + 1):
            await self._check_robots(address)
            status, headers, content = await self._get(address, fresh, _MOST_BYTES)
            if status == httpx.codes.NOT_MODIFIED:
                return None
            if status in (301, 302, 303, 307, 308) and "location" in headers:
                address = urljoin(address, headers["location"])
            elif status == httpx.codes.OK:
                return _made(address, headers, content)
            else:
                raise Unreadable(f"the server answers {status}")
        raise Unreadable("it is redirected too often")

    async def _check_robots(self, address: str) -> None:
        """Look whether a host lets robots read an address (RFC 9309).

        Raises:
            Unreadable: it does not.
        """
        parts = urlsplit(address)
        host = f"{parts.scheme}://{parts.netloc}"
        if host not in self._rules:
            self._rules[host] = await self._rules_of(f"{host}/robots.txt")
        if not self._rules[host].can_fetch(_ROBOT, address):
            raise Unreadable("the site's robots.txt does not allow it")

    async def _rules_of(self, address: str) -> RobotFileParser:
        status, _, content = await self._get(address, {}, _MOST_RULES)
        lines = content.decode("utf-8", "replace").splitlines()
        if status >= httpx.codes.INTERNAL_SERVER_ERROR:
            lines = ["User-agent: *", "Disallow: /"]
        rules = RobotFileParser()
        rules.parse(lines)
        return rules

    async def _get(
        self, address: str, fresh: dict[str, str], most: int
    ) -> tuple[int, httpx.Headers, bytes]:
        """Status, headers and content of one request, to an address that was looked at."""
        url = _checked(address)
        numbers = await asyncio.to_thread(self._numbers, url)
        headers = {
            **fresh,
            "host": url.netloc.decode("ascii"),
            "user-agent": f"{_ROBOT}/{version('onrecord')} (reads what its user names)",
            "accept": "text/html, application/xhtml+xml, application/xml, */*;q=0.5",
        }
        # A proxy of the environment would connect to whatever it finds: it is not asked.
        async with httpx.AsyncClient(trust_env=False, timeout=_SECONDS) as client:
            request = client.build_request("GET", url.copy_with(host=numbers), headers=headers)
            request.extensions["sni_hostname"] = url.host
            answer = await client.send(request, stream=True)
            content = b""
            if answer.status_code == httpx.codes.OK:
                async for part in answer.aiter_bytes(65_536):
                    content += part
                    if len(content) > most:
                        raise Unreadable(f"more than {most / 1e6:g} MB")
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
    return address.is_global and not address.is_multicast and not translated


def _made(address: str, headers: httpx.Headers, content: bytes) -> Fetched:
    stated = Message()
    stated["content-type"] = headers.get("content-type", "")
    charset = stated.get_content_charset("")
    kind = stated.get_content_type() if headers.get("content-type") else ""
    marked = content.startswith((_BOM, b"\xff\xfe", b"\xfe\xff"))
    if charset and not marked and (kind.startswith("text/") or "xml" in kind):
        with contextlib.suppress(LookupError, UnicodeDecodeError):  # the page may say better
            content = _BOM + content.decode(charset).encode()
    known = {"if-none-match": "etag", "if-modified-since": "last-modified"}
    fresh = {name: headers[given] for name, given in known.items() if given in headers}
    return Fetched(address, kind, content, fresh)
