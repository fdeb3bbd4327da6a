"""The server: listens, announces itself, and waits for nobody for ever."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from assistant.errors import SettingsError
from assistant.settings import ServeSettings

_PATIENCE = 2  # seconds that answers on their way have when the server is stopped
_HEAD = 10.0  # seconds that a client has to send the head of a request
_BODY, _READING = 30.0, 60.0  # seconds in which it sends nothing of a body, or takes nothing in
_FILES = 120  # open files that are not for connections
_LEAST, _MOST = 32, 1000  # connections, where more files may be open


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens.

    Raises:
        SettingsError: the port is taken, or there is no such address here.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen()
        except OSError as error:
            raise SettingsError(
                f"Cannot listen on {host}:{port}: {error.strerror}.", "Choose another --port."
            ) from None
        yield listener


def run(
    app: FastAPI,
    listener: socket.socket,
    settings: ServeSettings,
    open_page: bool,
    announce: Callable[[str], None],
) -> None:
    """Serve until interrupted; announces the address once the page answers."""
    host, port = listener.getsockname()[:2]
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    config = uvicorn.Config(
        app,
        http=Connection,
        log_level="warning",
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=settings.proxies or "",
        timeout_graceful_shutdown=_PATIENCE,  # open pages keep a connection for good
    )
    _Announcing(config, address, open_page, announce).run(sockets=[listener])


class Connection(H11Protocol):
    """An HTTP connection whose client has to send what it asks, and take what it gets, in time.

    Where too many are open, the one that has been waited for longest is closed, so that clients
    that send half a request keep nobody out ("slow loris").
    """

    _waited_for: ClassVar[dict[Connection, None]] = {}  # the longest first
    _timer: asyncio.TimerHandle | None = None
    _awaited: Any = None  # the kind of thing that the timer runs for
    _upgraded = False

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a request."""
        super().connection_made(transport)
        others = [one for one in self._waited_for if one is not self]
        for one in others[: max(0, len(self.connections) - most_connections())]:
            one._give_up()
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take in what came, and wait for the rest, if there is any."""
        super().data_received(data)
        self._wait()

    def handle_websocket_upgrade(self, event: Any) -> None:
        """Hand the connection over."""
        self._upgraded = True
        self._done()
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        """Wait for the next request, which uvicorn does for some seconds."""
        super().on_response_complete()
        self._wait()

    def pause_writing(self) -> None:
        """The client takes nothing in: that, too, is waited for."""
        super().pause_writing()
        self._begin("reading", _READING)

    def resume_writing(self) -> None:
        """It does again."""
        super().resume_writing()
        self._done()
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._done()
        super().connection_lost(exc)

    def _wait(self) -> None:
        """Wait for what is missing of a request: its head in all, its body as long as it comes."""
        state = self.conn.their_state
        if self._awaited == "reading":
            return
        if self._upgraded or state not in (h11.IDLE, h11.SEND_BODY):
            self._done()
        elif state is h11.SEND_BODY:
            self._begin(state, _BODY)
        elif self._awaited is not state:
            self._begin(state, _HEAD)

    def _begin(self, awaited: Any, seconds: float) -> None:
        self._done()
        self._awaited = awaited
        self._timer = self.loop.call_later(seconds, self._give_up)
        self._waited_for[self] = None

    def _done(self) -> None:
        self._waited_for.pop(self, None)
        if self._timer:
            self._timer.cancel()
        self._timer = self._awaited = None

    def _give_up(self) -> None:
        """Close the connection; what is still being sent goes first, unless nobody takes it."""
        reading = self._awaited == "reading"
        self._done()
        self.connections.discard(self)
        with contextlib.suppress(RuntimeError):  # closed already
            if reading or not self.transport.get_write_buffer_size():
                self.transport.abort()
            else:
                self.transport.close()


def most_connections() -> int:
    """How many connections may be open at once, by the files that this process may open."""
    if sys.platform == "win32":
        return _MOST
    import resource

    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return min(_MOST, max(_LEAST, files - _FILES))


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
