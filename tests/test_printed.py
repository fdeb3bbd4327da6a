"""PDF as Chromium prints it, WARC as crawlers write it, and files packed one by one."""

from __future__ import annotations

import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import brotli
import pypdf
import pytest
from playwright.sync_api import Browser, sync_playwright

from assistant import Article
from assistant.reading import read
from assistant.settings import load
from assistant.types import Skipped

SETTINGS = load().reading
SENTENCES = [
    "The harbour master said on Monday that the ferry to Ormund would not sail.",
    "Passengers who had communicated their misgivings beforehand were taken to hospital.",
    "“We are notwithstanding everything glad,” said Ilse Brandt, who runs the line.",
    "An inquiry into the extraordinary circumstances begins next week in Tarn.",
    "Nobody at the water board would say why the lake had been lowered so early.",
]
PARAGRAPHS = [
    " ".join(f"{sentence[:-1]}, as told in part {place}." for sentence in SENTENCES)
    for place in range(12)
]
STYLE = """<style>body{font-family:serif;font-size:10pt;margin:0} h1{font-size:22pt;margin:0 0 4pt}
.c2{column-count:2} .c3{column-count:3} .j{text-align:justify} .i p{text-indent:14pt;margin:0}
p{margin:0 0 6pt;orphans:1;widows:1}</style>"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        yield opened
        opened.close()


Print = Callable[..., bytes]


@pytest.fixture
def printed(browser: Browser) -> Print:
    def make(body: str, title: str = "", head: str = "") -> bytes:
        page = browser.new_page()
        page.set_content(f"<html lang=en><title>{title}</title>{STYLE}{body}</html>")
        line = '<div style="font-size:8px;width:100%;text-align:center">{}</div>'
        data = page.pdf(
            format="A4",
            display_header_footer=bool(head),
            header_template=line.format(head),
            footer_template=line.format("Page <span class=pageNumber></span>"),
            margin=dict.fromkeys(("top", "bottom", "left", "right"), "20mm"),
        )
        page.close()
        return data

    return make


def only(path: Path, data: bytes) -> Article:
    path.write_bytes(data)
    (found,) = read(path, SETTINGS)
    assert isinstance(found, Article), found
    return found


def reason(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    (found,) = read(path, SETTINGS)
    assert isinstance(found, Skipped), found
    return found.reason


def story(form: str) -> str:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    head = "<h1>Ferry to Ormund cancelled after a storm in the night</h1><p>By Ada Holm</p>"
    return f"{head}<p>2 March 2026</p><div class='{form}'>{text}</div>"


@pytest.mark.slow
@pytest.mark.parametrize("form", ["", "j", "c2", "c2 j", "c3", "i", "c2 j i"])
def test_columns_paragraphs_and_heads(tmp_path: Path, printed: Print, form: str) -> None:
    found = only(tmp_path / "a.pdf", printed(story(form), head="Harbour Wire, late edition"))
    assert found.title == "Ferry to Ormund cancelled after a storm in the night"
    assert found.byline == "Ada Holm"
    assert str(found.published) == "2026-03-02"
    assert found.text.split("\n\n") == PARAGRAPHS


@pytest.mark.slow
def test_words_that_are_broken_are_whole_again(tmp_path: Path, printed: Print) -> None:
    broken = [one.replace("notwithstanding", "notwith-<br>standing") for one in PARAGRAPHS]
    broken = [one.replace("extraordinary", "extra\u2010<br>ordinary") for one in broken]
    known = "A well-known ship, well-<br>known at sea, and Anglo-<br>Saxon."
    body = "".join(f"<p>{one} {known}</p>" for one in broken)
    found = only(tmp_path / "a.pdf", printed(body, title="Ferry"))
    assert found.title == "Ferry"
    for word in ("extraordinary", "notwithstanding", "Anglo-Saxon", "ship, well-known at sea"):
        assert found.text.count(word) == 12, word


@pytest.mark.slow
def test_columns_that_are_drawn_line_by_line(tmp_path: Path, printed: Print) -> None:
    rows = [
        f"<div style='position:absolute;top:{20 * n + 20}px;left:{left}px'>{side} line {n}"
        " of the ferry story</div>"
        for n in range(20)
        for side, left in (("Left", 10), ("Right", 320))
    ]
    found = only(tmp_path / "a.pdf", printed("".join(rows)))
    words = found.text.split()
    assert words.index("Right") > max(n for n, word in enumerate(words) if word == "Left")


@pytest.mark.slow
def test_the_day_of_a_running_head_is_that_of_the_article(tmp_path: Path, printed: Print) -> None:
    body = "<h1>Lake lowered</h1>" + "".join(f"<p>{one}</p>" for one in PARAGRAPHS * 2)
    found = only(tmp_path / "a.pdf", printed(body, head="Harbour Wire · 20 March 2026"))
    assert str(found.published) == "2026-03-20"
    assert "Harbour Wire" not in found.text
    assert "Page" not in found.text


@pytest.mark.slow
def test_what_is_no_text_is_named(tmp_path: Path, printed: Print) -> None:
    file = tmp_path / "a.pdf"
    picture = "<svg width=200 height=200><rect width=200 height=200 /></svg>"
    assert "pictures" in reason(file, printed(picture))
    whole = printed(story(""))
    assert "cannot be read" in reason(file, whole[: len(whole) // 3])
    assert "cannot be read" in reason(file, b"%PDF-1.7 nothing")
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(whole))
    writer.encrypt("secret", algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    assert reason(file, locked.getvalue()) == "encrypted"


def test_a_page_that_is_a_drawing_takes_no_time(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(600, 800)
    drawn = pypdf.generic.DecodedStreamObject()
    drawn.set_data(b"0 0 m 1 1 l S\n" * 400_000)
    page[pypdf.generic.NameObject("/Contents")] = writer._add_object(drawn.flate_encode())
    made = io.BytesIO()
    writer.write(made)
    assert "drawings" in reason(tmp_path / "a.pdf", made.getvalue())


def test_forms_that_draw_each_other_take_no_time(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(600, 800)
    name = pypdf.generic.NameObject
    inner: Any = None
    for depth in range(30):
        form = pypdf.generic.DecodedStreamObject()
        form.set_data(b"/F Do /F Do" if depth else b"BT (dam) Tj ET")
        form[name("/Type")], form[name("/Subtype")] = name("/XObject"), name("/Form")
        held = {name("/XObject"): pypdf.generic.DictionaryObject({name("/F"): inner})}
        if depth:
            form[name("/Resources")] = pypdf.generic.DictionaryObject(held)
        inner = writer._add_object(form)
    drawn = pypdf.generic.DecodedStreamObject()
    drawn.set_data(b"/F Do")
    page[name("/Contents")] = writer._add_object(drawn)
    held = {name("/XObject"): pypdf.generic.DictionaryObject({name("/F"): inner})}
    page[name("/Resources")] = pypdf.generic.DictionaryObject(held)
    made = io.BytesIO()
    writer.write(made)
    assert "drawings" in reason(tmp_path / "a.pdf", made.getvalue())


PAGE = (
    "<html><head><title>{0}</title></head><body><article><h1>{0}</h1><p>The ferry to {0} was"
    " cancelled on Monday, the harbour master Ilse Brandt said to passengers.</p></article></html>"
)


def record(kind: str, address: str, content: bytes) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {address}\r\n"
        f"WARC-Record-ID: <urn:uuid:{len(content)}>\r\nWARC-Date: 2026-03-02T10:00:00Z\r\n"
        f"Content-Type: application/http; msgtype={kind}\r\nContent-Length: {len(content)}\r\n"
    )
    return head.encode() + b"\r\n" + content + b"\r\n\r\n"


def warc(pages: dict[str, tuple[str, bytes]], packed: bool = False, more: str = "") -> bytes:
    records = []
    for address, (kind, content) in pages.items():
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{more}\r\n".encode()
        records.append(record("response", address, head + content))
        records.append(record("request", address, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
    return b"".join(map(gzip.compress, records) if packed else records)


@pytest.mark.parametrize(("name", "packed"), [("a.warc", False), ("a.warc.gz", True)])
def test_pages_of_a_web_archive(tmp_path: Path, name: str, packed: bool) -> None:
    pages = {
        "https://wire.example/ormund": ("text/html; charset=utf-8", PAGE.format("Ormund").encode()),
        "https://wire.example/a.png": ("image/png", b"\x89PNG"),
        "https://wire.example/tarn": ("text/html", PAGE.format("Tarn").encode()),
        "https://wire.example/empty": ("text/html", b"<html></html>"),
    }
    (tmp_path / name).write_bytes(warc(pages, packed))
    found = list(read(tmp_path / name, SETTINGS))
    articles = [one for one in found if isinstance(one, Article)]
    assert [one.url for one in articles] == [*pages][0:3:2]
    (skipped,) = (one for one in found if isinstance(one, Skipped))
    assert "https://wire.example/empty" in skipped.reason


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("gzip", gzip.compress), ("br", brotli.compress), ("deflate", zlib.compress)],
)
def test_packed_pages_of_a_web_archive(tmp_path: Path, encoding: str, pack: Any) -> None:
    body = pack(PAGE.format("Ormund").encode())
    held = warc(
        {"https://x.example/": ("text/html", body)}, more=f"Content-Encoding: {encoding}\r\n"
    )
    assert "Ilse Brandt" in only(tmp_path / "a.warc", held).text


def test_pages_whose_header_lies(tmp_path: Path) -> None:
    body = PAGE.format("Ormund").encode()
    for named in ("gzip", "utf-8"):
        held = warc(
            {"https://x.example/": ("text/html", body)}, more=f"Content-Encoding: {named}\r\n"
        )
        assert "Ilse Brandt" in only(tmp_path / "a.warc", held).text
    two = gzip.compress(body[:100]) + gzip.compress(body[100:])
    gzipped = "Content-Encoding: gzip\r\n"
    assert (
        "Ilse Brandt"
        in only(
            tmp_path / "a.warc", warc({"https://x.example/": ("text/html", two)}, more=gzipped)
        ).text
    )
    cut = warc({"https://x.example/": ("text/html", gzip.compress(body)[:-20])}, more=gzipped)
    assert "cut" in reason(tmp_path / "a.warc", cut)


@pytest.mark.slow
def test_bombs_in_a_web_archive(tmp_path: Path) -> None:
    bomb = gzip.compress(b"<p>" + b" " * 50_000_000)
    pages = {"https://x.example/": ("text/html", bomb)}
    held = warc(pages, more="Content-Encoding: gzip\r\n")
    (tmp_path / "a.warc").write_bytes(held)
    (told,) = read(tmp_path / "a.warc", SETTINGS)
    assert isinstance(told, Skipped)
    assert "more than 10 MB" in told.reason
    outer = gzip.compress(b"WARC/1.0\r\n" + b" " * 90_000_000)
    assert "unpacks to more" in reason(tmp_path / "b.warc.gz", outer)
    assert "no WARC" in reason(tmp_path / "c.warc", b"<html>")


@pytest.mark.parametrize(
    ("ending", "pack"), [("gz", gzip.compress), ("xz", partial(lzma.compress, preset=0))]
)
def test_files_packed_one_by_one(tmp_path: Path, ending: str, pack: Any) -> None:
    lines = b'{"id": "a", "text": "The dam holds."}\n{"id": "b", "text": "It broke."}\n'
    (tmp_path / f"a.jsonl.{ending}").write_bytes(pack(lines))
    assert [getattr(one, "id", one) for one in read(tmp_path / f"a.jsonl.{ending}", SETTINGS)] == [
        "a",
        "b",
    ]
    assert only(tmp_path / f"a.txt.{ending}", pack(b"The dam holds.")).text == "The dam holds."
    assert "unpacks to more" in reason(tmp_path / f"b.txt.{ending}", pack(b" " * 70_000_000))
    assert "damaged" in reason(tmp_path / f"c.txt.{ending}", pack(lines)[:20])
