"""Writes 200 news files, 170 sound and 30 broken, and what a reader should get from them.

Every article, person, place, outlet and address in these files is INVENTED. The articles stand in
articles.jsonl beside this script; several of them are used in more than one format.

    python evals/files/make.py OUT

writes OUT/files/... and OUT/expected.jsonl, a line a file. The same input makes the same bytes
(PDFs from chromium: as far as one version of chromium goes). No file is above 1 MB.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import html
import io
import json
import lzma
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import textwrap
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from html.entities import codepoint2name
from pathlib import Path
from typing import Any

import docx
from docx.document import Document
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, ByteStringObject
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

Row = dict[str, Any]
Told = dict[str, Any]

HERE = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"
SOUND, BROKEN, LARGEST = 170, 30, 1_000_000
CET = timezone(timedelta(hours=1))
MONTHS = {
    "en": "January February March April May June".split(),
    "de": "Januar Februar März April Mai Juni".split(),
    "fr": "janvier février mars avril mai juin".split(),
}
BY = {"en": "By", "de": "Von", "fr": "Par"}
AND = {"en": "and", "de": "und", "fr": "et"}


# What is written, and what is told about it


@dataclass
class Made:
    """One file: where it goes, what is in it, and what a reader should get."""

    path: str
    kind: str
    data: bytes
    articles: list[Told]
    note: str = ""
    broken: str = ""

    def line(self) -> str:
        """The file's line in expected.jsonl."""
        told: dict[str, Any] = {"file": self.path, "format": self.kind}
        if self.broken:
            told["broken"] = self.broken
        if self.articles or not self.broken:
            told["articles"] = [
                {name: value for name, value in one.items() if name != "_key"}
                for one in self.articles
            ]
        if self.note:
            told["note"] = self.note
        return json.dumps(told, ensure_ascii=False)

    @property
    def keys(self) -> set[str]:
        """Which invented articles the file holds."""
        return {one["_key"] for one in self.articles}


@dataclass
class Sink:
    """Collects the files."""

    made: list[Made] = field(default_factory=list)

    def add(self, path: str, kind: str, data: bytes, told: list[Told], note: str = "") -> None:
        """Keeps a sound file."""
        self.made.append(Made(path, kind, data, told, note))

    def bad(
        self, path: str, kind: str, data: bytes, why: str, told: list[Told] | None = None
    ) -> None:
        """Keeps a broken file."""
        self.made.append(Made(f"broken/{path}", kind, data, told or [], broken=why))

    def of(self, kind: str) -> list[Made]:
        """The sound files of a format so far."""
        return [made for made in self.made if made.kind == kind and not made.broken]

    def write(self, out: Path) -> None:
        """Writes all files and expected.jsonl; refuses what breaks the promises above."""
        sound = sum(not made.broken for made in self.made)
        if (sound, len(self.made) - sound) != (SOUND, BROKEN):
            raise SystemExit(f"{sound} sound, {len(self.made) - sound} broken")
        if len({made.path for made in self.made}) != len(self.made):
            raise SystemExit("two files have the same name")
        shutil.rmtree(out / "files", ignore_errors=True)
        for made in self.made:
            if len(made.data) > LARGEST:
                raise SystemExit(f"{made.path} is too large")
            target = out / "files" / made.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(made.data)
        lines = "".join(made.line() + "\n" for made in self.made)
        (out / "expected.jsonl").write_text(lines, encoding="utf-8")


class Deck:
    """Deals the articles in turn, so that all formats see many of them."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.by_key = {row["key"]: row for row in rows}
        self.at = 0

    def __getitem__(self, key: str) -> Row:
        """The article of that name."""
        return self.by_key[key]

    def deal(self, fits: Callable[[Row], bool] = bool) -> Row:
        """The next article that fits."""
        for _ in self.rows:
            row = self.rows[self.at % len(self.rows)]
            self.at += 1
            if fits(row):
                return row
        raise LookupError("no article fits")

    def hand(self, count: int, fits: Callable[[Row], bool] = bool) -> list[Row]:
        """Several different articles."""
        rows: list[Row] = []
        while len(rows) < count:
            row = self.deal(fits)
            if row not in rows:
                rows.append(row)
        return rows


def signed(row: Row) -> bool:
    """Whether somebody is named as its author."""
    return bool(row["byline"])


def english(row: Row) -> bool:
    """Whether it is in English."""
    return row["language"] == "en"


def signed_english(row: Row) -> bool:
    """Whether it is in English and somebody is named."""
    return signed(row) and english(row)


def western(row: Row) -> bool:
    """Whether Windows-1252 has all its characters."""
    try:
        json.dumps(row, ensure_ascii=False).encode("cp1252")
    except UnicodeEncodeError:
        return False
    return signed(row) and row["language"] in BY


def slug(name: str) -> str:
    """A name as it stands in an address."""
    plain = unicodedata.normalize("NFD", name.replace("ı", "i").replace("’", ""))
    return re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode().lower()).strip("-")


def url_of(row: Row) -> str:
    """The publisher's page."""
    year, month, _ = row["published"].split("-")
    return f"https://www.{slug(row['outlet'])}.example/{year}/{month}/{row['key']}"


def id_of(row: Row) -> str:
    """The publisher's identifier."""
    return (
        f"urn:newsml:{slug(row['outlet'])}.example:{row['published'].replace('-', '')}:{row['key']}"
    )


def tell(row: Row, fields: str = "", **given: Any) -> Told:
    """What a reader should get: the text, the named fields as the article has them, and others."""
    made = {"url": url_of(row), "id": id_of(row)}
    told = {name: made.get(name) or row.get(name) for name in fields.split()} | given
    kept = {name: value for name, value in told.items() if value}
    return {"_key": row["key"], **kept, "text": text_of(row)}


def text_of(row: Row) -> str:
    """The article's text."""
    return "\n\n".join(row["paragraphs"])


def names(row: Row) -> str:
    """The authors in one line, as a byline puts them."""
    *most, last = row["byline"]
    word = AND.get(row["language"], "and")
    return f"{', '.join(most)} {word} {last}" if most else last


# Dates, encodings and small pictures


def moment(day: str, hour: int = 9, minute: int = 30) -> datetime:
    """A time on that day."""
    year, month, number = map(int, day.split("-"))
    return datetime(year, month, number, hour, minute, tzinfo=CET)


def iso(day: str, hour: int = 9) -> str:
    """2026-03-05T09:30:00+01:00."""
    return moment(day, hour).isoformat()


def zulu(day: str, hour: int = 9) -> str:
    """2026-03-05T09:30:00Z."""
    return f"{day}T{hour:02}:30:00Z"


def norm(day: str) -> str:
    """20260305T093000+0100, as NITF has it."""
    return moment(day).strftime("%Y%m%dT%H%M%S%z")


def spoken(day: str, language: str = "en") -> str:
    """5 March 2026."""
    when = date.fromisoformat(day)
    dot = "." if language == "de" else ""
    return f"{when.day}{dot} {MONTHS[language][when.month - 1]} {when.year}"


def encode(text: str, encoding: str = "utf-8") -> bytes:
    """The bytes of a text; UTF-16 and UTF-32 with a mark, "bom" is UTF-8 with one."""
    if encoding == "bom":
        return text.encode("utf-8-sig")
    if encoding.startswith(("utf-16", "utf-32")):
        return ("\ufeff" + text).encode(encoding)
    return text.encode(encoding, "xmlcharrefreplace")


def crlf(text: str) -> str:
    """The text with the line ends of Windows."""
    return text.replace("\n", "\r\n")


def esc(text: str) -> str:
    """The text between tags."""
    return html.escape(text, quote=False)


def attr(text: str) -> str:
    """The text within a tag."""
    return html.escape(text, quote=True)


def entities(text: str) -> str:
    """The text with named entities of HTML for all that is not ASCII."""

    def one(char: str) -> str:
        code = ord(char)
        if code < 128:
            return char
        return f"&{codepoint2name[code]};" if code in codepoint2name else f"&#x{code:X};"

    return "".join(map(one, esc(text)))


def paragraphs(row: Row, turn: Callable[[str], str] = esc) -> list[str]:
    """The article's paragraphs as elements."""
    return [f"<p>{turn(text)}</p>" for text in row["paragraphs"]]


def dumps(value: Any, **kept: Any) -> str:
    """JSON with its characters as they are."""
    return json.dumps(value, **{"ensure_ascii": False, "indent": 2} | kept)


def png(side: int = 48) -> bytes:
    """A small grey picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    rows = b"".join(b"\0" + bytes((x * y) % 256 for x in range(side)) for y in range(side))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


# Plain text and Markdown

TXT = [
    ("dated-line.txt", "utf-8", "line", "the date on a line of its own"),
    ("dated-same.txt", "utf-8", "same", "the text goes on after the date"),
    ("windows.txt", "bom", "", "UTF-8 with BOM, CRLF"),
    ("utf16le.txt", "utf-16-le", "line", "UTF-16 little-endian with BOM"),
    ("utf16be.txt", "utf-16-be", "", "UTF-16 big-endian with BOM, CRLF"),
    ("utf32.txt", "utf-32-le", "line", "UTF-32 with BOM"),
    ("decomposed.text", "utf-8", "line", "NFD; expected in NFC"),
    ("wrapped.txt", "utf-8", "line", "lines of 66 characters, blank lines between paragraphs"),
]


def txt_files(sink: Sink, deck: Deck) -> None:
    """Plain text; it states no title."""
    for name, encoding, dated, note in TXT:
        row = deck["vi-cau"] if name.startswith("decomposed") else deck.deal()
        text = text_of(row)
        if name.startswith("wrapped"):
            text = "\n\n".join(textwrap.fill(one, 66) for one in row["paragraphs"])
        if dated:
            text = f"date {row['published']}{' ' if dated == 'same' else chr(10) * 2}{text}"
        text = crlf(text + "\n") if "CRLF" in note else text + "\n"
        if name.startswith("decomposed"):
            text = unicodedata.normalize("NFD", text)
        told = tell(row, "published" if dated else "")
        sink.add(f"txt/{name}", "txt", encode(text, encoding), [told], note)


def quoted(text: str) -> str:
    """A YAML string."""
    return json.dumps(text, ensure_ascii=False)


def markdown(front: str, row: Row) -> str:
    """Front matter and text."""
    return f"---\n{textwrap.dedent(front).strip()}\n---\n\n{text_of(row)}\n"


def md_plain(row: Row) -> tuple[str, Told]:
    """The documented names."""
    listed = "".join(f"\n  - {name}" for name in row["byline"])
    front = f"title: {quoted(row['title'])}\noutlet: {row['outlet']}\nbyline:{listed}\n"
    front += f"published: {row['published']}\nlanguage: {row['language']}\n"
    return markdown(front, row), tell(row, "title outlet byline published language")


def md_also(row: Row) -> tuple[str, Told]:
    """The other names, and a date whose month is named."""
    front = f"headline: {quoted(row['title'])}\nsource: {quoted(row['outlet'])}\n"
    front += f"author: {names(row)}\ndate: {spoken(row['published'])}\n"
    return markdown(front, row), tell(row, "title outlet byline published")


def md_rights(row: Row) -> tuple[str, Told]:
    """Address, licence, a past embargo, a correction."""
    embargo = iso(row["published"], 6)
    front = f"title: {quoted(row['title'])}\nurl: {url_of(row)}\nlicense: CC BY-ND 4.0\n"
    front += f"published: {row['published']}\nupdated: {row['updated']}\nembargo: {embargo}\n"
    front += f"correction: {quoted(row['correction'])}\n"
    told = tell(row, "title url published updated correction", license="CC BY-ND 4.0")
    return markdown(front, row), told | {"embargo": embargo}


def md_blocks(row: Row) -> tuple[str, Told]:
    """Folded scalars, a list in one line, a comment."""
    folded = textwrap.fill(row["title"], 30, initial_indent="  ", subsequent_indent="  ")
    front = f"# exported by Quillpress 4\ntitle: >-\n{folded}\n"
    front += f"byline: [{', '.join(map(quoted, row['byline']))}]\npublished: '{row['published']}'\n"
    return f"---\n{front}---\n{text_of(row)}\n", tell(row, "title byline published")


def md_extra(row: Row) -> tuple[str, Told]:
    """An id, fictional, and fields that nobody knows."""
    front = f"id: {quoted(id_of(row))}\ntitle: {quoted(row['title'])}\nfictional: true\n"
    front += f"published: {row['published']}\ntags: [invented, {row['kind']}]\n"
    front += "layout: post\nhero:\n  image: /img/1.jpg\n  credit: nobody\n"
    return markdown(front, row), tell(row, "id title published")


def md_times(row: Row) -> tuple[str, Told]:
    """YAML's own times, without quotation marks."""
    front = f"title: {quoted(row['title'])}\noutlet: {row['outlet']}\n"
    front += f"published: {row['published']} 09:30:00 +01:00\n"
    front += f"updated: {iso(row['updated'], 15)}\n"
    return markdown(front, row), tell(row, "title outlet published updated")


def md_marked(row: Row) -> tuple[str, Told]:
    """Emphasis, a link and a subheading."""
    first, second, *rest = row["paragraphs"]
    word = first.split()[1]
    body = [first.replace(word, f"**{word}**", 1), "## What happened", second]
    body += [f"[{rest[0]}]({url_of(row)})", *rest[1:]]
    front = f"title: {quoted(row['title'])}\npublished: {row['published']}"
    told = tell(row, "title published")
    told["text"] = "\n\n".join([first, "What happened", second, *rest])
    return f"---\n{front}\n---\n\n" + "\n\n".join(body) + "\n", told


def md_files(sink: Sink, deck: Deck) -> None:
    """Markdown with front matter."""
    shapes: list[tuple[str, Row, Callable[[Row], tuple[str, Told]], str, str]] = [
        ("plain.md", deck.deal(signed), md_plain, "utf-8", ""),
        ("names.md", deck.deal(signed_english), md_also, "utf-8", "headline, source, author, date"),
        ("rights.md", deck["health-measles"], md_rights, "utf-8", "embargo in the past"),
        ("windows.md", deck.deal(signed), md_plain, "bom", "CRLF and BOM"),
        ("blocks.md", deck.deal(signed), md_blocks, "utf-8", "folded title"),
        ("extra.md", deck.deal(), md_extra, "utf-8", "nested and unknown fields"),
        ("times.md", deck["transport-bridge"], md_times, "utf-8", "dates with times, unquoted"),
        ("utf16.md", deck.deal(signed), md_plain, "utf-16-le", "UTF-16 with BOM"),
        ("marked.markdown", deck.deal(), md_marked, "utf-8", "UNSURE: marks taken out or kept"),
    ]
    for name, row, shape, encoding, note in shapes:
        text, told = shape(row)
        text = crlf(text) if "CRLF" in note else text
        sink.add(f"md/{name}", "md", encode(text, encoding), [told], note)


# JSON and JSON lines


def record(row: Row, fields: str, **given: Any) -> tuple[Row, Told]:
    """An object with documented names, and what it states."""
    told = tell(row, fields, **given)
    return {name: value for name, value in told.items() if name != "_key"}, told


def renamed(row: Row) -> tuple[Row, Told]:
    """An object with the other names."""
    told = tell(row, "id title outlet byline published")
    also = {"title": "headline", "outlet": "source", "byline": "author", "published": "date"}
    made = {also.get(name, name): value for name, value in told.items() if name != "_key"}
    return made | {"date": spoken(row["published"])}, told


def json_rights(row: Row) -> tuple[Row, Told]:
    """An object with a past embargo in UTC, a licence and empty fields."""
    embargo = zulu(row["published"], 5)
    made, told = record(row, "id title byline published url", license="© Nobody, all rights")
    told["embargo"] = embargo
    return made | {"embargoed": embargo, "correction": "", "updated": None, "byline": None}, told


def json_files(sink: Sink, deck: Deck) -> None:
    """JSON: one object, or a list."""
    full = "id title outlet byline published updated correction url language"
    one, told = record(deck["court-arson"], full)
    sink.add("json/full.json", "json", encode(dumps(one)), [told], "all fields")
    one, told = renamed(deck.deal(signed))
    sink.add("json/names.json", "json", encode(dumps(one)), [told], "other names, spoken date")
    one, told = json_rights(deck.deal(lambda row: not signed(row)))
    sink.add("json/rights.json", "json", encode(dumps(one)), [told], "empty fields, embargo past")
    one, told = record(deck.deal(), "title published")
    ascii_only = dumps(one, ensure_ascii=True, indent=None)
    sink.add("json/escapes.json", "json", encode(ascii_only), [told], "\\u escapes")
    pairs = [record(row, "title outlet byline published") for row in deck.hand(4)]
    listed, tolds = [made for made, _ in pairs], [told for _, told in pairs]
    sink.add("json/list.json", "json", encode(dumps(listed)), tolds, "a list of four")
    pairs = [record(row, "id published language") for row in deck.hand(2)]
    listed, tolds = [made for made, _ in pairs], [told for _, told in pairs]
    sink.add("json/untitled.json", "json", encode(dumps(listed), "bom"), tolds, "id, no title; BOM")
    pairs = [renamed(row) for row in deck.hand(3, signed_english)]
    listed, tolds = [made for made, _ in pairs], [told for _, told in pairs]
    data = encode(crlf(dumps(listed)), "utf-16-le")
    sink.add("json/utf16.json", "json", data, tolds, "UTF-16 with BOM, CRLF")
    one, told = record(deck["foreign-talks"], "title byline published")
    one["published"] = iso(one["published"])
    one["text"] = one["text"].replace("\n\n", "\r\n\r\n")
    sink.add("json/object.json", "json", encode(dumps([one])), [told], "a list of one; date-time")


def jsonl_files(sink: Sink, deck: Deck) -> None:
    """JSON lines."""
    shapes = [
        ("plain.jsonl", 3, "id title outlet byline published language", "\n", "utf-8"),
        ("windows.jsonl", 3, "title byline published url", "\r\n", "bom"),
        ("gaps.jsonl", 4, "id title outlet", "\n\n", "utf-8"),
        ("utf16.jsonl", 2, "title published language", "\n", "utf-16-be"),
    ]
    for name, count, fields, end, encoding in shapes:
        pairs = [record(row, fields) for row in deck.hand(count)]
        text = end.join(dumps(made, indent=None) for made, _ in pairs) + end
        told = [told for _, told in pairs]
        sink.add(f"jsonl/{name}", "jsonl", encode(text, encoding), told, f"{encoding}, {end!r}")
    pairs = [renamed(row) for row in deck.hand(5, signed_english)]
    text = "\n".join(dumps(made, indent=None, ensure_ascii=True) for made, _ in pairs)
    told = [told for _, told in pairs]
    sink.add("jsonl/names.jsonl", "jsonl", encode(text), told, "other names; no last line end")
    pairs = [
        record(deck[key], "title byline published updated correction", license="CC0")
        for key in ("accident-rail", "court-arson")
    ]
    text = "".join(dumps(made, indent=None) + "\n" for made, _ in pairs)
    sink.add("jsonl/corrections.jsonl", "jsonl", encode(text), [told for _, told in pairs])


# IPTC ninjs

NINJS_USUAL = "id title byline published updated language"
PICTURE = {
    "uri": "urn:picture:4711",
    "type": "picture",
    "headline": "The harbour at dusk",
    "description_text": "A crane at dusk. Photo: Nobody",
    "renditions": {"web": {"href": "https://img.example/4711.jpg", "mimetype": "image/jpeg"}},
}
FIGURE = (
    '<figure><img src="https://img.example/4711.jpg" alt="A crane"/>'
    "<figcaption>A crane at dusk. Photo: Nobody</figcaption></figure>"
)


def ninjs_told(row: Row, fields: str = NINJS_USUAL, **given: Any) -> Told:
    """What an item states."""
    return tell(row, fields, **given)


def ninjs1(row: Row, **bodies: Any) -> Row:
    """An item of ninjs 1.x."""
    item = {
        "uri": id_of(row),
        "type": "text",
        "version": "3",
        "firstcreated": iso(row["published"]),
        "versioncreated": iso(row.get("updated", row["published"]), 14),
        "pubstatus": "usable",
        "urgency": 4,
        "language": row["language"],
        "headline": row["title"],
        "slugline": row["key"],
    }
    if row["byline"]:
        item["byline"] = f"By {names(row)}"
    return item | bodies


def lines(row: Row) -> str:
    """The text, its paragraphs on lines of their own."""
    return "\n".join(row["paragraphs"])


def flat(row: Row) -> str:
    """The text in one piece."""
    return " ".join(row["paragraphs"])


def marked(row: Row, inside: str = "") -> str:
    """The text as HTML, with something after its first paragraph."""
    first, *rest = paragraphs(row)
    return first + inside + "".join(rest)


def ninjs1_files(sink: Sink, deck: Deck) -> None:
    """Items of ninjs 1.x: byline, headline, body_..."""
    row = deck.deal(signed)
    item = ninjs1(row, body_text=text_of(row))
    sink.add("ninjs/1-text.json", "ninjs", encode(dumps(item)), [ninjs_told(row)], "1.0 body_text")
    row = deck["accident-rail"]
    item = ninjs1(row, body_xhtml=f"<div>{marked(row, FIGURE)}</div>", usageterms="Print only")
    item |= {"ednote": f"CORRECTION: {row['correction']}", "associations": {"pic": PICTURE}}
    fields = "id title byline published updated language correction"
    told = ninjs_told(row, fields, license="Print only")
    note = "1.2 body_xhtml, picture associated, ednote begins with CORRECTION:"
    sink.add("ninjs/1-xhtml.json", "ninjs", encode(dumps(item)), [told], note)
    row = deck.deal(signed)
    item = ninjs1(row, body_text=flat(row), body_xhtml=marked(row), copyrightholder=row["outlet"])
    note = "1.3 both bodies; only the markup has paragraphs"
    sink.add("ninjs/1-both.json", "ninjs", encode(dumps(item)), [ninjs_told(row)], note)
    rows = deck.hand(3)
    items = [
        ninjs1(row, body_text=lines(row), standard={"name": "ninjs", "version": "1.4"})
        for row in rows
    ]
    text = "\n".join(dumps(item, indent=None) for item in items) + "\n"
    told_all = [ninjs_told(row) for row in rows]
    sink.add("ninjs/1-lines.jsonl", "ninjs", encode(text), told_all, "1.4, a line an item")
    row = deck["foreign-talks"]
    embargo = "2026-05-04T18:00:00Z"
    item = ninjs1(row, body_text=text_of(row), embargoed=embargo, expires=zulu("2027-05-04"))
    told = ninjs_told(row, embargo=embargo)
    sink.add("ninjs/1-embargo.json", "ninjs", encode(dumps([item])), [told], "embargo in the past")


def ninjs2(row: Row, kind: str, value: str, **given: Any) -> Row:
    """An item of ninjs 2.x."""
    item = {
        "standard": {"name": "ninjs", "version": "2.1"},
        "uri": id_of(row),
        "type": "text",
        "firstcreated": zulu(row["published"]),
        "versioncreated": zulu(row.get("updated", row["published"]), 14),
        "pubstatus": "usable",
        "language": row["language"],
        "headlines": [{"role": "main", "value": row["title"]}],
        "bodies": [{"role": "main", "contenttype": kind, "value": value}],
        "people": [{"name": name, "rel": "creator"} for name in row["byline"]],
    }
    if row["byline"]:
        item["by"] = names(row)
    return item | given


def ninjs2_files(sink: Sink, deck: Deck) -> None:
    """Items of ninjs 2.x: by, headlines, bodies."""
    row = deck.deal(signed)
    item = ninjs2(row, "text/plain", text_of(row))
    sink.add("ninjs/2-text.json", "ninjs", encode(dumps(item)), [ninjs_told(row)], "text/plain")
    row = deck.deal(signed)
    page = f"<html><head><title>{esc(row['title'])}</title></head><body><article>"
    page += f"<h1>{esc(row['title'])}</h1>{marked(row, FIGURE)}</article></body></html>"
    item = ninjs2(row, "text/html", page, associations=[PICTURE | {"name": "a1"}])
    note = "a whole page as body: h1 and caption do not belong to the text"
    sink.add("ninjs/2-page.json", "ninjs", encode(dumps(item)), [ninjs_told(row)], note)
    row = deck["court-arson"]
    item = ninjs2(row, "application/xhtml+xml", marked(row), usageterms="Not for archives in print")
    item |= {"ednote": f"Correction: {row['correction']}", "copyrightholder": row["outlet"]}
    item["headlines"].insert(0, {"role": "short", "value": "Harbour fire: four years"})
    fields = "id title byline published updated language correction"
    told = ninjs_told(row, fields, license="Not for archives in print")
    note = "headline of role short before main; note begins with Correction:"
    sink.add("ninjs/2-rights.json", "ninjs", encode(dumps(item)), [told], note)
    row = deck.deal(signed)
    item = ninjs2(row, "text/plain", flat(row))
    item["bodies"].append({"role": "richtext", "contenttype": "text/html", "value": marked(row)})
    told = ninjs_told(row)
    sink.add("ninjs/2-both.json", "ninjs", encode(dumps(item), "bom"), [told], "two bodies, BOM")
    rows = deck.hand(4)
    items = [ninjs2(row, "text/plain", lines(row)) for row in rows]
    told_all = [ninjs_told(row) for row in rows]
    sink.add("ninjs/2-list.json", "ninjs", encode(dumps(items)), told_all, "a list of items")


def ninjs3(row: Row, kind: str, value: str, **given: Any) -> Row:
    """An item of ninjs 3.x."""
    item = {
        "standard": {
            "name": "ninjs",
            "version": "3.0",
            "schema": "https://www.iptc.org/std/ninjs/ninjs-schema_3.0.json",
        },
        "uri": id_of(row),
        "type": "text",
        "firstCreated": iso(row["published"]),
        "versionCreated": iso(row.get("updated", row["published"]), 14),
        "pubStatus": "usable",
        "language": row["language"],
        "headlines": [{"role": "main", "value": row["title"]}],
        "bodies": [{"role": "main", "contentType": kind, "value": value}],
    }
    if row["byline"]:
        item["by"] = names(row)
    return item | given


def ninjs3_files(sink: Sink, deck: Deck) -> None:
    """Items of ninjs 3.x: names in camel case."""
    row = deck.deal(signed)
    item = ninjs3(row, "text/plain", text_of(row))
    sink.add("ninjs/3-text.json", "ninjs", encode(dumps(item)), [ninjs_told(row)], "text/plain")
    row = deck.deal(signed)
    item = ninjs3(row, "text/html", f"<section>{''.join(paragraphs(row, entities))}</section>")
    item["altIds"] = [{"role": "internal", "value": "77-1"}]
    told = ninjs_told(row)
    sink.add("ninjs/3-html.json", "ninjs", encode(dumps(item)), [told], "named entities")
    row = deck["long-dam"]
    embargo = iso(row["published"], 6)
    item = ninjs3(row, "application/xhtml+xml", marked(row), embargoed=embargo)
    item |= {"usageTerms": "CC BY 4.0", "copyrightNotice": "© 2026 Continental Press"}
    item["descriptions"] = [{"role": "summary", "value": "Six reports, one photograph."}]
    fields = "id title byline published updated language"
    told = ninjs_told(row, fields, license="CC BY 4.0", embargo=embargo)
    sink.add("ninjs/3-rights.json", "ninjs", encode(dumps(item)), [told], "embargo in the past")
    rows = deck.hand(3)
    items = [ninjs3(row, "text/plain", text_of(row)) for row in rows]
    text = crlf("\n".join(dumps(item, indent=None, ensure_ascii=True) for item in items))
    told_all = [ninjs_told(row) for row in rows]
    sink.add("ninjs/3-lines.jsonl", "ninjs", encode(text), told_all, "CRLF, escapes")
    row = deck.deal(signed)
    item = ninjs3(row, "text/plain", text_of(row))
    picture = PICTURE | {"uri": "urn:picture:4712"}
    item["associations"] = [{"name": "main", "type": "picture", "headlines": [{"value": "Dusk"}]}]
    note = "a list of a text and a picture: the picture is no article"
    sink.add("ninjs/3-mixed.json", "ninjs", encode(dumps([item, picture])), [ninjs_told(row)], note)


# NITF

NITF_NS = ' xmlns="http://iptc.org/std/NITF/2006-10-18/"'
NITF_DTD = (
    '<!DOCTYPE nitf SYSTEM "http://www.nitf.org/IPTC/NITF/3.6/specification/dtd/nitf-3-6.dtd">'
)
MEDIA = (
    '<media media-type="image"><media-reference source="p1.jpg" mime-type="image/jpeg"/>'
    "<media-caption><p>A crane at dusk. Photo: Nobody</p></media-caption></media>"
)


def nitf_head(row: Row, docdata: str, pubdata: str = "") -> str:
    """The head of a NITF document."""
    return (
        f"<head><title>{esc(row['title'])}</title>"
        f'<tobject tobject.type="news"><tobject.subject tobject.subject.refnum="04000000"/>'
        f"</tobject><docdata>{docdata}</docdata>{pubdata}</head>"
    )


def nitf_body(row: Row, content: list[str], *, by: str = "", dateline: str = "") -> str:
    """The body of a NITF document."""
    byline = f"<byline>{by}</byline>" if by else ""
    return (
        f"<body><body.head><hedline><hl1>{esc(row['title'])}</hl1></hedline>{byline}{dateline}"
        f"</body.head><body.content>{chr(10).join(content)}</body.content><body.end/></body>"
    )


def persons(row: Row) -> str:
    """The byline with the people marked."""
    marked_names = [f"<person>{esc(name)}</person>" for name in row["byline"]]
    return f"By {' and '.join(marked_names)}<byttl>Staff writers</byttl>" if marked_names else ""


def docdata(row: Row, more: str = "") -> str:
    """Identifier and day of issue."""
    return (
        f'<doc-id id-string="{id_of(row)}" regsrc="{attr(row["outlet"])}"/>'
        f'<date.issue norm="{norm(row["published"])}"/>{more}'
    )


def pubdata(row: Row) -> str:
    """The publication."""
    day = row["published"].replace("-", "")
    return f'<pubdata type="web" name="{attr(row["outlet"])}" date.publication="{day}T000000Z"/>'


def nitf(row: Row, *, ns: str = "", **parts: Any) -> str:
    """A NITF document; the parts are docdata, pubdata, content, by, dateline."""
    head = nitf_head(row, parts.get("docdata", docdata(row)), parts.get("pubdata", ""))
    by = parts.get("by", f"By {esc(names(row))}" if row["byline"] else "")
    content = parts.get("content", [f"<block>{one}</block>" for one in paragraphs(row)])
    body = nitf_body(row, content, by=by, dateline=parts.get("dateline", ""))
    dated = 'change.date="October 18, 2006" version="-//IPTC//DTD NITF 3.4//EN"'
    return f"<nitf{ns} {dated}>\n{head}\n{body}\n</nitf>\n"


def xml(text: str, encoding: str = "utf-8") -> bytes:
    """An XML file with its declaration."""
    named = {"bom": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}.get(encoding, "UTF-8")
    return encode(f'<?xml version="1.0" encoding="{named}"?>\n{text}', encoding)


def nitf_files(sink: Sink, deck: Deck) -> None:
    """NITF."""
    usual = "id title byline published"
    row = deck.deal(signed)
    text = f"{NITF_DTD}\n{nitf(row)}"
    sink.add("nitf/dtd.xml", "nitf", xml(text), [tell(row, usual)], "DOCTYPE without entities")
    row = deck.deal(signed)
    text = nitf(row, ns=NITF_NS, by=persons(row), pubdata=pubdata(row))
    told = tell(row, usual + " outlet")
    sink.add("nitf/namespace.xml", "nitf", xml(text), [told], "people marked; pubdata with name")
    row = deck.deal(signed)
    sink.add("nitf/utf16.xml", "nitf", xml(nitf(row), "utf-16-be"), [tell(row, usual)], "UTF-16")
    row = deck.deal(signed)
    content = [f"<p><![CDATA[{one}]]></p>" for one in row["paragraphs"]]
    data = xml(crlf(nitf(row, content=content)), "bom")
    sink.add("nitf/cdata.xml", "nitf", data, [tell(row, usual)], "CDATA, CRLF, BOM")
    row = deck["health-measles"]
    message = f'<ed-msg info="CORRECTION: {attr(row["correction"])}"/>'
    text = nitf(row, docdata=docdata(row, message))
    told = tell(row, usual + " correction")
    sink.add("nitf/correction.xml", "nitf", xml(text), [told], "ed-msg begins with CORRECTION:")
    nitf_more(sink, deck, usual)


def nitf_more(sink: Sink, deck: Deck, usual: str) -> None:
    """NITF: pictures, datelines, other places for the day."""
    row = deck.deal(signed)
    first, *rest = paragraphs(row)
    text = nitf(row, content=["<block>", first, MEDIA, *rest, "</block>"])
    sink.add("nitf/media.xml", "nitf", xml(text), [tell(row, usual)], "caption is not text")
    row = deck.deal(signed_english)
    day = row["published"].replace("-", "")
    line = (
        f"<dateline><location>BRENN</location><story.date norm={day!r}>{spoken(row['published'])}"
    )
    line += "</story.date></dateline>"
    text = nitf(row, docdata=f'<doc-id id-string="{id_of(row)}"/>', dateline=line)
    sink.add("nitf/dateline.xml", "nitf", xml(text), [tell(row, usual)], "day in story.date only")
    row = deck["pl-rzeka"]
    numbers = [
        f"<p>{esc(one).encode('ascii', 'xmlcharrefreplace').decode()}</p>"
        for one in row["paragraphs"]
    ]
    copyright_line = f'<doc.copyright year="2026" holder="{attr(row["outlet"])}"/>'
    text = nitf(row, ns=' xml:lang="pl"', content=numbers, docdata=docdata(row, copyright_line))
    told = tell(row, usual + " language")
    sink.add("nitf/polish.xml", "nitf", xml(text), [told], "numeric references, xml:lang")


# NewsML-G2

G2 = "http://iptc.org/std/nar/2006-10-01/"
XHTML = "http://www.w3.org/1999/xhtml"
G2_ATTRIBUTES = 'standard="NewsML-G2" standardversion="2.33" conformance="power"'
CATALOG = '<catalogRef href="http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_38.xml"/>'


def g2_meta(row: Row, given: Row) -> str:
    """rightsInfo, itemMeta and contentMeta."""
    terms = f"<usageTerms>{given['terms']}</usageTerms>" if "terms" in given else ""
    embargo = f"<embargoed>{given['embargo']}</embargoed>" if "embargo" in given else ""
    note = f"<edNote>{esc(given['note'])}</edNote>" if "note" in given else ""
    by = f"<by>By {esc(names(row))}</by>" if row["byline"] else ""
    people = "".join(f"<creator><name>{esc(name)}</name></creator>" for name in row["byline"])
    return f"""
<rightsInfo><copyrightHolder><name>{esc(row["outlet"])}</name></copyrightHolder>{terms}</rightsInfo>
<itemMeta><itemClass qcode="ninat:text"/>
<provider literal="x"><name>{esc(row["outlet"])}</name></provider>
<versionCreated>{iso(row.get("updated", row["published"]), 14)}</versionCreated>
<firstCreated>{iso(row["published"])}</firstCreated>{embargo}
<pubStatus qcode="{given.get("status", "stat:usable")}"/>{note}</itemMeta>
<contentMeta><urgency>4</urgency>{people if given.get("people") else ""}
<language tag="{row["language"]}"/><headline>{esc(row["title"])}</headline>
{"" if given.get("people") else by}</contentMeta>"""


def g2_item(row: Row, content: str, **given: Any) -> str:
    """A newsItem; content is what its contentSet holds."""
    outer = f"""<newsItem xmlns="{G2}" guid="{id_of(row)}" version="2" {G2_ATTRIBUTES}
 xml:lang="{row["language"]}">{CATALOG}{g2_meta(row, given)}
<contentSet>@</contentSet></newsItem>"""
    if given.get("prefix"):
        outer = re.sub(r"<(/?)(?=\w)", r"<\1nar:", outer).replace(" xmlns=", " xmlns:nar=")
        content = re.sub(r"<(/?)inline", r"<\1nar:inline", content)
    return outer.replace("@</", content + "</")


def g2_nitf(row: Row, **parts: Any) -> str:
    """The text as NITF."""
    document = nitf(row, ns=NITF_NS, **parts)
    return f'<inlineXML contenttype="application/nitf+xml">{document}</inlineXML>'


def g2_xhtml(row: Row, inside: str = "") -> str:
    """The text as XHTML."""
    page = f'<html xmlns="{XHTML}"><head><title>{esc(row["title"])}</title></head><body>'
    page += f"<div>{marked(row, inside)}</div></body></html>"
    return f'<inlineXML contenttype="application/xhtml+xml">{page}</inlineXML>'


def g2_plain(row: Row) -> str:
    """The text as it is."""
    return f'<inlineData contenttype="text/plain">{esc(text_of(row))}</inlineData>'


G2_USUAL = "id title outlet byline published updated language"


def g2_nitf_files(sink: Sink, deck: Deck) -> None:
    """Single items with NITF inside."""
    row = deck.deal(signed)
    sink.add("g2/nitf.xml", "newsml-g2", xml(g2_item(row, g2_nitf(row))), [tell(row, G2_USUAL)])
    row = deck.deal(signed)
    text = g2_item(row, g2_nitf(row, by=""), prefix=True, people=True)
    note = "prefix for all elements of NAR; the authors in creator only"
    sink.add("g2/nitf-prefix.xml", "newsml-g2", xml(text), [tell(row, G2_USUAL)], note)
    row = deck["court-arson"]
    text = g2_item(row, g2_nitf(row), note=f"CORRECTION: {row['correction']}", terms="Web only")
    told = tell(row, G2_USUAL + " updated correction", license="Web only")
    sink.add("g2/nitf-correction.xml", "newsml-g2", xml(text), [told], "edNote: CORRECTION:")
    row = deck["long-dam"]
    embargo = iso(row["published"], 6)
    text = g2_item(row, g2_nitf(row), embargo=embargo)
    told = tell(row, G2_USUAL + " updated", embargo=embargo)
    sink.add("g2/nitf-embargo.xml", "newsml-g2", xml(text), [told], "embargo in the past")
    row = deck.deal(signed)
    first, *rest = paragraphs(row)
    data = xml(g2_item(row, g2_nitf(row, content=[first, MEDIA, *rest])), "utf-16-le")
    sink.add("g2/nitf-utf16.xml", "newsml-g2", data, [tell(row, G2_USUAL)], "UTF-16, a caption")


def g2_xhtml_files(sink: Sink, deck: Deck) -> None:
    """Single items with XHTML or plain text inside."""
    row = deck.deal(signed)
    sink.add("g2/xhtml.xml", "newsml-g2", xml(g2_item(row, g2_xhtml(row))), [tell(row, G2_USUAL)])
    row = deck.deal(signed)
    text = g2_item(row, g2_xhtml(row, FIGURE))
    note = "figure with caption within"
    sink.add("g2/xhtml-figure.xml", "newsml-g2", xml(text), [tell(row, G2_USUAL)], note)
    row = deck.deal(lambda row: not signed(row))
    data = xml(crlf(g2_item(row, g2_xhtml(row))), "bom")
    sink.add("g2/xhtml-bom.xml", "newsml-g2", data, [tell(row, G2_USUAL)], "BOM, CRLF, no byline")
    row = deck.deal(signed)
    text = g2_item(row, g2_xhtml(row), prefix=True, terms="CC BY-SA 4.0")
    told = tell(row, G2_USUAL, license="CC BY-SA 4.0")
    sink.add("g2/xhtml-terms.xml", "newsml-g2", xml(text), [told], "prefixes")
    row = deck.deal(signed)
    text = g2_item(row, g2_plain(row))
    sink.add(
        "g2/plain.xml", "newsml-g2", xml(text), [tell(row, G2_USUAL)], "inlineData, text/plain"
    )


def g2_picture() -> str:
    """A newsItem that is a picture."""
    return f"""<newsItem xmlns="{G2}" guid="urn:newsml:pix.example:20260401:4711" version="1"
 {G2_ATTRIBUTES} xml:lang="en">{CATALOG}<itemMeta><itemClass qcode="ninat:picture"/>
<provider literal="pix"><name>Pix</name></provider>
<versionCreated>2026-04-01T09:30:00Z</versionCreated><pubStatus qcode="stat:usable"/></itemMeta>
<contentMeta><headline>A crane at dusk</headline>
<description role="drol:caption">A crane at dusk in the harbour of Brenn.</description>
</contentMeta>
<contentSet><remoteContent href="https://img.example/4711.jpg" contenttype="image/jpeg"/>
</contentSet></newsItem>"""


def g2_package(rows: list[Row]) -> str:
    """A packageItem that refers to items."""
    refs = "".join(
        f'<itemRef residref="{id_of(row)}" contenttype="application/vnd.iptc.g2.newsitem+xml">'
        f'<itemClass qcode="ninat:text"/><title>{esc(row["title"])}</title></itemRef>'
        for row in rows
    )
    return f"""<packageItem xmlns="{G2}" guid="urn:newsml:brenn-courier.example:20260601:top"
 version="1" {G2_ATTRIBUTES} xml:lang="en">{CATALOG}<itemMeta>
<itemClass qcode="ninat:composite"/><provider literal="bc"><name>Brenn Courier</name></provider>
<versionCreated>2026-06-01T07:00:00+02:00</versionCreated><pubStatus qcode="stat:usable"/>
<title>Top stories of the hour</title></itemMeta>
<contentMeta><headline>Top stories</headline></contentMeta>
<groupSet root="top"><group id="top" role="group:top">{refs}</group></groupSet></packageItem>"""


def g2_message(items: list[str]) -> str:
    """A newsMessage."""
    return f"""<newsMessage xmlns="{G2}"><header><sent>2026-06-01T07:01:00+02:00</sent>
<catalogRef href="http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_38.xml"/>
<sender>brenn-courier.example</sender><transmitId>tag:brenn,2026:1</transmitId></header>
<itemSet>{chr(10).join(items)}</itemSet></newsMessage>"""


def g2_message_files(sink: Sink, deck: Deck) -> None:
    """Messages and packages."""
    shapes: list[tuple[str, list[Callable[[Row], str]], str]] = [
        ("message-one.xml", [g2_nitf], ""),
        ("message-mixed.xml", [g2_nitf, g2_xhtml, g2_plain], "and a picture item"),
        ("message-xhtml.xml", [g2_xhtml] * 4, ""),
        ("package-nitf.xml", [g2_nitf] * 3, "a package that refers to the items beside it"),
        ("package-xhtml.xml", [g2_xhtml] * 2, "a package, its items and a picture item"),
    ]
    for name, shape, note in shapes:
        rows = deck.hand(len(shape), signed)
        items = [g2_item(row, make(row)) for row, make in zip(rows, shape, strict=True)]
        if "picture" in note:
            items.append(g2_picture())
        if name.startswith("package"):
            items.insert(0, g2_package(rows))
        told = [tell(row, G2_USUAL) for row in rows]
        sink.add(f"g2/{name}", "newsml-g2", xml(g2_message(items)), told, note)


# Feeds

RSS_NS = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:media="http://search.yahoo.com/mrss/"'
)


def rss_item(row: Row, content: str, more: str = "") -> str:
    """An entry of RSS 2.0."""
    when = format_datetime(moment(row["published"]))
    return f"""<item><title>{esc(row["title"])}</title><link>{url_of(row)}</link>
<guid isPermaLink="true">{url_of(row)}</guid><pubDate>{when}</pubDate>
<description>{esc(row["paragraphs"][0][:90])} [&#8230;]</description>
<content:encoded>{content}</content:encoded>{more}</item>"""


def creators(row: Row) -> str:
    """dc:creator."""
    return "".join(f"<dc:creator><![CDATA[{name}]]></dc:creator>" for name in row["byline"])


def rss(outlet: str, items: list[str], more: str = "") -> str:
    """A feed in RSS 2.0."""
    site = f"https://www.{slug(outlet)}.example/"
    return f"""<rss version="2.0" {RSS_NS}><channel><title>{esc(outlet)}</title>
<link>{site}</link><description>News &amp; views</description>{more}
<atom:link href="{site}feed" rel="self" type="application/rss+xml"/>
{chr(10).join(items)}</channel></rss>"""


def cdata(row: Row, inside: str = "") -> str:
    """The text's markup in a CDATA section."""
    return f"<![CDATA[{marked(row, inside)}]]>"


def one_outlet(deck: Deck, outlet: str, count: int) -> list[Row]:
    """Articles of one outlet."""
    return deck.hand(count, lambda row: row["outlet"] == outlet and signed(row))


def rss_files(sink: Sink, deck: Deck) -> None:
    """RSS 2.0 with content:encoded, and one feed in RSS 1.0."""
    usual = "title outlet byline published url"
    rows = one_outlet(deck, "Brenn Courier", 4)
    items = [rss_item(row, cdata(row), creators(row)) for row in rows]
    told = [tell(row, usual + " language") for row in rows]
    text = rss("Brenn Courier", items, "<language>en-GB</language>")
    sink.add("rss/cdata.xml", "rss", xml(text), told, "CDATA, dc:creator, language of the channel")
    rows = one_outlet(deck, "Continental Press", 3)
    items = [rss_item(row, esc("".join(paragraphs(row, entities))), creators(row)) for row in rows]
    text = rss("Continental Press", items)
    told = [tell(row, usual) for row in rows]
    sink.add("rss/escaped.rss", "rss", xml(text), told, "markup escaped, entities within")
    rows = one_outlet(deck, "Meridian Markets", 3)
    items = [rss_item(row, cdata(row, FIGURE), creators(row)) for row in rows]
    told = [tell(row, usual) for row in rows]
    text = rss("Meridian Markets", items).replace(" +0100</pubDate>", " GMT</pubDate>")
    data = xml(crlf(text), "bom")
    sink.add("rss/figures.rss", "rss", data, told, "captions, BOM, CRLF, days in GMT")
    rows = one_outlet(deck, "Field Notes", 2)
    mails = [f"<author>desk@field.example ({esc(names(row))})</author>" for row in rows]
    items = [rss_item(row, cdata(row), mail) for row, mail in zip(rows, mails, strict=True)]
    told = [tell(row, usual) for row in rows]
    sink.add("rss/author.xml", "rss", xml(rss("Field Notes", items)), told, "author with address")
    rss_more(sink, deck, usual)


def rss_more(sink: Sink, deck: Deck, usual: str) -> None:
    """Rights, identifiers, UTF-16 and RSS 1.0."""
    rows = one_outlet(deck, "Wire & Circuit", 3)
    items = [
        rss_item(row, cdata(row), creators(row) + "<dc:rights>CC BY 4.0</dc:rights>")
        for row in rows
    ]
    told = [tell(row, usual, license="CC BY 4.0") for row in rows]
    sink.add("rss/rights.xml", "rss", xml(rss("Wire & Circuit", items)), told, "dc:rights an item")
    rows = one_outlet(deck, "Capital Desk", 3)
    link = re.compile(r'<guid isPermaLink="true">[^<]*')
    items = [
        link.sub(f'<guid isPermaLink="false">{id_of(row)}', rss_item(row, cdata(row)))
        for row in rows
    ]
    told = [tell(row, "title outlet published url id") for row in rows]
    note = "guid is no address (UNSURE: is it the id?); no author"
    sink.add("rss/guid.xml", "rss", xml(rss("Capital Desk", items)), told, note)
    rows = one_outlet(deck, "Northern Sport Wire", 2)
    items = [rss_item(row, cdata(row), creators(row)) for row in rows]
    told = [tell(row, usual) for row in rows]
    data = xml(rss("Northern Sport Wire", items), "utf-16-le")
    sink.add("rss/utf16.rss", "rss", data, told, "UTF-16 with BOM")
    rows = one_outlet(deck, "Schools Weekly", 2)
    told = [tell(row, usual) for row in rows]
    sink.add("rss/rdf.xml", "rss", xml(rdf("Schools Weekly", rows)), told, "RSS 1.0, dc:date")


def rdf(outlet: str, rows: list[Row]) -> str:
    """A feed in RSS 1.0."""
    site = f"https://www.{slug(outlet)}.example/"
    items = "".join(
        f'<item rdf:about="{url_of(row)}"><title>{esc(row["title"])}</title>'
        f"<link>{url_of(row)}</link><dc:date>{iso(row['published'])}</dc:date>{creators(row)}"
        f"<content:encoded>{cdata(row)}</content:encoded></item>"
        for row in rows
    )
    listed = "".join(f'<rdf:li rdf:resource="{url_of(row)}"/>' for row in rows)
    return f"""<rdf:RDF xmlns="http://purl.org/rss/1.0/" {RSS_NS}
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><channel rdf:about="{site}">
<title>{outlet}</title><link>{site}</link><description>d</description>
<items><rdf:Seq>{listed}</rdf:Seq></items></channel>{items}</rdf:RDF>"""


def next_day(row: Row) -> str:
    """The day after publication."""
    return (date.fromisoformat(row["published"]) + timedelta(days=1)).isoformat()


def atom_entry(row: Row, content: str, more: str = "") -> str:
    """An entry, changed the day after it was published."""
    people = "".join(f"<author><name>{esc(name)}</name></author>" for name in row["byline"])
    return f"""<entry><id>{id_of(row)}</id><title>{esc(row["title"])}</title>
<link rel="alternate" type="text/html" href="{url_of(row)}"/>{people}
<published>{iso(row["published"])}</published><updated>{iso(next_day(row), 15)}</updated>
{content}{more}</entry>"""


def atom(outlet: str, entries: list[str], attributes: str = "") -> str:
    """A feed in Atom."""
    site = f"https://www.{slug(outlet)}.example/"
    return f"""<feed xmlns="http://www.w3.org/2005/Atom"{attributes}><id>{site}feed</id>
<title>{esc(outlet)}</title><updated>2026-06-30T08:00:00Z</updated>
<link rel="self" href="{site}atom"/>{chr(10).join(entries)}</feed>"""


def atom_html(row: Row) -> str:
    """Content as escaped HTML."""
    return f'<content type="html">{esc("".join(paragraphs(row)))}</content>'


def atom_cdata(row: Row) -> str:
    """Content as HTML in CDATA, with a caption, after a summary."""
    return (
        f'<summary>{esc(row["title"])}</summary><content type="html">{cdata(row, FIGURE)}</content>'
    )


def atom_xhtml(row: Row) -> str:
    """Content as XHTML."""
    return f'<content type="xhtml"><div xmlns="{XHTML}">{marked(row)}</div></content>'


def atom_text(row: Row) -> str:
    """Content as plain text."""
    return f'<content type="text">{esc(text_of(row))}</content>'


ATOM = [
    ("html.atom", "Brenn Courier", atom_html, "", "", "utf-8"),
    ("cdata.xml", "The Estwick Review", atom_cdata, "", "", "utf-8"),
    ("xhtml.atom", "Continental Press", atom_xhtml, ' xml:lang="en"', "", "utf-8"),
    ("text.xml", "Public Health Bulletin", atom_text, "", "", "bom"),
    ("rights.atom", "Field Notes", atom_html, "", "CC BY-NC 4.0", "utf-8"),
    ("utf16.atom", "Capital Desk", atom_xhtml, "", "", "utf-16-be"),
]


def atom_files(sink: Sink, deck: Deck) -> None:
    """Atom."""
    usual = "id title outlet byline published url"
    for name, outlet, content, attributes, rights, encoding in ATOM:
        rows = one_outlet(deck, outlet, 3)
        more = f"<rights>{rights}</rights>" if rights else ""
        entries = [atom_entry(row, content(row), more) for row in rows]
        fields = usual + (" language" if attributes else "")
        told = [tell(row, fields, updated=next_day(row), license=rights) for row in rows]
        data = xml(atom(outlet, entries, attributes), encoding)
        sink.add(f"atom/{name}", "atom", data, told, f"{content.__name__}, {encoding}")
    rows = one_outlet(deck, "Meridian Markets", 2)
    entries = [atom_entry(row, atom_html(row)) for row in rows]
    text = re.sub(r"<(/?)(?=\w)", r"<\1a:", atom("Meridian Markets", entries))
    told = [tell(row, usual, updated=next_day(row)) for row in rows]
    data = xml(text.replace(" xmlns=", " xmlns:a="))
    sink.add("atom/prefix.xml", "atom", data, told, "every element has a prefix")
    row = deck["cs-pivo"]
    entry = re.sub("<published>.*</published>", "", atom_entry(row, atom_text(row)))
    data = xml(atom(row["outlet"], [entry], ' xml:lang="cs-CZ"'))
    told = [tell(row, "id title outlet byline url language", updated=next_day(row))]
    note = "updated only (UNSURE: a reader may take it for the day of publication)"
    sink.add("atom/updated-only.atom", "atom", data, told, note)


# Web pages

COOKIES = """<div id="onetrust-banner-sdk" class="cookie-banner" role="dialog"
 aria-label="Cookie consent"><h2>We value your privacy</h2><p>We and our 843 partners store and
 access information on a device. You can change your choice at any time.</p>
<button>Accept all</button><button>Reject all</button></div>"""
NAV = """<a class="skip" href="#main">Skip to content</a><header><div class="logo">{outlet}</div>
<nav><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li><li><a href="/sport">Sport
</a></li><li><a href="/subscribe">Subscribe</a></li><li><a href="/login">Log in</a></li></ul></nav>
</header>"""
RELATED = """<section class="related-stories"><h2>More on this</h2><ul>
<li><a href="/a1">Harbour board meets behind closed doors</a> <time
 datetime="2025-11-03">3 November 2025</time></li>
<li><a href="/a2">The baker who sold the same loaf twice</a></li>
<li><a href="/a3">Quiz: how well do you know the estuary?</a></li></ul></section>"""
NEWSLETTER = """<aside class="newsletter-signup"><h3>The morning letter</h3><p>Get the day’s most
 important stories in your inbox.</p><form><input type="email" placeholder="E-mail"/>
<button>Sign up</button></form></aside>"""
SHARE = """<div class="share-buttons"><a href="#">Share on Facebook</a> <a href="#">Copy link</a>
<span class="visually-hidden">Opens in a new window</span></div>"""
COMMENTS = """<section id="comments"><h2>Comments (2)</h2><article class="comment"><p>First! I was
 there and it was nothing like that.</p></article><article class="comment"><p>Typical.</p>
</article></section>"""
FOOTER = """<footer><p>© 2026 {outlet}. All rights reserved.</p><ul><li><a href="/imprint">Imprint
</a></li><li><a href="/privacy">Privacy policy</a></li></ul></footer>"""
ADVERT = '<div class="ad-slot" aria-hidden="true"><span>Advertisement</span></div>'
PAGE_USUAL = "title outlet byline published updated url language"


def script(data: Any) -> str:
    """A block of JSON-LD."""
    text = dumps(data).replace("</", "<\\/")
    return f'<script type="application/ld+json">{text}</script>'


def page(row: Row, head: str, main: str, *, charset: str = "utf-8", after: str = RELATED) -> str:
    """A whole page with what stands around an article."""
    outlet = esc(row["outlet"])
    return f"""<!DOCTYPE html>
<html lang="{row["language"]}"><head><meta charset="{charset}"/>
<title>{esc(row["title"])} | {outlet}</title><link rel="canonical" href="{url_of(row)}"/>
<meta name="viewport" content="width=device-width"/><style>.skip{{position:absolute}}</style>
{head}</head><body>{COOKIES}{NAV.replace("{outlet}", outlet)}<main id="main">{main}</main>{after}
{FOOTER.replace("{outlet}", outlet)}<script>window.dataLayer = [];</script></body></html>
"""


def shown(row: Row) -> str:
    """Byline and day as a page shows them."""
    by = f'<span class="byline">{BY.get(row["language"], "")} {esc(names(row))}</span>'
    day = row["published"]
    said = spoken(day, row["language"]) if row["language"] in MONTHS else day
    return f'<div class="meta">{by} · <time datetime="{iso(day)}">{said}</time></div>'


def article(row: Row, *, inside: str = "", turn: Callable[[str], str] = esc) -> str:
    """An article as many sites have it."""
    first, *rest = paragraphs(row, turn)
    return (
        f'<article class="post"><h1>{turn(row["title"])}</h1>{shown(row)}{FIGURE}{SHARE}'
        f'<div class="entry-content">{first}{inside}{"".join(rest)}</div></article>'
    )


def ld(row: Row, kind: str = "NewsArticle", **given: Any) -> Row:
    """The JSON-LD of an article; its authors as objects."""
    made = {
        "@context": "https://schema.org",
        "@type": kind,
        "headline": row["title"],
        "mainEntityOfPage": {"@type": "WebPage", "@id": url_of(row)},
        "datePublished": iso(row["published"]),
        "author": [{"@type": "Person", "name": name} for name in row["byline"]],
        "publisher": {"@type": "NewsMediaOrganization", "name": row["outlet"]},
        "image": ["https://img.example/4711.jpg"],
    }
    if "updated" in row:
        made["dateModified"] = iso(row["updated"], 15)
    return made | given


def ld_graph(row: Row, **given: Any) -> Row:
    """A @graph, as plug-ins for WordPress write it: everything refers to everything."""
    site = f"https://www.{slug(row['outlet'])}.example/"
    people = [
        {"@type": "Person", "@id": f"{site}#/person/{slug(name)}", "name": name}
        for name in row["byline"]
    ]
    main = ld(row, **given) | {
        "@id": f"{url_of(row)}#article",
        "isPartOf": {"@id": url_of(row)},
        "author": [{"name": one["name"], "@id": one["@id"]} for one in people],
        "publisher": {"@id": f"{site}#organization"},
    }
    main.pop("@context")
    return {
        "@context": "https://schema.org",
        "@graph": [
            main,
            {"@type": "WebPage", "@id": url_of(row), "url": url_of(row), "name": row["title"]},
            {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "name": "Home"}]},
            {"@type": "WebSite", "@id": f"{site}#website", "url": site, "name": row["outlet"]},
            {"@type": "Organization", "@id": f"{site}#organization", "name": row["outlet"]},
            *people,
        ],
    }


def graph_pages(sink: Sink, deck: Deck) -> None:
    """NewsArticle in a @graph."""
    row = deck.deal(signed)
    text = page(row, script(ld_graph(row)), article(row, inside=NEWSLETTER))
    sink.add("html/graph.html", "html", encode(text), [tell(row, PAGE_USUAL)])
    row = deck["court-arson"]
    head = script(ld_graph(row, correction=row["correction"]))
    text = page(row, head, article(row, inside=ADVERT))
    told = tell(row, PAGE_USUAL + " correction")
    sink.add("html/graph-correction.html", "html", encode(text), [told], "correction as text")
    row = deck["health-measles"]
    note = {"@type": "CorrectionComment", "text": row["correction"], "datePublished": "2026-03-13"}
    text = page(row, script(ld_graph(row, correction=[note])), article(row))
    told = tell(row, PAGE_USUAL + " correction")
    sink.add("html/graph-comment.html", "html", encode(text), [told], "CorrectionComment")
    row = deck.deal(signed)
    terms = "https://creativecommons.org/licenses/by/4.0/"
    text = page(row, script(ld_graph(row, license=terms)), article(row), after=RELATED + COMMENTS)
    told = tell(row, PAGE_USUAL, license=terms)
    sink.add("html/graph-license.htm", "html", encode(crlf(text)), [told], "CRLF, comments")
    row = deck.deal(western)
    head = script(json.loads(json.dumps(ld_graph(row))))
    text = page(row, head, article(row), charset="windows-1252")
    data = encode(text, "cp1252")
    sink.add("html/graph-1252.html", "html", data, [tell(row, PAGE_USUAL)], "declared windows-1252")


def ref_pages(sink: Sink, deck: Deck) -> None:
    """Authors by reference, in blocks of their own, or as names."""
    row = deck["museum-theft"]
    people = [
        {
            "@context": "https://schema.org",
            "@type": "Person",
            "@id": f"#{slug(name)}",
            "name": name,
            "jobTitle": "Reporter",
        }
        for name in row["byline"]
    ]
    main = ld(row, author=[{"@id": one["@id"]} for one in people])
    text = page(row, "".join(map(script, [main, *people])), article(row))
    note = "author refers to Person in another script"
    sink.add("html/refs-scripts.html", "html", encode(text), [tell(row, PAGE_USUAL)], note)
    row = deck["privacy-cameras"]
    text = page(
        row,
        script([{"@type": "WebSite", "name": "x"}, ld(row, author=row["byline"])]),
        article(row, inside=RELATED),
    )
    note = "authors as strings; a list at the top; related stories in the middle"
    sink.add("html/refs-strings.html", "html", encode(text), [tell(row, PAGE_USUAL)], note)
    row = deck.deal(signed)
    other = ld(deck["local-library"]) | {"mainEntityOfPage": "https://www.brenn-courier.example/x"}
    teaser = f'<div class="teaser"><h2>{esc(deck["local-library"]["title"])}</h2></div>'
    text = page(row, script(other) + script(ld(row)), article(row), after=teaser + RELATED)
    note = "the first JSON-LD is of another article"
    sink.add("html/refs-two.html", "html", encode(text), [tell(row, PAGE_USUAL)], note)
    row = deck.deal(signed)
    publisher = {"@id": "https://org.example/#org"}
    graph = [ld(row, publisher=publisher), publisher | {"name": row["outlet"], "@type": "Thing"}]
    text = page(
        row,
        script({"@context": "https://schema.org", "@graph": graph}),
        article(row, turn=entities),
    )
    note = "publisher by reference; named entities in the text"
    sink.add("html/refs-publisher.html", "html", encode(text), [tell(row, PAGE_USUAL)], note)
    row = deck.deal(signed_english)
    link = f'<sup><a href="#n1">1</a></sup> <a href="/x">{row["kind"]}</a>'
    body = article(row).replace("</p>", f"{link}</p>", 1)
    told = tell(row, PAGE_USUAL)
    told["text"] = told["text"].replace("\n\n", f" {row['kind']}\n\n", 1)
    note = "a mark of a note (left out) and a link in the first paragraph (its word kept)"
    sink.add("html/refs-marks.html", "html", encode(page(row, script(ld(row)), body)), [told], note)


def metas(row: Row) -> str:
    """Open Graph and its relatives."""
    pairs = [
        ("og:type", "article"),
        ("og:title", row["title"]),
        ("og:url", url_of(row)),
        ("og:site_name", row["outlet"]),
        ("article:published_time", iso(row["published"])),
    ]
    if "updated" in row:
        pairs.append(("article:modified_time", iso(row["updated"], 15)))
    made = "".join(f'<meta property="{name}" content="{attr(value)}"/>\n' for name, value in pairs)
    return made + f'<meta name="author" content="{attr(", ".join(row["byline"]))}">\n'


def layout_table(row: Row) -> str:
    """An article in the way of about 2002."""
    body = "<BR><BR>\n".join(map(entities, row["paragraphs"]))
    return (
        f'<TABLE width="760"><TR><TD class="left"><A href="/">Home</A><BR><A href="/m">Archive</A>'
        f'</TD><TD><H1>{entities(row["title"])}</H1>\n<DIV class="story">{body}</DIV></TD></TR>'
        "</TABLE>"
    )


def meta_pages(sink: Sink, deck: Deck) -> None:
    """Meta elements only."""
    row = deck.deal(signed)
    text = page(row, metas(row), article(row, inside=ADVERT))
    sink.add("html/meta.html", "html", encode(text), [tell(row, PAGE_USUAL)])
    row = deck["weather-storm"] | {"byline": ["Leocadia Brandt"]}
    text = page(row, metas(row), article(row, inside=NEWSLETTER))
    sink.add("html/meta-updated.html", "html", encode(text), [tell(row, PAGE_USUAL)])
    row = deck["pl-rzeka"]
    text = page(row, metas(row), article(row), charset="iso-8859-2")
    data = encode(text, "iso-8859-2")
    sink.add("html/meta-8859-2.html", "html", data, [tell(row, PAGE_USUAL)], "ISO-8859-2, declared")
    row = deck.deal(signed)
    text = page(row, metas(row), layout_table(row))
    note = "paragraphs divided by <BR><BR> in a table"
    sink.add("html/meta-table.htm", "html", encode(text), [tell(row, PAGE_USUAL)], note)
    row = deck.deal(signed)
    first, *rest = map(esc, row["paragraphs"])
    body = f"<p>{first}\n" + "".join(f"<p>{one}\n" for one in rest)
    main = f"<h1>{esc(row['title'])}</h1>{shown(row)}<div>{body}</div>"
    data = encode(page(row, metas(row), main, charset="utf-16"), "utf-16-le")
    sink.add("html/meta-utf16.html", "html", data, [tell(row, PAGE_USUAL)], "UTF-16; p not closed")


def microdata(row: Row) -> str:
    """An article with itemprop."""
    people = " and ".join(
        f'<span itemprop="author" itemscope itemtype="https://schema.org/Person"><a rel="author" '
        f'href="/staff/{slug(name)}"><span itemprop="name">{esc(name)}</span></a></span>'
        for name in row["byline"]
    )
    body = "".join(paragraphs(row))
    return f"""<article itemscope itemtype="https://schema.org/NewsArticle">
<meta itemprop="mainEntityOfPage" content="{url_of(row)}"/>
<h1 itemprop="headline">{esc(row["title"])}</h1><p class="by">By {people}</p>
<time itemprop="datePublished" datetime="{iso(row["published"])}">{row["published"]}</time>
<span itemprop="publisher" itemscope itemtype="https://schema.org/Organization">
<meta itemprop="name" content="{attr(row["outlet"])}"/></span>{FIGURE}
<div itemprop="articleBody">{body}</div></article>"""


def plain_page(row: Row, when: str) -> str:
    """An article of which only what it shows tells anything."""
    return f"""<article><header><h1>{esc(row["title"])}</h1><p class="byline">By <a rel="author"
 href="/staff/x">{esc(names(row))}</a></p><p class="dateline">{when}</p></header>
{"".join(paragraphs(row))}{SHARE}</article>"""


def micro_pages(sink: Sink, deck: Deck) -> None:
    """Microdata, or time elements."""
    usual = "title outlet byline published url language"
    for name, charset in (("micro", "utf-8"), ("micro-1252", "windows-1252")):
        row = deck.deal(lambda row: western(row) and english(row))
        text = page(row, "", microdata(row), charset=charset)
        data = encode(text, "cp1252" if charset.endswith("1252") else charset)
        sink.add(f"html/{name}.html", "html", data, [tell(row, usual)], charset)
    row = deck.deal(signed_english)
    when = f'<time datetime="{row["published"]}">{spoken(row["published"])}</time>'
    text = page(row, "", plain_page(row, when))
    told = tell(row, "title byline published url language")
    sink.add("html/time.html", "html", encode(text), [told], "time and rel=author only")
    row = deck["transport-bridge"]
    when = f'Published <time class="published" datetime="{iso(row["published"])}" pubdate>2 March'
    when += (
        f'</time>, updated <time class="updated" datetime="{iso(row["updated"])}">3 March</time>'
    )
    text = page(row, "", plain_page(row, when))
    told = tell(row, "title byline published updated url language")
    sink.add("html/time-updated.html", "html", encode(text), [told], "two time elements")
    row = deck.deal(signed_english)
    first, *rest = paragraphs(row)
    site = f'<meta property="og:site_name" content="{attr(row["outlet"])}"/>'
    body = f"<section>{first}</section>{COMMENTS}<section>{''.join(rest)}</section>"
    when = f'<time datetime="{iso(row["published"])}"></time>'
    main = f"<h1>{esc(row['title'])}</h1><div class='author-name'>{esc(names(row))}</div>{when}"
    text = page(row, site, f"<article>{main}{body.replace(COMMENTS, NEWSLETTER)}</article>")
    note = "empty time; text in two sections with a newsletter box between them"
    sink.add("html/time-empty.html", "html", encode(text), [tell(row, usual)], note)


def live_blog(row: Row) -> tuple[str, str]:
    """A live blog: its JSON-LD and its updates."""
    updates = [
        {
            "@type": "BlogPosting",
            "headline": f"Update {number}",
            "datePublished": iso(row["published"], 18 + number),
            "articleBody": text,
        }
        for number, text in enumerate(row["paragraphs"])
    ]
    head = script(
        ld(
            row,
            "LiveBlogPosting",
            liveBlogUpdate=updates,
            coverageStartTime=iso(row["published"], 18),
        )
    )
    shown_updates = "".join(
        f'<article class="update" id="u{number}"><time datetime="{one["datePublished"]}">'
        f"{18 + number}:30</time><p>{esc(one['articleBody'])}</p></article>"
        for number, one in enumerate(updates)
    )
    main = f"<h1>{esc(row['title'])}</h1>{shown(row)}<div class='live'>{shown_updates}</div>"
    return head, main


def kind_pages(sink: Sink, deck: Deck) -> None:
    """Opinion, review, report, analysis, live blog."""
    shapes = [
        ("opinion", deck["opinion-silence"], "OpinionNewsArticle"),
        ("review", deck["culture-opera"], "ReviewNewsArticle"),
        ("analysis", deck["long-dam"], "AnalysisNewsArticle"),
    ]
    for name, row, kind in shapes:
        text = page(row, script(ld(row, kind)), article(row, inside=NEWSLETTER))
        sink.add(f"html/{name}.html", "html", encode(text), [tell(row, PAGE_USUAL)], kind)
    row = deck["report-water"]
    first, *rest = paragraphs(row)
    body = f"{first}<h2>Where it is worst</h2>{''.join(rest)}"
    main = f"<article><h1>{esc(row['title'])}</h1>{shown(row)}<div>{body}</div></article>"
    head = script(ld(row, ["Report", "NewsArticle"]))
    told = tell(row, PAGE_USUAL)
    told["text"] = told["text"].replace("\n\n", "\n\nWhere it is worst\n\n", 1)
    note = "two types; a subheading, which belongs to the text"
    sink.add("html/report.html", "html", encode(page(row, head, main)), [told], note)
    row = deck["live-election"]
    head, main = live_blog(row)
    note = "UNSURE: times before the updates are left out of the expected text"
    told = tell(row, PAGE_USUAL)
    sink.add("html/live.html", "html", encode(page(row, head, main)), [told], note)


# PDF

PDF_STYLE = """<meta charset="utf-8"><style>
@page { size: A4; margin: 22mm 20mm } body { font: 10.5pt/1.4 "DejaVu Serif", serif; margin: 0 }
section { break-after: page } section:last-child { break-after: auto }
h1 { font-size: 21pt; line-height: 1.15; margin: 0 0 6pt } p { margin: 0; text-align: justify }
p + p { text-indent: 1.2em } .by { font-style: italic; margin-bottom: 12pt }
.two { column-count: 2; column-gap: 9mm; font-size: 10pt }
</style>"""
Run = tuple[float, float, str, float, str]


def printed_by(row: Row) -> str:
    """The byline as it is printed."""
    return f"{BY.get(row['language'], 'By')} {names(row)}"


def print_section(row: Row, columns: str) -> str:
    """An article on a page of its own."""
    return (
        f"<section><h1>{esc(row['title'])}</h1><p class='by'>{esc(printed_by(row))}<br>"
        f"{spoken(row['published'], row['language'])}</p><div class='{columns}'>"
        f"{''.join(paragraphs(row))}</div></section>"
    )


def chromium_pages(sections: list[str]) -> list[bytes]:
    """PDFs of one page each, by one start of chromium."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.html"), Path(folder, "out.pdf")
        source.write_text(PDF_STYLE + "".join(sections), encoding="utf-8")
        command = [CHROMIUM, "--headless", "--no-sandbox", "--no-pdf-header-footer"]
        command += [f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}", str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603
        reader = PdfReader(target)
    if len(reader.pages) != len(sections):
        raise SystemExit(f"{len(reader.pages)} pages for {len(sections)} articles")
    made = []
    for number in range(len(sections)):
        writer, out = PdfWriter(), io.BytesIO()
        writer.add_page(reader.pages[number])
        writer.write(out)
        made.append(out.getvalue())
    return made


def pdf_chromium(sink: Sink, deck: Deck) -> None:
    """PDFs by a browser: one column and two."""
    rows = [deck["transport-bridge"], deck["de-bahn"], deck["health-measles"]]
    rows += [deck["sport-final"], deck["fr-justice"], deck["court-libel"]]
    columns = ["one"] * 3 + ["two"] * 3
    files = chromium_pages([print_section(*pair) for pair in zip(rows, columns, strict=True)])
    for row, column, data in zip(rows, columns, files, strict=True):
        told = tell(row, "title byline published")
        name = f"pdf/chromium-{column}-{row['key']}.pdf"
        sink.add(name, "pdf", data, [told], f"{column} column(s), printed by chromium")


def pdf_string(text: str) -> bytes:
    """A literal string of PDF in Windows-1252."""
    raw = text.encode("cp1252")
    return (
        b"("
        + b"".join(
            b"\\%03o" % code if code > 126 or code in b"()\\" else bytes([code]) for code in raw
        )
        + b")"
    )


def pdf_file(streams: list[bytes], size: tuple[int, int], more: bytes = b"") -> bytes:
    """A PDF of pages with these contents; more is what goes into their resources."""
    width, height = size
    kids = b" ".join(b"%d 0 R" % (5 + 2 * number) for number in range(len(streams)))
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Times-%s/Encoding/WinAnsiEncoding>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(streams)),
        font % b"Roman",
        font % b"Bold",
    ]
    for number, stream in enumerate(streams):
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R"
            b"/Resources<</Font<</F1 3 0 R/F2 4 0 R>>%s>>>>" % (width, height, 6 + 2 * number, more)
        )
        packed = zlib.compress(stream)
        objects.append(
            b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed)
        )
    return pdf_objects(objects)


def pdf_objects(objects: list[bytes]) -> bytes:
    """Objects, their table and the trailer."""
    out, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    return out + head + table + end % (len(objects) + 1, len(out))


def pdf_stream(runs: list[Run]) -> bytes:
    """The contents of a page."""
    return b"\n".join(
        b"BT /%s %g Tf %g %g Td %s Tj ET" % (font.encode(), size, x, y, pdf_string(text))
        for x, y, font, size, text in runs
    )


def parted(word: str, room: int) -> tuple[str, str]:
    """A word in two at a line's end, or nothing before it where that cannot be."""
    if not re.fullmatch(r"[a-z]{6,}[,.]?", word):
        return "", word
    spots = [
        at
        for at in range(2, min(room, len(word) - 2))
        if re.fullmatch(r"[aeiou][^aeiouy,.][aeiou]", word[at - 1 : at + 2])
        or re.fullmatch(r"[aeiou](?:[lmnr][bcdfgpst]|tt|pp|ss)[aeiou]", word[at - 2 : at + 2])
    ]
    return (word[: spots[-1]] + "-", word[spots[-1] :]) if spots else ("", word)


def set_lines(text: str, width: int, *, hyphens: bool = True) -> list[str]:
    """The lines of a paragraph, with hyphens at their ends."""
    done, line = [], ""
    for word in text.split():
        rest = word
        if line and len(line) + 1 + len(word) > width:
            start, rest = parted(word, width - len(line) - 1) if hyphens else ("", word)
            done.append(f"{line} {start}".strip())
            line = ""
        line = f"{line} {rest}".strip()
    return [*done, line]


@dataclass
class Press:
    """Sets an article in lines on pages, in one column or several."""

    size: tuple[int, int] = (595, 842)
    margin: int = 60
    columns: int = 1
    letters: int = 80
    point: float = 11
    indent: bool = True
    head: str = ""
    rowwise: bool = False

    def body(self, row: Row) -> list[tuple[float, str]]:
        """The lines of the text with their indents."""
        made: list[tuple[float, str]] = []
        for number, text in enumerate(row["paragraphs"]):
            if number and not self.indent:
                made.append((0, ""))
            dent = 14 if self.indent and number else 0
            first, *rest = set_lines(text, self.letters - (4 if dent else 0))
            made += [(dent, first), *[(0, line) for line in rest]]
        return made

    def opening(self, row: Row) -> tuple[list[Run], float]:
        """Headline, byline and day, and where the text begins."""
        y, runs = self.size[1] - self.margin - 40.0, []
        letters = int((self.size[0] - 2 * self.margin) / 11)
        for line in set_lines(row["title"], letters, hyphens=False):
            runs.append((float(self.margin), y, "F2", 20.0, line))
            y -= 24
        for line in (printed_by(row), spoken(row["published"], row["language"])):
            runs.append((float(self.margin), y, "F1", 10.0, line))
            y -= 14
        return runs, y - 12

    def running(self, number: int) -> list[Run]:
        """The running head and the number of a page."""
        if not self.head:
            return []
        top = (float(self.margin), self.size[1] - 30.0, "F1", 8.0, self.head)
        return [top, (self.size[0] / 2, 24.0, "F1", 8.0, str(number))]

    def slots(self, top: float, count: int) -> Iterator[tuple[int, float, float]]:
        """Page and place of each line."""
        step, bottom = self.point * 1.3, self.margin + 10.0
        across = (self.size[0] - 2 * self.margin + 20) / self.columns
        number = 1
        while True:
            fit = int((top - bottom) / step)
            if self.columns > 1:
                fit = min(fit, -(-count // self.columns))
            for column in range(self.columns):
                for line in range(fit):
                    yield number, self.margin + column * across, top - line * step
            top, number = self.size[1] - self.margin - 10.0, number + 1

    def pages(self, row: Row) -> list[list[Run]]:
        """What stands on each page."""
        first, top = self.opening(row)
        made = [[*self.running(1), *first]]
        body = self.body(row)
        for (dent, line), (number, x, y) in zip(body, self.slots(top, len(body)), strict=False):
            if number > len(made):
                made.append(self.running(number))
            if line:
                made[number - 1].append((x + dent, y, "F1", self.point, line))
        if self.rowwise:
            made = [sorted(runs, key=lambda run: (-run[1], run[0])) for runs in made]
        return made

    def file(self, row: Row) -> bytes:
        """The PDF."""
        return pdf_file([pdf_stream(runs) for runs in self.pages(row)], self.size)


def pdf_files(sink: Sink, deck: Deck) -> None:
    """PDFs by a browser and by a typesetter that hyphenates."""
    pdf_chromium(sink, deck)
    pocket = Press(
        size=(260, 300), margin=34, letters=35, head="Continental Press · Evening edition"
    )
    gaps = Press(indent=False, letters=76, head="CONTINENTAL PRESS")
    two = Press(columns=2, letters=38, point=11.5, head="Field Notes, spring issue")
    shapes = [
        ("pages", pocket, deck["diplomacy-visa"], "several pages with running heads, hyphens"),
        ("gaps", gaps, deck["foreign-talks"], "blank lines between paragraphs"),
        ("two", two, deck["science-eels"], "two columns"),
        (
            "rows",
            Press(columns=2, letters=44, point=10, rowwise=True),
            deck["obituary-clock"],
            "two columns, written line by line across both",
        ),
        (
            "three",
            Press(size=(842, 595), columns=3, letters=34),
            deck["tech-outage"],
            "three columns on a wide page",
        ),
    ]
    for name, press, row, note in shapes:
        told = tell(row, "title byline published")
        sink.add(f"pdf/press-{name}.pdf", "pdf", press.file(row), [told], note)


# Word documents


def repacked(data: bytes, keep: Callable[[str], bool] = bool) -> bytes:
    """The same zip with one date for all its members."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in filter(keep, old.namelist()):
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name))
    return out.getvalue()


def docx_new(row: Row, fields: str) -> Document:
    """A document with the properties that are named."""
    document = docx.Document()
    core = document.core_properties
    core.title = row["title"] if "title" in fields else ""
    core.author = "; ".join(row["byline"]) if "byline" in fields else ""
    core.comments = ""
    return document


def docx_bytes(document: Document) -> bytes:
    """The document's file."""
    out = io.BytesIO()
    document.save(out)
    return repacked(out.getvalue())


def docx_plain(document: Document, row: Row) -> None:
    """Paragraphs only."""
    for text in row["paragraphs"]:
        document.add_paragraph(text)


def docx_titled(document: Document, row: Row) -> None:
    """A paragraph of style Title, then the text."""
    document.add_paragraph(row["title"], style="Title")
    docx_plain(document, row)


def docx_heading(document: Document, row: Row) -> None:
    """A heading of the first level, then the text."""
    document.add_heading(row["title"], level=1)
    docx_plain(document, row)


def docx_runs(document: Document, row: Row) -> None:
    """Each paragraph in several runs, some of them bold."""
    for text in row["paragraphs"]:
        paragraph = document.add_paragraph()
        for number, part in enumerate(re.split(r"(?<=[,.]) ", text)):
            run = paragraph.add_run(f"{' ' if number else ''}{part}")
            run.bold = number % 2 == 1


def docx_framed(document: Document, row: Row) -> None:
    """A header and a footer, a page break and empty paragraphs."""
    document.sections[0].header.paragraphs[0].text = "DRAFT – not for distribution"
    document.sections[0].footer.paragraphs[0].text = "Page 1 of 1"
    first, *rest = row["paragraphs"]
    document.add_paragraph(first)
    document.add_page_break()
    for text in rest:
        document.add_paragraph(text)
        document.add_paragraph("")


def docx_table(document: Document, row: Row) -> None:
    """The last two paragraphs in a table of one column."""
    *most, last, end = row["paragraphs"]
    for text in most:
        document.add_paragraph(text)
    table = document.add_table(rows=2, cols=1)
    table.cell(0, 0).text, table.cell(1, 0).text = last, end


DOCX: list[tuple[str, str, Callable[[Document, Row], None], str]] = [
    ("plain.docx", "title byline", docx_plain, ""),
    ("titled.docx", "title byline", docx_titled, "the title once more, in style Title"),
    ("title-style.docx", "", docx_titled, "title only as a paragraph of style Title"),
    ("heading.docx", "title byline", docx_heading, "the title once more, as a heading"),
    ("runs.docx", "title byline", docx_runs, "several runs a paragraph"),
    ("framed.docx", "title byline", docx_framed, "header and footer are not text"),
    ("table.docx", "title", docx_table, "the end stands in a table"),
    ("author.docx", "byline title", docx_plain, "several authors, divided by semicolons"),
]


def docx_files(sink: Sink, deck: Deck) -> None:
    """Word documents."""
    for name, fields, fill, note in DOCX:
        row = deck["foreign-talks"] if name == "author.docx" else deck.deal(signed)
        document = docx_new(row, fields)
        fill(document, row)
        told = tell(row, fields or "title")
        sink.add(f"docx/{name}", "docx", docx_bytes(document), [told], note)


# CSV

CSV: list[tuple[str, int, str, str, str]] = [
    ("plain.csv", 4, "id title outlet byline published text", "utf-8", ""),
    ("excel.csv", 3, "title outlet published language text", "bom", "BOM, CRLF"),
    (
        "all.csv",
        3,
        "id title outlet byline published updated correction url language text",
        "utf-8",
        "many fields, some empty",
    ),
    ("other.csv", 2, "text headline source author date", "utf-8", "other names, text first"),
    ("one.csv", 1, "published title text", "utf-8", "a single row"),
    ("utf16.csv", 2, "title byline published text", "utf-16-le", "UTF-16 with BOM"),
    ("semicolon.csv", 3, "title outlet published text", "bom", "UNSURE: divided by semicolons"),
    ("extra.csv", 3, "desk title words text license", "utf-8", "unknown columns; licence"),
]
CSV_NAMES = {"headline": "title", "source": "outlet", "author": "byline", "date": "published"}


def csv_cell(row: Row, column: str) -> str:
    """What stands in a cell."""
    made = {
        "text": text_of(row),
        "id": id_of(row),
        "url": url_of(row),
        "desk": row["kind"],
        "words": str(len(text_of(row).split())),
        "license": "CC BY 4.0",
    }
    value = made.get(column) or row.get(CSV_NAMES.get(column, column), "")
    return ", ".join(value) if isinstance(value, list) else value


def csv_text(rows: list[Row], columns: list[str], divider: str = ",", end: str = "\n") -> str:
    """A table, its first line the names."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=divider, lineterminator=end)
    writer.writerow(columns)
    writer.writerows([csv_cell(row, column) for column in columns] for row in rows)
    return out.getvalue()


def csv_files(sink: Sink, deck: Deck) -> None:
    """CSV."""
    for name, count, fields, encoding, note in CSV:
        rows = deck.hand(count)
        if name == "all.csv":
            rows[0] = deck["court-arson"]
        columns = fields.split()
        divider = ";" if "semicolon" in name else ","
        text = csv_text(rows, columns, divider, "\r\n" if encoding == "bom" else "\n")
        stated = " ".join(CSV_NAMES.get(column, column) for column in columns if column != "text")
        terms = "CC BY 4.0" if "license" in columns else ""
        told = [tell(row, stated, license=terms) for row in rows]
        sink.add(f"csv/{name}", "csv", encode(text, encoding), told, note)


# Messages


def mail(row: Row, *, sender: str = "") -> EmailMessage:
    """A message without a body."""
    message = EmailMessage(policy=policy.SMTP)
    domain = f"{slug(row['outlet'])}.example"
    message["From"] = sender or f"{row['outlet']} <press@{domain}>"
    message["To"] = "newsroom@onrecord.example"
    message["Subject"] = row["title"]
    message["Date"] = format_datetime(moment(row["published"]))
    message["Message-ID"] = f"<{row['key']}@{domain}>"
    return message


def mail_bytes(message: EmailMessage) -> bytes:
    """The message with boundaries that do not change."""
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_invented_{number}")
    return message.as_bytes()


def mail_html(row: Row, extra: str = "") -> str:
    """The text as an HTML mail."""
    return (
        '<html><head><meta charset="utf-8"><style>p{color:#222}</style></head><body>'
        f"{extra}<table><tr><td>{''.join(paragraphs(row))}</td></tr></table></body></html>"
    )


def mail_text(row: Row, cte: str, charset: str = "utf-8", after: str = "") -> EmailMessage:
    """A message of one part."""
    message = mail(row)
    message.set_content(f"{text_of(row)}\n{after}", cte=cte, charset=charset)
    return message


def mail_both(row: Row, *, attach: bool = False) -> EmailMessage:
    """Text and HTML, and perhaps a picture."""
    message = mail_text(row, "quoted-printable")
    message.add_alternative(mail_html(row), subtype="html", cte="base64")
    if attach:
        message.add_attachment(png(), "image", "png", filename="crane at dusk.png")
    return message


def mail_page(row: Row) -> EmailMessage:
    """HTML only, with a picture that counts readers."""
    message = mail(row)
    pixel = '<img src="https://track.example/p.gif" width="1" height="1" alt="">'
    message.set_content(mail_html(row, pixel), subtype="html", cte="quoted-printable")
    return message


def mail_raw(row: Row) -> bytes:
    """Written by hand: headers in Latin-1 words, format=flowed, LF."""
    subject = " ".join(
        f"=?iso-8859-1?Q?{''.join(f'={ord(char):02X}' for char in word + ' ')}?="
        for word in row["title"].encode("latin-1", "ignore").decode("latin-1").split()
    )
    flowed = "\n\n".join(" \n".join(textwrap.wrap(one, 70)) for one in row["paragraphs"])
    when = format_datetime(moment(row["published"]))
    head = f"""Received: from mx.example by mail.example; {when}
From: =?utf-8?B?xYF1a2Fzeg==?= <lukasz@press.example>
To: newsroom@onrecord.example
Subject: {subject.replace(" =?", chr(10) + " =?")}
Date: {when}
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8; format=flowed
Content-Transfer-Encoding: 8bit
"""
    return f"{head}\n{flowed}\n".encode()


def eml_files(sink: Sink, deck: Deck) -> None:
    """Messages, as press releases come."""
    usual = "title published"
    harbour, biotech = deck["press-harbour"], deck["press-biotech"]
    festival, union = deck["press-festival"], deck["press-union"]
    sign = "\n-- \nPress office\nTel. +49 000 0000\n"
    banner = f"EMBARGOED UNTIL 06:00 GMT, {spoken(biotech['published'])}"
    held = biotech | {"paragraphs": [banner, *biotech["paragraphs"]]}
    embargo = f"{biotech['published']}T06:00:00+00:00"
    shapes: list[tuple[str, EmailMessage, Told, str]] = [
        ("plain", mail_text(harbour, "8bit"), tell(harbour, usual), "8bit"),
        ("printable", mail_text(biotech, "quoted-printable"), tell(biotech, usual), ""),
        ("base64", mail_text(festival, "base64"), tell(festival, usual), ""),
        ("both", mail_both(union), tell(union, usual), "text and HTML"),
        ("page", mail_page(harbour), tell(harbour, usual), "HTML only"),
        ("picture", mail_both(festival, attach=True), tell(festival, usual), "picture attached"),
        (
            "signature",
            mail_text(union, "8bit", "utf-8", sign),
            tell(union, usual),
            "UNSURE: what stands after '-- ' is left out of the expected text",
        ),
        (
            "embargo",
            mail_text(held, "8bit"),
            tell(held, usual, embargo=embargo),
            "UNSURE: an embargo (past) in the first line of the text, which is kept in the text",
        ),
        (
            "windows",
            mail_text(biotech, "quoted-printable", "windows-1252"),
            tell(biotech, usual),
            "charset windows-1252, declared",
        ),
    ]
    for name, message, told, note in shapes:
        sink.add(f"eml/{name}.eml", "eml", mail_bytes(message), [told], note)
    row = deck["fr-marche"]
    note = "subject in ISO-8859-1 words, format=flowed, LF"
    told = tell(row, usual, title=row["title"])
    sink.add("eml/flowed.eml", "eml", mail_raw(row), [told], note)


# Web archives

Record = tuple[str, str, str, bytes, str]


def warc_record(writer: WARCWriter, number: int, record: Record) -> None:
    """Writes one record: its type, address, status, payload and content type."""
    kind, url, status, payload, content = record
    headers = {
        "WARC-Date": f"2026-06-20T08:00:{number:02}Z",
        "WARC-Record-ID": f"<urn:uuid:00000000-0000-4000-8000-{number:012}>",
    }
    http = None
    if kind == "response":
        more = [("Content-Type", content), ("Content-Length", str(len(payload)))]
        if payload[:2] == b"\x1f\x8b":
            more.append(("Content-Encoding", "gzip"))
        http = StatusAndHeaders(status, more, protocol="HTTP/1.1")
    if kind == "request":
        http = StatusAndHeaders("GET / HTTP/1.1", [("Host", "x.example")], is_http_request=True)
    made = writer.create_warc_record(
        url,
        kind,
        payload=io.BytesIO(payload),
        warc_content_type=content if not http else "",
        warc_headers_dict=headers,
        http_headers=http,
    )
    writer.write_record(made)


def warc(records: list[Record], *, packed: bool) -> bytes:
    """A web archive that begins with what made it."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed)
    about = b"software: invented/1.0\r\nformat: WARC File Format 1.0\r\n"
    first: Record = ("warcinfo", "", "", about, "application/warc-fields")
    for number, record in enumerate([first, *records]):
        warc_record(writer, number, record)
    return out.getvalue()


def warc_page(row: Row, kind: str = "response", *, zipped: bool = False) -> Record:
    """A page of the archive."""
    data = encode(page(row, script(ld(row)), article(row)))
    data = gzip.compress(data, mtime=0) if zipped else data
    return kind, url_of(row), "200 OK", data, "text/html; charset=utf-8"


def warc_latin(row: Row) -> Record:
    """A page whose encoding only its HTTP header tells."""
    text = page(row, script(json.loads(json.dumps(ld(row)))), article(row))
    data = encode(text.replace('<meta charset="utf-8"/>', ""), "cp1252")
    return "response", url_of(row), "200 OK", data, "text/html; charset=windows-1252"


def warc_junk() -> list[Record]:
    """What is no page."""
    site = "https://www.brenn-courier.example"
    return [
        ("request", f"{site}/", "", b"", ""),
        ("response", f"{site}/p.png", "200 OK", png(), "image/png"),
        ("response", f"{site}/s.css", "200 OK", b"p{color:red}", "text/css"),
        ("response", f"{site}/old", "301 Moved Permanently", b"", "text/html"),
        ("response", f"{site}/x", "404 Not Found", b"<h1>Not found</h1>", "text/html"),
        ("metadata", f"{site}/", "", b"fetchTimeMs: 12\r\n", "application/warc-fields"),
    ]


def warc_files(sink: Sink, deck: Deck) -> None:
    """Web archives, plain and packed."""
    shapes: list[tuple[str, int, str]] = [
        ("one.warc", 1, ""),
        ("three.warc", 3, "among requests, a picture, a style sheet, a redirect, a 404"),
        ("resource.warc", 2, "records of type resource"),
        ("zipped.warc", 2, "Content-Encoding: gzip"),
        ("one.warc.gz", 1, ""),
        ("four.warc.gz", 4, "among requests, a picture, a style sheet, a redirect, a 404"),
        ("zipped.warc.gz", 2, "Content-Encoding: gzip"),
    ]
    for name, count, note in shapes:
        rows = deck.hand(count, signed)
        kind = "resource" if name.startswith("resource") else "response"
        records = [warc_page(row, kind, zipped="gzip" in note) for row in rows]
        junk = warc_junk() if "among" in note else []
        data = warc(junk[:3] + records + junk[3:], packed=name.endswith("gz"))
        sink.add(f"warc/{name}", "warc", data, [tell(row, PAGE_USUAL) for row in rows], note)
    row = deck.deal(western)
    note = "windows-1252 by the HTTP header only"
    data = warc([warc_latin(row)], packed=True)
    sink.add("warc/latin.warc.gz", "warc", data, [tell(row, PAGE_USUAL)], note)


# Packed files and archives

PACK: dict[str, Callable[[bytes], bytes]] = {
    "gz": lambda data: gzip.compress(data, mtime=0),
    "bz2": bz2.compress,
    "xz": lzma.compress,
}


def packed_files(sink: Sink, deck: Deck) -> None:
    """Single files, packed."""
    del deck
    shapes = [
        ("jsonl", "jsonl", "gz"),
        ("nitf", "xml", "xz"),
        ("json", "json", "bz2"),
        ("csv", "csv", "gz"),
        ("rss", "xml", "gz"),
        ("txt", "txt", "xz"),
    ]
    for kind, ending, pack in shapes:
        made = next(one for one in sink.of(kind) if one.path.endswith(ending))
        data = PACK[pack](made.data)
        sink.add(f"packed/{kind}.{ending}.{pack}", "packed", data, made.articles, made.path)


def chosen(sink: Sink, kinds: str, skip: int) -> list[Made]:
    """Files of these formats that have no article in common."""
    taken: list[Made] = []
    for kind in kinds.split():
        seen = {key for made in taken for key in made.keys}
        files = [made for made in sink.of(kind) if not made.keys & seen]
        files = [made for made in files if "UNSURE" not in made.note]
        taken.append(files[skip % len(files)])
    return taken


def zipped(files: list[Made], more: dict[str, bytes], *, deep: bool) -> bytes:
    """A zip."""
    out = io.BytesIO()
    members = {made.path if deep else made.path.replace("/", "-"): made.data for made in files}
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in (members | more).items():
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return out.getvalue()


def tarred(files: list[Made], pack: str = "") -> bytes:
    """A tar, perhaps packed."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for made in files:
            info = tarfile.TarInfo(f"export/{made.path}")
            info.size = len(made.data)
            archive.addfile(info, io.BytesIO(made.data))
    return PACK[pack](out.getvalue()) if pack else out.getvalue()


def archive_files(sink: Sink, deck: Deck) -> None:
    """Zip and tar of files in several formats."""
    del deck
    hidden = {"__MACOSX/._a.txt": b"\0\5\x16\7", ".DS_Store": b"\0\0\0\1Bud1"}
    zips: list[tuple[str, str, dict[str, bytes], bool]] = [
        ("flat.zip", "md json nitf", {}, False),
        ("deep.zip", "txt html newsml-g2 pdf", {}, True),
        ("mac.zip", "docx eml jsonl", hidden, True),
        ("picture.zip", "ninjs html md", {"bilder/Kräne.png": png()}, True),
    ]
    for number, (name, kinds, more, deep) in enumerate(zips):
        files = chosen(sink, kinds, number)
        told = [one for made in files for one in made.articles]
        note = f"{kinds}{'; ' if more else ''}{', '.join(more)}"
        sink.add(f"zip/{name}", "zip", zipped(files, more, deep=deep), told, note)
    tars = [
        ("plain.tar", "txt json nitf", ""),
        ("short.tgz", "html md csv", "gz"),
        ("long.tar.gz", "newsml-g2 atom docx ninjs", "gz"),
        ("small.tar.xz", "eml rss", "xz"),
        ("old.tar.bz2", "jsonl html pdf", "bz2"),
    ]
    for number, (name, kinds, pack) in enumerate(tars):
        files = chosen(sink, kinds, number + 3)
        told = [one for made in files for one in made.articles]
        sink.add(f"tar/{name}", "tar", tarred(files, pack), told, kinds)


# What is broken


def bad_texts(sink: Sink, deck: Deck) -> None:
    """Broken text, Markdown, JSON and CSV."""
    row, other = deck["court-arson"], deck["de-bahn"]
    latin = text_of(deck["de-theater"]).replace("„", '"').replace("“", '"').replace("–", "-")
    sink.bad("latin.txt", "txt", latin.encode("latin-1"), "ISO-8859-1 without a declaration")
    unmarked = text_of(other).encode("utf-16-le")
    sink.bad("unmarked.txt", "txt", unmarked, "UTF-16 without byte order mark")
    sink.bad("empty.txt", "txt", b"", "empty file")
    sink.bad("blank.md", "md", " \r\n\t\n\u00a0\n".encode(), "nothing but white space")
    sink.bad("picture.txt", "txt", png(), "a PNG with the ending .txt")
    front = f"---\ntitle: {quoted(row['title'])}\npublished: 2026-03-05\n\n{text_of(row)}\n"
    sink.bad("endless.md", "md", front.encode(), "the front matter has no end")
    text = f"---\n- title\n- 2026-03-05\n---\n\n{text_of(row)}\n"
    sink.bad("list.md", "md", text.encode(), "the front matter is a list")
    text = f"---\ntitle: {quoted(row['title'])}\npublished: 2026-02-30\n---\n\n{text_of(row)}\n"
    sink.bad("date.md", "md", text.encode(), "published on 2026-02-30, a day that does not exist")
    made, _ = record(row, "id title published")
    sink.bad("brace.json", "json", dumps(made).rstrip("}\n ").encode(), "no closing brace")
    sink.bad("textless.json", "json", b'{"id": "x-1", "title": "Only a title"}', "no text")
    pairs = [record(one, "id title published") for one in deck.hand(4)]
    parts = [dumps(made, indent=None) for made, _ in pairs]
    parts[2] = parts[2][: len(parts[2]) // 2]
    told = [told for number, (_, told) in enumerate(pairs) if number != 2]
    data = ("\n".join(parts) + "\n").encode()
    sink.bad("third.jsonl", "jsonl", data, "the third of four lines is cut", told)
    text = csv_text(deck.hand(2), ["id", "title", "published"])
    sink.bad("textless.csv", "csv", text.encode(), "no column with the text")


def bad_items(sink: Sink, deck: Deck) -> None:
    """Broken or empty items of agencies, and feeds."""
    row = deck["court-arson"]
    whole = xml(nitf(row))
    sink.bad("cut.xml", "nitf", whole[: len(whole) * 3 // 5], "XML cut in the middle")
    item = PICTURE | {"versioncreated": "2026-04-01T09:30:00Z"}
    sink.bad("picture.json", "ninjs", dumps(item).encode(), "an item of type picture")
    sink.bad("picture-item.xml", "newsml-g2", xml(g2_picture()), "an item of class picture")
    text = g2_message([g2_package(deck.hand(3))])
    why = "a package whose items are not in the file"
    sink.bad("package.xml", "newsml-g2", xml(text), why)
    text = g2_item(row, g2_xhtml(row), status="stat:canceled")
    sink.bad("cancelled.xml", "newsml-g2", xml(text), "cancelled by its publisher")
    text = f"<nitf>{nitf_head(row, docdata(row))}</nitf>"
    sink.bad("bodiless.xml", "nitf", xml(text), "NITF without a body")
    sink.bad("feed.xml", "rss", xml(rss("Brenn Courier", [])), "a feed without entries")
    text = '<order xmlns="urn:shop"><line no="1">12 lamps</line><total>298.80</total></order>'
    sink.bad("order.xml", "xml", xml(text), "well-formed XML, but an order and no news")


def picture_pdf() -> bytes:
    """A PDF of a picture only."""
    shade = bytes((x * y) % 256 for x in range(64) for y in range(64)).hex()
    inline = b"q 400 0 0 400 60 300 cm BI /W 64 /H 64 /CS /G /BPC 8 /F /AHx ID "
    return pdf_file([inline + shade.encode() + b"> EI Q"], (595, 842))


def locked_pdf(data: bytes) -> bytes:
    """The PDF under a password, with identifiers that do not change."""
    writer, out = PdfWriter(clone_from=io.BytesIO(data)), io.BytesIO()
    name = ArrayObject([ByteStringObject(b"invented-file-id")] * 2)
    writer._ID = name
    writer.encrypt("a password", "another password", algorithm="RC4-128")
    writer._ID = name
    writer.write(out)
    return out.getvalue()


def bad_documents(sink: Sink, deck: Deck) -> None:
    """Broken PDFs, Word documents, messages and pages."""
    row = deck.deal(lambda row: western(row) and english(row))
    whole = Press().file(row)
    sink.bad("scan.pdf", "pdf", picture_pdf(), "a picture only, no text")
    sink.bad("locked.pdf", "pdf", locked_pdf(whole), "encrypted; the password is not known")
    cut = whole.index(b"endstream") - 300
    sink.bad("cut.pdf", "pdf", whole[:cut], "cut within the contents of its only page")
    document = docx_new(row, "title")
    docx_plain(document, row)
    data = repacked(docx_bytes(document), lambda name: name != "word/document.xml")
    sink.bad("hollow.docx", "docx", data, "a zip without word/document.xml")
    message = mail(deck["press-harbour"])
    message.set_content(png(), "image", "png", filename="scan.png")
    sink.bad("picture.eml", "eml", mail_bytes(message), "a picture, no part with text")
    text = (
        f"<!DOCTYPE html><html lang='en'><title>Brenn Courier</title><body>{COOKIES}</body></html>"
    )
    sink.bad("cookies.html", "html", text.encode(), "nothing but a cookie banner")


def bad_archives(sink: Sink, deck: Deck) -> None:
    """Broken archives."""
    del deck
    data = zipped(chosen(sink, "md json nitf", 1), {}, deep=True)
    sink.bad("cut.zip", "zip", data[: len(data) // 2], "cut in the middle, no directory")
    pictures = [record for record in warc_junk() if record[4] == "image/png"]
    sink.bad("pictures.warc", "warc", warc(pictures, packed=False), "pictures, no page")
    data = PACK["gz"](sink.of("jsonl")[0].data)
    wrong = bytes(byte ^ 0xFF for byte in data[-8:-4])
    sink.bad("checksum.jsonl.gz", "packed", data[:-8] + wrong + data[-4:], "wrong checksum")
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for number in range(3):
            info = tarfile.TarInfo(f"articles/{number}.txt")
            info.type, info.linkname = tarfile.SYMTYPE, f"../elsewhere/{number}.txt"
            archive.addfile(info)
    sink.bad("links.tar", "tar", out.getvalue(), "links only")


WRITERS = [
    txt_files, md_files, jsonl_files, json_files, ninjs1_files, ninjs2_files, ninjs3_files,
    nitf_files, g2_nitf_files, g2_xhtml_files, g2_message_files, rss_files, atom_files,
    graph_pages, ref_pages, meta_pages, micro_pages, kind_pages, pdf_files, docx_files,
    csv_files, eml_files, warc_files, packed_files, archive_files,
    bad_texts, bad_items, bad_documents, bad_archives,
]  # fmt: skip


def main() -> None:
    """Writes all files."""
    if len(sys.argv) != 2:
        raise SystemExit("python evals/files/make.py OUT")
    text = (HERE / "articles.jsonl").read_text(encoding="utf-8")
    deck = Deck([json.loads(line) for line in text.splitlines()])
    sink = Sink()
    for writer in WRITERS:
        writer(sink, deck)
    sink.write(Path(sys.argv[1]))
    print(f"{len(sink.made)} files in {sys.argv[1]}")


if __name__ == "__main__":
    main()
