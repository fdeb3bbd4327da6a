"""What a hostile test found, and variants of the same kinds: nothing lost, nobody in."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from fastapi.testclient import TestClient
from newsroom import client_of
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from assistant import Article, Assistant
from assistant.archive import index
from assistant.archive.catalog import Catalog
from assistant.archive.vectors import VectorIndex
from assistant.errors import ArchiveDamaged, ArchiveError, SettingsError
from assistant.settings import ServeSettings, load
from assistant.testing import HashEmbeddings, sample_articles
from assistant.types import StageEvent
from assistant.web.users import Users, set_password

if TYPE_CHECKING:
    from assistant.web.site import Site

PASSWORD = "a long password"


def site_over(assistant: Assistant) -> Site:
    """The newsroom over an archive."""
    from assistant.web.site import open_site

    return open_site(assistant)


def test_people_added_at_once_are_all_in_the_file_and_comments_stay(tmp_path: Path) -> None:
    file = tmp_path / "users.txt"
    file.write_text("# the night\u2028desk of Jürgen\n", encoding="utf-8")
    names = [f"user{n}" for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: set_password(file, name, PASSWORD), names))
    set_password(file, "user3", "another password")
    lines = file.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    assert lines[0] == "# the night\u2028desk of Jürgen"
    assert sorted(line.partition(":")[0] for line in lines[1:]) == names
    assert Users(file).is_known("user3", "another password", "127.0.0.1")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("password", ["\udcff\udcfe of the house", "\ud800" * 12])
def test_a_password_that_is_no_text_is_refused_in_words(tmp_path: Path, password: str) -> None:
    with pytest.raises(SettingsError, match="UTF-8"):
        set_password(tmp_path / "users.txt", "anna", password)


def test_a_file_of_users_in_no_folder_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be written"):
        set_password(tmp_path / "nowhere" / "users.txt", "anna", PASSWORD)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RETRIEVAL__HITS", "1" + "0" * 26),
        ("MODELS__THREADS", "100000000000"),
        ("ANSWER__TIMEOUT", "inf"),
        ("ANSWER__RETRIES", "9" * 30),
        ("READING__MAX_CHARACTERS", "1e40"),
    ],
)
def test_a_setting_out_of_all_bounds_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"ASSISTANT_{name}", value)
    with pytest.raises(SettingsError, match=name.lower().replace("__", ".")):
        load()


@pytest.mark.parametrize(
    "environment",
    [
        {"ASSISTANT_ANSWER__KEY": "k"},
        {"assistant_answer__key": "k"},
        {"ASSISTANT_ANSWER": '{"key": "k"}'},
    ],
)
def test_a_file_does_not_say_where_a_key_of_the_environment_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    (tmp_path / "assistant.toml").write_text('[answer]\nbase_url = "http://thief.example"\n')
    monkeypatch.chdir(tmp_path)
    assert load().answer.base_url == "http://thief.example"
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match="a key that would go there"):
        load()
    monkeypatch.setenv("ASSISTANT_ANSWER__BASE_URL", "http://own.example")
    assert load().answer.base_url == "http://own.example"


@pytest.mark.parametrize("existing", [True, False])
def test_files_of_an_archive_are_its_owners_alone(tmp_path: Path, existing: bool) -> None:
    before = os.umask(0o022)
    try:
        archive = tmp_path / "archive"
        if existing:  # somebody's own folder, which stays as it is
            archive.mkdir()
        with Assistant.open(archive, embedder=HashEmbeddings()) as assistant:
            assistant.add(sample_articles(2))
            site_over(assistant).conversations.close()
            assistant.archive.derive(["Who?"], assistant.archive.generation)
        made = {file.name: stat.S_IMODE(file.stat().st_mode) for file in archive.iterdir()}
        assert made.pop("index-1") == made.pop("vectors-1") == 0o700
        assert {mode for name, mode in made.items() if not name.endswith(".lock")} == {0o600}
        assert {"catalog.sqlite3", "conversations.sqlite3", "derived.json"} <= made.keys()
        if not existing:
            assert stat.S_IMODE(archive.stat().st_mode) == 0o700
    finally:
        os.umask(before)


@pytest.mark.parametrize("damage", ["bytes", "folder"])
def test_a_marker_that_cannot_be_read_counts_as_none(tmp_path: Path, damage: str) -> None:
    archive = tmp_path / "archive"
    with Assistant.open(archive, embedder=HashEmbeddings()) as assistant:
        assistant.add(sample_articles(3))
    marker = archive / "index.marker"
    if damage == "bytes":
        marker.write_bytes(marker.read_bytes() + b"\xff\xfe")
    else:
        marker.unlink()
        (marker / "within").mkdir(parents=True)
    with Assistant.open(archive, embedder=HashEmbeddings()) as assistant:
        assert assistant.search("the ferry strike")
        assistant.add(sample_articles(4))
        assert assistant.archive.coverage().articles == 4
    assert marker.is_file()


@pytest.mark.slow
def test_a_second_handle_in_a_process_drops_no_lock(tmp_path: Path) -> None:
    """What one process commits through an older handle outlives the end of another's."""
    archive = kept_in(tmp_path, 2)
    code = (
        "import os, sys, time\n"
        "from assistant import Assistant\n"
        "from assistant.testing import HashEmbeddings, sample_articles\n"
        "first = Assistant.open(sys.argv[1], embedder=HashEmbeddings())\n"
        "second = Assistant.open(sys.argv[1], embedder=HashEmbeddings())\n"
        "print('open', flush=True); sys.stdin.readline()\n"
        "first.add(sample_articles(3))\n"
        "os._exit(0)"
    )
    command = [sys.executable, "-c", code, str(archive)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdin is not None
        assert writer.stdout.readline() == "open\n"
        Assistant.open(archive, embedder=HashEmbeddings()).close()
        writer.stdin.write("\n")
        writer.stdin.flush()
        writer.wait(60)
    with Assistant.open(archive, embedder=HashEmbeddings()) as assistant:
        assert assistant.archive.coverage().articles == 3


@pytest.mark.slow
def test_a_writer_that_came_to_no_end_is_looked_after_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = kept_in(tmp_path, 2)
    marker = archive / "catalog.marker"
    marker.write_text('{"articles": 2, "closed": false}')
    looked = []
    monkeypatch.setattr(Catalog, "fault", lambda _: looked.append(1) or "")
    for _ in range(3):
        Assistant.open(archive, embedder=HashEmbeddings()).close()
    assert looked == [1]


def kept_in(folder: Path, count: int = 30) -> Path:
    """An archive of so many articles, its last writer's process ended without closing it."""
    code = (
        "import os, sys\n"
        "from assistant import Assistant\n"
        "from assistant.testing import HashEmbeddings, sample_articles\n"
        "assistant = Assistant.open(sys.argv[1], embedder=HashEmbeddings())\n"
        "assistant.add(sample_articles(int(sys.argv[2])))\n"
        "os._exit(0)"
    )
    archive = folder / "archive"
    subprocess.run([sys.executable, "-c", code, str(archive), str(count)], check=True)
    return archive


def _cut(catalog: Path, wal: Path) -> None:
    catalog.write_bytes(b"")
    wal.unlink(missing_ok=True)


def _lose_journal(catalog: Path, wal: Path) -> None:
    wal.unlink()


def _halve_journal(catalog: Path, wal: Path) -> None:
    wal.write_bytes(wal.read_bytes()[: wal.stat().st_size // 2])


def _damage_journal(catalog: Path, wal: Path) -> None:
    held = bytearray(wal.read_bytes())
    held[100:140] = bytes(40)
    wal.write_bytes(held)


def _flip_header(catalog: Path, wal: Path) -> None:
    held = bytearray(catalog.read_bytes())
    held[20] ^= 0xFF
    catalog.write_bytes(held)
    wal.unlink(missing_ok=True)


DAMAGES = [_cut, _lose_journal, _halve_journal, _damage_journal, _flip_header]


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda one: one.__name__.strip("_"))
def test_a_catalog_that_lost_something_is_damaged_and_nothing_is_built_from_it(
    tmp_path: Path, damage: Callable[[Path, Path], None]
) -> None:
    archive = kept_in(tmp_path)
    catalog = archive / "catalog.sqlite3"
    index = sorted(archive.glob("index-*"))
    damage(catalog, archive / "catalog.sqlite3-wal")
    for _ in range(2):
        with pytest.raises(ArchiveError) as told:
            Assistant.open(archive, embedder=HashEmbeddings())
        assert told.value.hint
    assert sorted(archive.glob("index-*")) == index


@pytest.mark.slow
def test_to_go_on_with_what_is_left_its_marker_is_deleted(tmp_path: Path) -> None:
    archive = kept_in(tmp_path)
    _lose_journal(archive / "catalog.sqlite3", archive / "catalog.sqlite3-wal")
    with pytest.raises(ArchiveDamaged, match="it held 30"):
        Assistant.open(archive, embedder=HashEmbeddings())
    (archive / "catalog.marker").unlink()
    with Assistant.open(archive, embedder=HashEmbeddings()) as assistant:
        left = assistant.archive.coverage().articles
        assert left < 30
        assistant.archive.rebuild()
        assert assistant.archive.health() == "sound"


def test_removing_articles_is_no_damage(tmp_path: Path) -> None:
    archive = kept_in(tmp_path)
    with Assistant.open(archive, embedder=HashEmbeddings()) as assistant:
        assert assistant.remove([f"sample-{n}" for n in range(20)]) == 20
    with Assistant.open(archive, embedder=HashEmbeddings()) as assistant:
        assert assistant.archive.coverage().articles == 10
        assert assistant.archive.faults() == []


def test_a_text_that_is_not_as_stored_is_named(tmp_path: Path) -> None:
    archive = kept_in(tmp_path)
    with Assistant.open(archive, embedder=HashEmbeddings()) as assistant:
        assistant.archive.rebuild()
    catalog = sqlite3.connect(archive / "catalog.sqlite3")
    catalog.execute("UPDATE article SET text = replace(text, 'a', 'e') WHERE id = 'sample-3'")
    catalog.commit()
    catalog.close()
    with Assistant.open(archive, embedder=HashEmbeddings()) as assistant:
        assert assistant.archive.faults() == ["sample-3 is not as it was stored"]


@pytest.mark.slow
def test_bytes_of_the_index_that_are_flipped_at_the_same_time_are_found(tmp_path: Path) -> None:
    archive = kept_in(tmp_path)
    with Assistant.open(archive, embedder=HashEmbeddings()) as assistant:
        assert assistant.search("harbour3")
    files = [one for one in (archive / "index-1").rglob("*") if one.suffix in (".bin", ".sqlite3")]
    assert files
    for file in files:
        held, status = bytearray(file.read_bytes()), file.stat()
        for place in range(0, len(held), max(1, len(held) // 20)):
            held[place] ^= 0xFF
        file.write_bytes(held)
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    with Assistant.open(archive, embedder=HashEmbeddings()) as assistant:
        assert [hit.passage.article.id for hit in assistant.search("harbour3")][:1] == ["sample-3"]
        assert assistant.archive.health() == "sound"


def test_hundreds_of_texts_that_are_nearly_the_same_are_no_damage(tmp_path: Path) -> None:
    same = "The harbour of {0} has been closed since Monday because of the storm, its master said."
    with Assistant.open(tmp_path / "a", embedder=HashEmbeddings()) as assistant:
        assistant.add([Article(f"same-{n}", same.format(f"Sond {n % 7}")) for n in range(300)])
        assert assistant.archive.health() == "sound"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("newsroom")
    with Assistant.open(folder / "archive", embedder=HashEmbeddings()) as assistant:
        assistant.add(sample_articles(3))
        site = site_over(assistant)
        yield client_of(site)
        site.conversations.close()


@pytest.mark.parametrize(
    "body",
    [
        {"question": "who?", "filters": {"speakers": [f"Speaker {n}" for n in range(900)]}},
        {"question": "who?", "filters": {"speakers": [f"Speaker {n}" for n in range(99)]}},
        {"question": "who?", "filters": {"outlets": [f"Outlet {n}" for n in range(2000)]}},
        {"question": "who?", "filters": {"exclude": ["x\ud800"]}},
        {"question": "who?", "history": [{"question": "\udfff", "answer": ""}]},
        {"question": "\ud800 who?"},
    ],
)
def test_odd_questions_are_answered_or_refused_in_words(
    client: TestClient, body: dict[str, object]
) -> None:
    sent = client.post(
        "/api/ask", content=json.dumps(body), headers={"content-type": "application/json"}
    )
    assert sent.status_code in (200, 400, 422)
    assert sent.json()


@pytest.mark.parametrize("origin", ["http://[::1", "http://[", "//", "null"])
def test_an_origin_that_is_no_address_is_another_site(client: TestClient, origin: str) -> None:
    sent = client.post("/api/ask", json={"question": "who?"}, headers={"origin": origin})
    assert sent.status_code == 403


@pytest.mark.parametrize(
    "path",
    ["upload", "upload_progress?upload_id=1", "file=/etc/passwd", "file/etc/passwd",
     "proxy=http://127.0.0.1/", "stream/1", "component_server", "dev/reload", "process_recording",
     "deep_link", "vibe-edit", "runs"],
)  # fmt: skip
def test_gradio_takes_and_gives_no_files(whole: TestClient, path: str) -> None:
    for method in ("GET", "POST"):
        sent = whole.request(method, f"/gradio_api/{path}", headers={"origin": "http://127.0.0.1"})
        assert sent.status_code == 404


@pytest.mark.parametrize(
    "path",
    "theme.css info startup-events queue/join queue/data heartbeat/x cancel".split(),
)
def test_what_the_conversation_needs_of_gradio_is_there(whole: TestClient, path: str) -> None:
    assert whole.get(f"/gradio_api/{path}").text == "taken"


@pytest.fixture
def whole() -> TestClient:
    """The guard before an app that answers everything, as Gradio might."""
    from assistant.web.guard import Guard

    async def answers(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("taken")(scope, receive, send)

    guarded = Guard(answers, ServeSettings(), None, "")
    return TestClient(guarded, base_url="http://127.0.0.1")


@pytest.mark.parametrize("page", ["sheet", "base", "article", "signin"])
def test_templates_are_not_served(client: TestClient, page: str) -> None:
    assert client.get(f"/pages/{page}.html").status_code == 404
    assert client.get("/pages/page.css").status_code == 200


@pytest.mark.slow
def test_a_taken_port_is_refused_in_words(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "assistant", "serve", "--archive", str(tmp_path / "a"),
                   "--port", port]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert f"Cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr


SERVED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))
from fastapi import FastAPI, Request
from assistant.settings import ServeSettings
from assistant.web import server

server._HEAD = server._BODY = float(sys.argv[1])
app = FastAPI()
app.get("/health")(lambda: "well")

@app.post("/take")
async def take(request: Request):
    return len(await request.body())

with server.listening("127.0.0.1", 0) as listener:
    server.run(app, listener, ServeSettings(), False, lambda at: print(at, flush=True))
"""
HALVES = {
    "head": b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    "body": b"POST /take HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nx",
    "nothing": b"",
}


@pytest.mark.parametrize("seconds", ["1", "60"])
@pytest.mark.parametrize("half", HALVES)
def test_half_sent_requests_keep_nobody_out(seconds: str, half: str) -> None:
    """By time, where they are few for the files that may be open; else the oldest make room."""
    count = 60 if seconds == "1" else 400
    with subprocess.Popen(
        [sys.executable, "-c", SERVED, seconds], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        host, _, port = server.stdout.readline().strip().removeprefix("http://").partition(":")
        open_ones = []
        try:
            for _ in range(count):
                one = socket.create_connection((host, int(port)), timeout=10)
                one.sendall(HALVES[half])
                open_ones.append(one)
            with socket.create_connection((host, int(port)), timeout=10) as whole:
                whole.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert b"200 OK" in whole.recv(200)
            if seconds == "1":
                time.sleep(1.5)
            assert _is_closed(open_ones[0])
        finally:
            for one in open_ones:
                one.close()
            server.terminate()


def test_who_has_left_is_not_answered() -> None:
    """A plain question whose client is gone ends, and gives its place back when it has."""
    import asyncio

    from assistant.web.api import _whole

    ended = threading.Event()

    def steps() -> Generator[StageEvent, None, None]:
        try:
            for _ in range(1000):
                time.sleep(0.01)
                yield StageEvent("wait", "", 0.0)
        finally:
            ended.set()

    class Gone:
        async def is_disconnected(self) -> bool:
            return True

    answer = asyncio.run(_whole(Gone(), steps()))  # type: ignore[arg-type]
    assert answer.status_code == 499
    assert ended.wait(2)


@pytest.mark.parametrize(
    ("proxies", "found"),
    [
        ("127.0.0.1", "127.0.0.1/32"),
        ("172.17.0.1/16, ::1", "172.17.0.0/16,::1/128"),
        ("", None),
    ],
)
def test_proxies_are_addresses_or_networks(
    monkeypatch: pytest.MonkeyPatch, proxies: str, found: str | None
) -> None:
    monkeypatch.setenv("ASSISTANT_SERVE__PROXIES", proxies)
    assert load().serve.proxies == found
    for wrong in ("*", "the proxy", "127.0.0.1;10.0.0.1"):
        monkeypatch.setenv("ASSISTANT_SERVE__PROXIES", wrong)
        with pytest.raises(SettingsError, match="proxies"):
            load()


def _is_closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 20 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", place]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no disk may be mounted here")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def filled(disk: Path) -> Path:
    """A file that takes all the room that is left."""
    filler = disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb") as opened:
        while True:
            opened.write(b"x" * 65_536)
            opened.flush()
    return filler


@pytest.mark.slow
@pytest.mark.parametrize("operation", ["add", "update", "remove", "rebuild", "derive", "open"])
def test_on_a_full_disk_nothing_is_lost_and_reading_goes_on(
    small_disk: Path, operation: str
) -> None:
    archive = kept_in(small_disk)
    with Assistant.open(archive, embedder=HashEmbeddings()) as assistant:
        held = assistant.archive.info().articles
        filler = filled(small_disk)
        changed = replace(sample_articles(2)[1], text="Another text. " * 4000)
        do: dict[str, Callable[[], object]] = {
            "add": lambda: assistant.add(sample_articles(400)[held:]),
            "update": lambda: assistant.add([changed]),
            "remove": lambda: assistant.remove("sample-1"),
            "rebuild": assistant.archive.rebuild,
            "derive": lambda: assistant.archive.derive(["q"], assistant.archive.generation),
            "open": lambda: None,
        }
        with contextlib.suppress(ArchiveError):
            do[operation]()
        assert assistant.search("harbour3")[0].passage.article.id == "sample-3"
    with Assistant.open(archive, embedder=HashEmbeddings()) as assistant:
        assert not assistant.archive.writable
        assert assistant.search("harbour3")[0].passage.article.id == "sample-3"
        with pytest.raises(ArchiveError, match="Nothing can be written"):
            assistant.add(sample_articles(400)[held:])
    filler.unlink()
    with Assistant.open(archive, embedder=HashEmbeddings()) as assistant:
        assert assistant.archive.info().articles >= held - (operation == "remove")
        assert assistant.add(sample_articles(held + 2)).added >= 2
        assert assistant.archive.health() == "sound"
        assert assistant.archive.faults() == []


@pytest.mark.slow
@pytest.mark.parametrize("closed", [True, False])
def test_an_archive_that_cannot_be_written_to_is_read(small_disk: Path, closed: bool) -> None:
    archive = kept_in(small_disk)
    if closed:
        Assistant.open(archive, embedder=HashEmbeddings()).close()
    remount = ["mount", "-o", "remount,ro", small_disk]
    subprocess.run(remount, check=True)
    with Assistant.open(archive, embedder=HashEmbeddings()) as assistant:
        assert assistant.search("harbour3")[0].passage.article.id == "sample-3"
        site = site_over(assistant)
        assert site.conversations.start("", "kept while it serves").title
        with pytest.raises(ArchiveError, match="Nothing can be written"):
            assistant.remove("sample-3")
    subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
    shutil.rmtree(archive / "vectors-1")
    subprocess.run(remount, check=True)
    with Assistant.open(archive, embedder=HashEmbeddings()) as assistant:
        assert assistant.search("harbour3")[0].passage.article.id == "sample-3"


@pytest.mark.slow
def test_a_reader_that_cannot_write_follows_one_that_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = kept_in(tmp_path)
    shutil.rmtree(archive / "vectors-1")  # so that it is made in memory
    with monkeypatch.context() as closed:
        closed.setattr("assistant.archive.archive.is_writable", lambda _: False)
        reader = Assistant.open(archive, embedder=HashEmbeddings())
    with reader, Assistant.open(archive, embedder=HashEmbeddings()) as writer:
        assert reader.search("harbour3")[0].passage.article.id == "sample-3"
        writer.add(sample_articles(40))
        assert reader.search("harbour39")[0].passage.article.id == "sample-39"
        writer.remove("sample-39")
        assert all(hit.passage.article.id != "sample-39" for hit in reader.search("harbour39"))
        writer.archive.rebuild()
        assert reader.search("harbour38")[0].passage.article.id == "sample-38"
        assert not reader.archive.faults()


@pytest.mark.slow
def test_a_fault_of_chroma_reaches_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = kept_in(tmp_path)
    monkeypatch.setattr(index, "_EXACT", 0)  # as if it were too large for an exact search

    def broken(*_: object, **__: object) -> object:
        raise RuntimeError("Error executing plan: Error creating hnsw segment reader")

    with Assistant.open(archive, embedder=HashEmbeddings()) as assistant:
        index_of(assistant)  # else it would not be asked
        assert assistant.search("harbour3")[0].passage.article.id == "sample-3"
        with monkeypatch.context() as fault:
            fault.setattr(VectorIndex, "search", broken)
            assert assistant.search("harbour3")[0].passage.article.id == "sample-3"
        assert assistant.archive.health() == "sound"  # it was made again
        assert (archive / "index-2").exists()
        with monkeypatch.context() as fault:
            fault.setattr(VectorIndex, "upsert", _once(broken, VectorIndex.upsert))
            assert assistant.add(sample_articles(40)).added == 10
        assert assistant.archive.health() == "sound"


def _once(first: Callable[..., object], after: Callable[..., object]) -> Callable[..., object]:
    """A function that is another one the first time."""
    left = [first]
    return lambda *given, **named: (left.pop() if left else after)(*given, **named)


@pytest.mark.slow
def test_nothing_of_the_process_memory_stays_in_the_files_of_the_index(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from assistant import Assistant\n"
        "from assistant.testing import HashEmbeddings, sample_articles\n"
        "with Assistant.open(sys.argv[1], embedder=HashEmbeddings()) as assistant:\n"
        "    assistant.add(sample_articles(30))\n"
    )
    archive = tmp_path / "archive"
    filled = {**os.environ, "MALLOC_PERTURB_": "165"}  # memory is full of "Z" when it is given out
    subprocess.run([sys.executable, "-c", code, str(archive)], check=True, env=filled)
    files = list((archive / "index-1").rglob("*.bin"))
    assert files
    assert [file.name for file in files if b"Z" * 16 in file.read_bytes()] == []
    with Assistant.open(archive, embedder=HashEmbeddings()) as assistant:
        assert assistant.archive.health() == "sound"
        assert not index_of(assistant).search(np.ones(64, np.float32), 31)[30:]


def index_of(assistant: Assistant) -> VectorIndex:
    """Its vector index, opened."""
    return assistant.archive._index.fresh()
