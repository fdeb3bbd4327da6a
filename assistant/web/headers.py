"""Security headers of every response: Content-Security-Policy and the like.

A page may load and run this app's own files only, nothing inline.
"""

from __future__ import annotations

from starlette.types import Message, Send

_ICON = "g1bHISw0wC5zPcnfBxdUydnwBkCuBpNPwannoyMIG3M="  # a style in an icon of Gradio's

HEADERS = {
    "content-security-policy": (
        "default-src 'self'; script-src 'self';"
        f" style-src 'self' 'sha256-{_ICON}';"
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


def with_headers(send: Send) -> Send:
    """What sends a response with ``HEADERS`` added to its own."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            message["headers"] = [*message.get("headers", []), *headers]
        await send(message)

    return sending
