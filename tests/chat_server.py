"""A server of our own on loopback that speaks as OpenAI's does, and fails as one may."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class ChatServer:
    """Answers chat completions with ``reply``; what else it does is set by its fields."""

    def __init__(self) -> None:
        self.reply = "supported"
        self.statuses: list[int] = []  # of the next requests; then 200
        self.wait = 0.0  # seconds before the first byte
        self.pause = 0.0  # seconds between pieces
        self.dies_after: int | None = None  # pieces, then the connection is dropped
        self.seen: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.sent = 0  # pieces of the last reply that went out
        self.cut = threading.Event()  # the client hung up
        self.url = ""


@contextmanager
def chat_server() -> Iterator[ChatServer]:
    """A server in a thread, for as long as the block runs."""
    state = ChatServer()
    handler = type("Handler", (_Handler,), {"state": state})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as served:
        served.daemon_threads = True
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        state.url = f"http://127.0.0.1:{served.server_port}/v1"
        try:
            yield state
        finally:
            served.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: ChatServer

    def do_POST(self) -> None:
        state = self.state
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        state.seen.append(body)
        state.keys.append(str(self.headers["Authorization"]))
        time.sleep(state.wait)
        status = state.statuses.pop(0) if state.statuses else 200
        if status != 200:
            said = f"wrong: {self.headers['Authorization']}"  # as some servers do
            self._send(status, {"error": {"message": said}})
        elif body.get("stream"):
            self._stream(body["model"])
        elif state.dies_after is not None:
            self._drop()
        else:
            self._send(200, _whole(body["model"], state.reply))

    def _send(self, status: int, answer: dict[str, Any]) -> None:
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, model: str) -> None:
        state = self.state
        self.close_connection = True
        if state.dies_after == 0:
            self._drop()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        state.sent = 0
        try:
            for piece in _pieces(state.reply):
                if state.sent == state.dies_after:
                    self._drop()
                    return
                self._event(_delta(model, {"role": "assistant", "content": piece}))
                state.sent += 1
                time.sleep(state.pause)
            self._event(_delta(model, {}, "stop"))
            self._event(_delta(model, None) | {"usage": _USAGE})
            self._chunk(b"data: [DONE]\n\n")
            self._chunk(b"")
        except OSError:
            state.cut.set()

    def _drop(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _event(self, event: dict[str, Any]) -> None:
        self._chunk(f"data: {json.dumps(event)}\n\n".encode())

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def log_message(self, *_: Any) -> None:
        pass


_USAGE = {"prompt_tokens": 12, "completion_tokens": 1, "total_tokens": 13}


def _pieces(reply: str) -> list[str]:
    return [reply[start : start + 4] for start in range(0, len(reply), 4)]


def _whole(model: str, reply: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": reply}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    head = {"id": "1", "object": "chat.completion", "created": 0, "model": model}
    return {**head, "choices": [choice], "usage": _USAGE}


def _delta(model: str, delta: dict[str, Any] | None, end: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": end}
    head = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": model}
    return {**head, "choices": [] if delta is None else [choice]}
