"""``chroma run`` on a free port of loopback."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_COMMAND = Path(sys.executable).with_name("chroma")
_PATIENCE = 60.0  # seconds until it answers


def free_port() -> int:
    """A port of loopback where nobody listens."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@contextmanager
def run_chroma(folder: Path, port: int | None = None) -> Iterator[str]:
    """A Chroma server that keeps its collections in a folder; its address."""
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    command = [_COMMAND, "run", "--path", folder, "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait_for(f"{url}/api/v2/heartbeat")
        yield url
    finally:
        server.kill()
        server.wait()


def _wait_for(address: str) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            urllib.request.urlopen(address, timeout=1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return
