"""Addresses that are fetched, folders and feeds that are followed."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant import Article, cli
from assistant.archive import Archive
from assistant.errors import ArchiveBusy, ArchiveError, OnRecordError
from assistant.following import sync, watch
from assistant.reading import Unreadable, fetching
from assistant.reading.fetching import Fetcher
from assistant.reading.remote import read_address
from assistant.settings import ReadingSettings, load
from assistant.types import Skipped, SyncReport

READING = load().reading
LOCAL = ReadingSettings(private_hosts=("127.0.0.1",))
BODY = "<p>The ferry to Ormund was cancelled on Monday, the harbour master Ilse Brandt said.</p>"
PAGE = (
    "<html><head><title>{title}</title><meta property='article:published_time'"
    " content='2026-03-02'></head><body><article><h1>{title}</h1>{body}</article></body></html>"
)
FEED = """<?xml version='1.0'?><rss version='2.0'><channel><title>Harbour Wire</title>{items}
</channel></rss>"""
ITEM = """<item><title>{title}</title><link>{link}</link><guid>{guid}</guid>
<pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate><description>{text}</description></item>"""

Reply = tuple[int, dict[str, str], bytes]


class Site:
    """A web site on this machine: what it answers by path, and what it was asked."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}
        self.asked: list[str] = []
        self.agents: set[str] = set()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                site.agents.add(self.headers["user-agent"])
                status, headers, content = site.replies.get(self.path, (404, {}, b""))
                if headers.get("etag") and self.headers.get("if-none-match") == headers["etag"]:
                    status, content = 304, b""
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.path == "/slow":
                    while not site.over.wait(0.2):
                        self.wfile.write(b" ")
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self.over = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def put(self, path: str, content: str | bytes, kind: str = "text/html", **more: str) -> str:
        data = content if isinstance(content, bytes) else content.encode()
        self.replies[path] = (200, {"content-type": kind, **more}, data)
        return self.address + path


@pytest.fixture
def web() -> Iterator[Site]:
    site = Site()
    yield site
    site.over.set()
    site.server.shutdown()
    site.server.server_close()


def page(title: str = "Ferry cancelled", body: str = BODY) -> str:
    return PAGE.format(title=title, body=body)


# Fetching


def test_a_page_is_read_with_its_address(web: Site) -> None:
    (article,) = read_address(web.put("/a", page()), LOCAL)
    assert isinstance(article, Article)
    assert article.url == f"{web.address}/a"
    assert article.title == "Ferry cancelled"
    assert "Ilse Brandt" in article.text
    (agent,) = web.agents
    assert agent.startswith("OnRecord/")


def test_the_encoding_of_a_server_goes_before_that_of_a_page(web: Site) -> None:
    body = "<p>Die Fähre nach Ormund wurde am Montag gestrichen, sagte Ilse Brandt im Hafen.</p>"
    for encoding in ("latin-1", "utf-8"):  # what is UTF-8 stays so, whatever the server says
        sent = page(body=body).encode(encoding)
        address = web.put(f"/{encoding}", sent, "text/html; charset=iso-8859-1")
        (article,) = read_address(address, LOCAL)
        assert isinstance(article, Article)
        assert "Fähre" in article.text


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "http://localhost:80/",
        "http://[::1]/",
        "http://0.0.0.0/",
        "http://10.1.2.3/",
        "http://192.168.0.1/a",
        "http://172.16.9.9/",
        "http://169.254.169.254/latest/meta-data",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://100.64.0.1/",
        "http://224.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[fec0::1]/",
        "http://[::127.0.0.1]/",
        "http://[::ffff:0:7f00:1]/",
        "http://192.88.99.1/",
    ],
)
def test_private_networks_are_not_reached(address: str) -> None:
    with pytest.raises(Unreadable, match=r"private network|no host"):
        Fetcher(READING).fetch(address)


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "ftp://x.org/a", "http://", "http://me:pw@x.org/", "//x.org",
     "http://[x", "http://127.0.0.1:99999/", "http://xn--/"],
)  # fmt: skip
def test_other_addresses_are_none(address: str) -> None:
    with pytest.raises(Unreadable, match=r"no address|no host|cannot be fetched|private"):
        Fetcher(READING).fetch(address)


def test_a_redirect_is_looked_at_as_the_first_address_was(web: Site) -> None:
    web.replies["/away"] = (302, {"location": "http://localhost/secret"}, b"")
    with pytest.raises(Unreadable, match="localhost is on a private network"):
        Fetcher(LOCAL).fetch(f"{web.address}/away")
    web.put("/there", page())
    web.replies["/moved"] = (301, {"location": "/there"}, b"")
    fetched = Fetcher(LOCAL).fetch(f"{web.address}/moved")
    assert fetched is not None
    assert fetched.address == f"{web.address}/there"
    web.replies["/round"] = (302, {"location": "/round"}, b"")
    with pytest.raises(Unreadable, match="too often"):
        Fetcher(LOCAL).fetch(f"{web.address}/round")


def test_robots_are_obeyed(web: Site) -> None:
    web.put("/robots.txt", "User-agent: *\nDisallow: /private", "text/plain")
    web.put("/private/a", page())
    with pytest.raises(Unreadable, match=r"robots\.txt"):
        Fetcher(LOCAL).fetch(f"{web.address}/private/a")
    assert "/private/a" not in web.asked
    web.put("/robots.txt", "User-agent: *\nAllow: /\nDisallow: /*.html$", "text/plain")
    with pytest.raises(Unreadable, match=r"robots\.txt"):
        Fetcher(LOCAL).fetch(web.put("/a.html", page()))
    assert Fetcher(LOCAL).fetch(web.put("/open", page()))


def test_a_host_whose_rules_cannot_be_had_is_left_alone(web: Site) -> None:
    web.replies["/robots.txt"] = (503, {}, b"")
    with pytest.raises(Unreadable, match=r"robots\.txt"):
        Fetcher(LOCAL).fetch(web.put("/a", page()))


def test_what_is_too_much_or_too_slow_is_refused(
    web: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    import gzip

    web.put("/large", b" " * 10_000_001)
    with pytest.raises(Unreadable, match="more than 10 MB"):
        Fetcher(LOCAL).fetch(f"{web.address}/large")
    bomb = gzip.compress(b" " * 50_000_000)
    web.put("/bomb", bomb, **{"content-encoding": "gzip"})
    with pytest.raises(Unreadable, match="more than 10 MB"):
        Fetcher(LOCAL).fetch(f"{web.address}/bomb")
    twice = gzip.compress(gzip.compress(b" " * 50_000_000))
    web.put("/twice", twice, **{"content-encoding": "gzip, gzip"})
    with pytest.raises(Unreadable, match="which is not read"):
        Fetcher(LOCAL).fetch(f"{web.address}/twice")
    monkeypatch.setattr(fetching, "_SECONDS", 1.0)
    web.put("/slow", page())
    with pytest.raises(Unreadable, match="not answered within"):
        Fetcher(LOCAL).fetch(f"{web.address}/slow")
    with pytest.raises(Unreadable, match="answers 404"):
        Fetcher(LOCAL).fetch(f"{web.address}/nothing")


def test_fetching_can_be_switched_off(web: Site) -> None:
    off = ReadingSettings(fetch=False, private_hosts=("127.0.0.1",))
    (told,) = read_address(web.put("/a", page()), off)
    assert isinstance(told, Skipped)
    assert "reading.fetch" in told.reason
    assert web.asked == []


def test_the_command_reads_an_address(
    web: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_READING__PRIVATE_HOSTS", '["127.0.0.1"]')
    monkeypatch.setenv("ASSISTANT_ARCHIVE__STATEMENTS", "false")
    place = ["--archive", str(tmp_path / "archive")]
    done = CliRunner().invoke(cli.app, ["ingest", web.put("/a", page()), *place])
    assert done.output.startswith("1 added"), done.output
    done = CliRunner().invoke(cli.app, ["ingest", f"{web.address}/b", *place])
    assert "the server answers 404" in done.output


# Feeds


def entry(web: Site, name: str, text: str = "A summary.") -> str:
    link = f"{web.address}/{name}"
    return ITEM.format(title=name, link=link, guid=link, text=text)


def test_a_feed_is_followed(web: Site, archive: Archive) -> None:
    address = f"{web.address}/feed"
    for name in ("one", "two"):
        web.put(f"/{name}", page(name, f"{BODY}<p>This is about {name}.</p>"))
    items = entry(web, "one") + entry(web, "two")
    web.put("/feed", FEED.format(items=items), "application/rss+xml", etag='"1"')
    report = sync(archive, address, LOCAL)
    assert (report.read.added, report.unchanged) == (2, 0)
    (first, _) = archive.articles()
    assert "This is about one" in archive.article(first.id).text
    assert first.outlet == "Harbour Wire"
    web.asked.clear()
    assert sync(archive, address, LOCAL).unchanged == 2
    assert web.asked == ["/robots.txt", "/feed"]  # which answers that it has not changed
    items = entry(web, "two", "Another summary.") + entry(web, "three", "<p>Only here.</p>")
    web.put("/two", page("two", f"{BODY}<p>Now corrected.</p>"))
    web.put("/feed", FEED.format(items=items), "application/rss+xml", etag='"2"')
    report = sync(archive, address, LOCAL)
    assert (report.read.added, report.read.updated, report.unchanged) == (1, 1, 0)
    texts = [archive.article(one).text for one in archive.ids()]
    assert len(texts) == 3  # what has left the feed stays
    assert any("Only here" in text for text in texts)  # whose page is not there
    assert any("Now corrected" in text for text in texts)
    (place,) = archive.places.followed()
    assert (place.place, place.fault) == (address, "")


def test_a_page_that_fails_once_is_asked_for_again(web: Site, archive: Archive) -> None:
    feed = FEED.format(items=entry(web, "one"))
    address = web.put("/feed", feed, "application/rss+xml", etag='"1"')
    web.replies["/one"] = (503, {}, b"")
    (skipped,) = sync(archive, address, LOCAL).read.skipped
    assert "503" in skipped.reason
    web.put("/one", page("one"))
    assert sync(archive, address, LOCAL).read.added == 1
    assert "Ilse Brandt" in archive.article(archive.ids()[0]).text


def test_what_a_site_forbids_is_what_the_feed_gives(web: Site, archive: Archive) -> None:
    web.put("/robots.txt", "User-agent: *\nDisallow: /one", "text/plain")
    feed = FEED.format(items=entry(web, "one", "Only a summary."))
    sync(archive, web.put("/feed", feed, "application/rss+xml"), LOCAL)
    assert archive.article(archive.ids()[0]).text == "Only a summary."


def test_a_summary_takes_no_texts_place(web: Site, archive: Archive) -> None:
    address = web.put("/feed", FEED.format(items=entry(web, "one")), "text/xml")
    web.put("/one", page("one"))
    sync(archive, address, LOCAL)
    web.replies["/one"] = (410, {}, b"")
    web.put("/feed", FEED.format(items=entry(web, "one", "Another summary.")), "text/xml")
    assert "410" in sync(archive, address, LOCAL).read.skipped[0].reason
    assert "Ilse Brandt" in archive.article(archive.ids()[0]).text


def test_entries_with_one_link_are_several(web: Site, archive: Archive) -> None:
    link = f"{web.address}/live"
    items = "".join(ITEM.format(title=n, link=link, guid=n, text=f"Minute {n}.") for n in range(3))
    web.put("/robots.txt", "User-agent: *\nDisallow: /live", "text/plain")
    sync(archive, web.put("/feed", FEED.format(items=items), "text/xml"), LOCAL)
    assert len(archive.ids()) == 3


def test_entries_of_two_feeds_are_two_articles(web: Site, archive: Archive) -> None:
    for name in ("a", "b"):
        item = ITEM.format(title=name, link=f"{web.address}/{name}", guid="101", text=f"On {name}.")
        web.put("/robots.txt", "User-agent: *\nDisallow: /a\nDisallow: /b", "text/plain")
        sync(archive, web.put(f"/feed-{name}", FEED.format(items=item), "text/xml"), LOCAL)
    assert len(archive.ids()) == 2


def test_a_feed_that_cannot_be_had_says_so(web: Site, archive: Archive) -> None:
    address = f"{web.address}/feed"
    with pytest.raises(ArchiveError, match="answers 404"):
        sync(archive, address, LOCAL)
    (place,) = archive.places.followed()
    assert "answers 404" in place.fault
    with pytest.raises(ArchiveError, match="is no feed"):
        sync(archive, web.put("/feed", page()), LOCAL)
    with pytest.raises(ArchiveError, match="forgets"):
        sync(archive, address, LOCAL, delete=True)


# Folders


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "news"
    made.mkdir()
    return made


def write(file: Path, text: str, old: bool = True) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    if old:
        past = time.time() - 60
        os.utime(file, (past, past))
    return file


def story(number: int, words: str = "said so") -> str:
    return f"---\nid: s{number}\ntitle: Story {number}\n---\nThe mayor of town {number} {words}.\n"


look = partial(sync, settings=READING)


def test_a_folder_is_followed(archive: Archive, folder: Path) -> None:
    for number in range(3):
        write(folder / f"{number}.md", story(number))
    report = look(archive, folder)
    assert (report.read.added, report.unchanged) == (3, 0)
    assert look(archive, folder) == SyncReport(unchanged=3)
    write(folder / "1.md", story(1, "denied it"))
    write(folder / "sub" / "3.md", story(3))
    report = look(archive, folder)
    assert (report.read.added, report.read.updated, report.unchanged) == (1, 1, 2)
    assert "denied it" in archive.article("s1").text
    (folder / "0.md").rename(folder / "renamed.md")
    report = look(archive, folder)
    assert (report.read.unchanged, report.vanished, report.unchanged) == (1, (), 3)


def test_what_vanishes_is_kept_until_it_is_to_be_removed(archive: Archive, folder: Path) -> None:
    for number in range(3):
        write(folder / f"{number}.md", story(number))
    write(folder / "lines.jsonl", '{"id": "l1", "text": "One."}\n{"id": "l2", "text": "Two."}\n')
    look(archive, folder)
    (folder / "0.md").unlink()
    write(folder / "lines.jsonl", '{"id": "l1", "text": "One."}\n')
    for _ in range(2):
        assert sorted(look(archive, folder).vanished) == ["l2", "s0"]
    assert "s0" in archive.ids()
    report = look(archive, folder, delete=True)
    assert (report.removed, report.vanished) == (2, ())
    assert sorted(archive.ids()) == ["l1", "s1", "s2"]
    assert look(archive, folder, delete=True).removed == 0


def test_what_another_file_holds_too_has_not_vanished(archive: Archive, folder: Path) -> None:
    write(folder / "a.md", story(1))
    write(folder / "b.md", story(1))
    look(archive, folder)
    (folder / "a.md").unlink()
    assert look(archive, folder, delete=True).removed == 0
    assert archive.ids() == ["s1"]


def test_a_folder_that_is_gone_or_emptied_removes_nothing(archive: Archive, folder: Path) -> None:
    write(folder / "a.md", story(1))
    look(archive, folder)
    (folder / "a.md").unlink()
    with pytest.raises(ArchiveError, match="Is it mounted"):
        look(archive, folder, delete=True)
    folder.rmdir()
    with pytest.raises(ArchiveError, match="There is no folder"):
        look(archive, folder, delete=True)
    assert archive.ids() == ["s1"]
    (place,) = archive.places.followed()
    assert "There is no folder" in place.fault


def test_a_file_that_is_damaged_has_not_lost_its_articles(archive: Archive, folder: Path) -> None:
    write(folder / "a.md", story(1))
    write(folder / "b.json", '{"id": "b", "text": "The lake is lowered."}')
    look(archive, folder)
    write(folder / "b.json", '{"id": "b", "text": "The la')
    report = look(archive, folder, delete=True)
    assert (report.removed, report.vanished) == (0, ())
    assert sorted(archive.ids()) == ["b", "s1"]
    (folder / "b.json").unlink()
    assert look(archive, folder, delete=True).removed == 1


def test_what_another_place_holds_is_kept(archive: Archive, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    for place in (folder, other):
        write(place / "a.md", story(1))
        write(place / "b.md", story(2))
        look(archive, place)
    (folder / "b.md").unlink()
    assert look(archive, folder, delete=True).removed == 0
    assert "s2" in archive.ids()


def test_what_cannot_be_seen_into_has_not_vanished(archive: Archive, folder: Path) -> None:
    write(folder / "a.md", story(1))
    write(folder / "sub" / "b.md", story(2))
    look(archive, folder)
    (folder / "sub").rename(folder.parent / "moved")
    (folder / "sub").symlink_to(folder.parent / "moved")
    assert look(archive, folder, delete=True).removed == 0
    (folder / "sub").unlink()
    assert look(archive, folder, delete=True).removed == 1


def test_what_could_not_be_removed_is_removed_the_next_time(
    archive: Archive, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        write(folder / f"{number}.md", story(number))
    look(archive, folder)
    (folder / "0.md").unlink()
    with monkeypatch.context() as patched:
        patched.setattr(archive, "remove", lambda ids: (_ for _ in ()).throw(ArchiveBusy("busy")))
        with pytest.raises(ArchiveBusy):
            look(archive, folder, delete=True)
    assert look(archive, folder, delete=True).removed == 1


@pytest.mark.parametrize("name", ["Sport\u00a02026", "a\u200bb", os.fsdecode(b"caf\xe9"), "100%"])
def test_odd_folders_that_cannot_be_seen_into(archive: Archive, folder: Path, name: str) -> None:
    write(folder / "a.md", story(1))
    write(folder / name / "b.md", story(2))
    look(archive, folder)
    (folder / name).rename(folder.parent / "moved")
    (folder / name).symlink_to(folder.parent / "moved")
    assert look(archive, folder, delete=True).removed == 0


def test_a_file_with_an_erased_article_is_not_read_again(archive: Archive, folder: Path) -> None:
    lines = [f'{{"id": "{one}", "text": "The dam {one} holds."}}\n' for one in "abc"]
    write(folder / "x.jsonl", "".join(lines))
    write(folder / "y.md", story(1))
    look(archive, folder)
    archive.erase(["b"], "the desk", "")
    write(folder / "x.jsonl", "".join(reversed(lines)))
    look(archive, folder)
    assert look(archive, folder).unchanged == 2
    write(folder / "x.jsonl", lines[2])
    assert look(archive, folder, delete=True).removed == 1


def test_names_that_are_no_unicode(archive: Archive, folder: Path) -> None:
    name = os.fsdecode(b"caf\xe9.md")
    write(folder / name, story(1))
    assert look(archive, folder).read.added == 1
    assert look(archive, folder).unchanged == 1


def test_an_embargoed_file_that_is_gone_is_withdrawn(archive: Archive, folder: Path) -> None:
    write(folder / "a.md", story(1))
    held = story(2).replace("title:", "embargo: 2999-01-01\ntitle:")
    write(folder / "b.md", held)
    assert look(archive, folder).read.embargoed == 1
    (folder / "b.md").unlink()
    assert look(archive, folder, delete=True).removed == 1
    assert not archive.holds("s2")


def test_what_cannot_be_read_is_named_each_time(archive: Archive, folder: Path) -> None:
    write(folder / "a.md", story(1))
    write(folder / "b.json", '{"id": "half", "te')
    first, second = look(archive, folder), look(archive, folder)
    assert [one.path for one in first.read.skipped] == [str(folder / "b.json")]
    assert second.read.skipped == first.read.skipped
    assert second.unchanged == 2


def test_a_file_that_is_being_written_is_not_read_half(archive: Archive, folder: Path) -> None:
    write(folder / "a.md", story(1))
    growing = folder / "b.md"
    growing.write_text(story(2)[:40])
    over = threading.Event()

    def go_on() -> None:
        with growing.open("a") as file:
            while not over.wait(0.3):
                file.write(" more")
                file.flush()

    writer = threading.Thread(target=go_on)
    writer.start()
    report = look(archive, folder)
    over.set()
    writer.join()
    assert report.waiting == ("b.md",)
    assert archive.ids() == ["s1"]
    write(growing, story(2))
    assert look(archive, folder).read.added == 1


def test_a_folder_is_watched(archive: Archive, folder: Path) -> None:
    write(folder / "a.md", story(1))
    stop = threading.Event()
    reports: list[SyncReport | OnRecordError] = []

    def follow() -> None:
        reports.extend(watch(archive, folder, READING, stop=stop))

    thread = threading.Thread(target=follow)
    thread.start()
    wait_until(lambda: archive.ids() == ["s1"])
    time.sleep(1)  # until the folder is watched
    write(folder / "b.md", story(2), old=False)
    wait_until(lambda: len(archive.ids()) == 2)
    stop.set()
    thread.join(20)
    assert not thread.is_alive()
    assert sum(one.read.added for one in reports if isinstance(one, SyncReport)) == 2


def wait_until(true: object, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < until
        time.sleep(0.1)


def test_the_command_follows(tmp_path: Path, folder: Path) -> None:
    write(folder / "a.md", story(1))
    place = ["--archive", str(tmp_path / "archive")]
    run = CliRunner().invoke
    assert "1 added" in run(cli.app, ["sync", str(folder), *place]).output
    write(folder / "b.md", story(2))
    told = run(cli.app, ["sync", str(folder), *place]).output
    assert "1 added" in told
    assert "1 files or entries had not changed" in told
    assert "no longer followed" in run(cli.app, ["sync", str(folder), "--forget", *place]).output
    assert "not followed" in run(cli.app, ["sync", str(folder), "--forget", *place]).output
