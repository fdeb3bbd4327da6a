"""No connection but loopback, through import, ingest, ask, evaluate and serve."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

pytestmark = pytest.mark.slow

GUARDED = """
import sys

def guard(event, arguments):
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else address
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if not (host is None or host in ("localhost", "::1") or host.startswith(("127.", "/"))):
        print("CONNECTS TO", event, host, flush=True)

sys.addaudithook(guard)

import _thread, json, threading, urllib.request
from pathlib import Path
import assistant
from assistant import Assistant
from assistant.evaluation import compare, read_suite, run_suite
from assistant.resources import folder
from assistant.web import app, server

with Assistant.open(sys.argv[1]) as opened:
    articles = sorted(folder("corpus").glob("2026-0[12]*.md"))
    print(opened.add(articles).added, "added")
    print(opened.ask("what did the MEA say about Naqvi's claims").text[:15])
    opened.as_runnable().invoke("who called the ferry strike?")
    opened.as_retriever().invoke("who called the ferry strike?")

    suite = Path(sys.argv[1]).parent / "suite.jsonl"
    suite.write_text(json.dumps({
        "id": "q", "question": "what did the MEA say about Naqvi's claims",
        "articles": ["or-0001"], "answer": "baseless", "must_include": ["baseless"],
    }))
    run = run_suite(read_suite(suite), opened, suite.parent / "run")
    print(len(compare(run, run)), "compared")

    def visit(address):
        try:
            with urllib.request.urlopen(address) as page:
                print("page", page.status, flush=True)
        finally:
            _thread.interrupt_main()

    def announced(address):
        threading.Thread(target=visit, args=(address,), daemon=True).start()

    try:
        with server.listening("127.0.0.1", 0) as listener:
            server.run(app.create_app(opened), listener, opened.settings.serve, False, announced)
    except KeyboardInterrupt:
        pass
print("end")
"""


def test_nothing_leaves_the_machine(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", GUARDED, str(tmp_path / "archive")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=300,
    )
    assert "CONNECTS TO" not in done.stdout
    assert "Randhir Jaiswal" in done.stdout, done.stderr
    assert "compared" in done.stdout, done.stderr
    assert "page 200" in done.stdout, done.stderr
    assert "end" in done.stdout, done.stderr
