"""The addresses of one story: http or https, www. or not, for telephones, with trackers."""

from __future__ import annotations

import re
from itertools import product
from urllib.parse import urlsplit, urlunsplit

_TRACKING = re.compile(
    r"(?:utm_\w+|at_\w+|ns_\w+|fbclid|gclid|dclid|msclkid|twclid|yclid|igshid|igsh|mc_[ce]id|_ga"
    r"|cmpid|ref_src|ref_url|smid|smtyp|xtor|wt\.mc_id|guccounter|amp|outputtype)(?:=|$)",
    re.IGNORECASE,
)
_HOST = re.compile(r"^(?:www\d?|m|mobile|amp)\.(?=[^.]+\.)")
_AMP = re.compile(r"/amp/?$|\.amp(?=\.html?$|$)|^/amp(?=/.)", re.IGNORECASE)


def is_address(text: str) -> bool:
    """Whether a text is the address of something on the web."""
    return text.lower().startswith(("http://", "https://"))


def canonical(url: str) -> str:
    """The one form of a story's address: https, without www., m., amp, trackers, final slash.

    And without its fragment, unless that is a route of the page's own script.
    """
    parts = urlsplit(url.strip())
    host = _HOST.sub("", parts.netloc.lower())
    path = _AMP.sub("", parts.path).rstrip("/")
    kept = [part for part in parts.query.split("&") if not _TRACKING.match(part)]
    route = parts.fragment if parts.fragment.startswith(("!", "/")) else ""
    return urlunsplit(("https", host, path, "&".join(kept), route))


def forms(address: str) -> list[str]:
    """The forms under which archives of earlier versions may have a canonical address."""
    parts = urlsplit(address)
    hosts, paths = (parts.netloc, f"www.{parts.netloc}"), (parts.path, f"{parts.path}/")
    each = product(("https", "http"), hosts, paths)
    return [
        urlunsplit((scheme, host, path, parts.query, parts.fragment)) for scheme, host, path in each
    ]
