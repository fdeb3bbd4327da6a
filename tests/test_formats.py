"""Formats of the trade: agencies, feeds, documents, mail, tables, and archives of them."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from datetime import date, datetime
from email.message import EmailMessage
from pathlib import Path

import docx
import pytest

from assistant.reading import read
from assistant.settings import ReadingSettings, load
from assistant.types import Article, Skipped

EVALS = Path(__file__).resolve().parents[1] / "evals"
SETTINGS = load().reading
NITF = """<nitf baselang="en-GB"><head><title>Dam holds</title><docdata>
<date.issue norm="20260301T090000"/><doc-id id-string="w-1"/></docdata></head><body>
<body.head><hedline><hl1>Dam at Corvane holds</hl1></hedline>
<byline>By Ada Brandt, <byttl>Staff</byttl></byline>
<distributor><org>Sond Wire</org></distributor></body.head>
<body.content><p>The dam held on <em>Sunday</em>.</p><hl2>Before the storm</hl2>
<p>Its gates
were open.</p><media><media-caption>A dam.</media-caption></media></body.content></body></nitf>"""
ITEM = """<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:w:2" version="2"
 xml:lang="en"><rightsInfo><copyrightHolder><name>Sond Wire</name></copyrightHolder></rightsInfo>
<itemMeta><itemClass qcode="ninat:{kind}"/><firstCreated>2026-03-01T23:00:00+01:00</firstCreated>
<versionCreated>2026-03-02T08:00:00+01:00</versionCreated>{embargo}
<pubStatus qcode="stat:{status}"/><edNote>Corrects the height in paragraph 2</edNote></itemMeta>
<contentMeta><creator><name>Bo Cy</name></creator><headline>Dam holds</headline></contentMeta>
<contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"
><head><title>x</title></head><body><p>The dam held.</p><p>It is 90 m high.</p></body></html>
</inlineXML></contentSet></newsItem>"""
RSS = """<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Sond Wire</title><item><title>Dam &amp; lake</title><link>https://sond.example/dam</link>
<guid>dam-1</guid><pubDate>Sun, 01 Mar 2026 09:00:00 GMT</pubDate><description>Short.</description>
<content:encoded><![CDATA[<p>The dam held.</p><p>It rained.</p>]]></content:encoded></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Sond Wire</title><entry><id>tag:a,1</id>
<title>Dam</title><link href="https://sond.example/a"/><author><name>Ada Brandt</name></author>
<published>2026-03-01T09:00:00Z</published><updated>2026-03-02T09:00:00Z</updated>
<content type="html">&lt;p&gt;The dam held.&lt;/p&gt;</content></entry></feed>"""
AUTHOR = "<author><name>Ada Brandt</name><email>desk@x.org</email></author>"
NINJS = {
    "uri": "urn:w:3", "type": "text", "versionCreated": "2026-03-01T09:00:00Z", "language": "en-GB",
    "copyrightHolder": "Sond Wire", "by": "By Ada Brandt",
    "headlines": [{"role": "main", "value": "Dam holds"}],
    "bodies": [{"contentType": "text/html", "value": "<p>The dam held.</p><p>It rained.</p>"}],
}  # fmt: skip


def only(path: Path) -> Article:
    (found,) = read(path, SETTINGS)
    assert isinstance(found, Article), found
    return found


def reasons(path: Path) -> list[str]:
    return [one.reason for one in read(path, SETTINGS) if isinstance(one, Skipped)]


def written(folder: Path, name: str, content: str | bytes) -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def test_nitf(tmp_path: Path) -> None:
    found = only(written(tmp_path, "a.xml", NITF))
    assert (found.id, found.title, found.outlet) == ("w-1", "Dam at Corvane holds", "Sond Wire")
    assert (found.byline, found.published) == ("Ada Brandt", date(2026, 3, 1))
    assert found.text == ("The dam held on Sunday.\n\nBefore the storm\n\nIts gates were open.")
    assert found.language == "en"


def test_newsml(tmp_path: Path) -> None:
    usable = ITEM.format(kind="text", status="usable", embargo="")
    wrapped = f'<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>{usable}</itemSet></newsMessage>'
    for content in (usable, wrapped):
        found = only(written(tmp_path, "a.xml", content))
        assert (found.id, found.title, found.byline) == ("urn:w:2", "Dam holds", "Bo Cy")
        assert (found.published, found.updated) == (date(2026, 3, 1), date(2026, 3, 2))
        assert found.text == "The dam held.\n\nIt is 90 m high."
        assert found.correction == "Corrects the height in paragraph 2"
        assert found.outlet == "Sond Wire"


@pytest.mark.parametrize(
    ("kind", "status", "embargo", "reason"),
    [
        ("picture", "usable", "", "a picture, no article"),
        ("text", "canceled", "", "its publisher calls it canceled"),
        ("text", "usable", "<embargoed>soon</embargoed>", "under embargo until soon"),
    ],
)
def test_what_must_not_be_used_is_named(
    tmp_path: Path, kind: str, status: str, embargo: str, reason: str
) -> None:
    file = written(tmp_path, "a.xml", ITEM.format(kind=kind, status=status, embargo=embargo))
    (told,) = reasons(file)
    assert reason in told


def test_an_embargo_that_is_over_is_none(tmp_path: Path) -> None:
    past = "<embargoed>2020-01-01T00:00:00Z</embargoed>"
    assert only(
        written(tmp_path, "a.xml", ITEM.format(kind="text", status="usable", embargo=past))
    ).text


def test_feeds(tmp_path: Path) -> None:
    found = only(written(tmp_path, "a.rss", RSS))
    assert (found.id, found.title, found.outlet) == (
        "https://sond.example/dam",
        "Dam & lake",
        "Sond Wire",
    )
    assert (found.url, found.published) == ("https://sond.example/dam", date(2026, 3, 1))
    assert found.text == "The dam held.\n\nIt rained."
    found = only(written(tmp_path, "a.atom", ATOM))
    assert (found.byline, found.updated) == ("Ada Brandt", date(2026, 3, 2))
    assert found.text == "The dam held."


def test_ninjs_of_each_version(tmp_path: Path) -> None:
    older = {
        "uri": "urn:w:4", "type": "text", "versioncreated": "2026-03-01T09:00:00Z",
        "headline": "Dam holds", "byline": "Ada Brandt", "body_xhtml": "<p>The dam held.</p>",
        "body_text": "The dam held.", "copyrightholder": "Sond Wire",
    }  # fmt: skip
    picture = {**NINJS, "type": "picture"}
    file = written(tmp_path, "a.json", json.dumps([NINJS, older, picture]))
    three, one = [one for one in read(file, SETTINGS) if isinstance(one, Article)]
    assert three.text == "The dam held.\n\nIt rained."
    assert (three.outlet, three.byline, three.language) == ("Sond Wire", "Ada Brandt", "en")
    assert (one.title, one.text, one.published) == ("Dam holds", "The dam held.", date(2026, 3, 1))
    assert reasons(file) == ["a picture, no article"]


def test_word_mail_and_tables(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Dam holds", 0)
    document.add_paragraph("The dam held.")
    document.core_properties.author = "Ada Brandt"
    document.save(str(tmp_path / "a.docx"))
    found = only(tmp_path / "a.docx")
    assert (found.title, found.byline, found.text) == ("Dam holds", "Ada Brandt", "The dam held.")
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Sond Council <press@sond.example>", "Dam holds"
    mail["Date"], mail["Message-ID"] = "Sun, 01 Mar 2026 09:00:00 +0000", "<dam@sond.example>"
    mail.set_content("The dam held.")
    found = only(written(tmp_path, "a.eml", mail.as_bytes()))
    assert (found.id, found.outlet) == ("dam@sond.example", "Sond Council")
    assert found.published == date(2026, 3, 1)
    rows = "Title;Text;Date\nDam;The dam held.;2026-03-01\nLake;;2026-03-01\n"
    file = written(tmp_path, "a.csv", rows)
    (article,) = (one for one in read(file, SETTINGS) if isinstance(one, Article))
    assert (article.title, article.published) == ("Dam", date(2026, 3, 1))
    assert reasons(file) == ["no text"]
    assert "no column is called text" in reasons(written(tmp_path, "b.csv", "a,b\n1,2\n"))[0]


def test_columns_of_other_names(tmp_path: Path) -> None:
    file = written(tmp_path, "a.csv", "Schlagzeile,Inhalt,Tag\nDam,The dam held.,2026-03-01\n")
    columns = {"Schlagzeile": "title", "inhalt": "text", "TAG": "published"}
    (found,) = read(file, ReadingSettings(columns=columns))
    assert isinstance(found, Article)
    assert (found.title, found.text) == ("Dam", "The dam held.")
    assert found.published == date(2026, 3, 1)


def release(text: str, name: str = "dam") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Sond Council <press@sond.example>", name
    mail["Date"], mail["Message-ID"] = "Sun, 01 Mar 2026 09:00:00 +0100", f"<{name}@sond.example>"
    mail.set_content(text)
    return mail.as_bytes()


def test_a_mailbox(tmp_path: Path) -> None:
    postmark = b"From press@sond.example Sun Mar  1 09:00:00 2026\n"
    first = release("The dam held.\n>From here on it rained.\n-- \nSond Council, Quay 1")
    second = release("The lake fell.", "lake")
    file = written(tmp_path, "a.mbox", postmark + first + b"\n" + postmark + second)
    found = [one for one in read(file, SETTINGS) if isinstance(one, Article)]
    assert [one.text for one in found] == [
        "The dam held.\nFrom here on it rained.",
        "The lake fell.",
    ]
    assert "no mailbox" in reasons(written(tmp_path, "b.mbox", first))[0]


@pytest.mark.parametrize(
    ("line", "until"),
    [
        ("EMBARGOED UNTIL 06:00 GMT, 17 March 2026", "2026-03-17T06:00:00+00:00"),
        ("Strictly under embargo until 3 March 2026, 10:30", "2026-03-03T10:30:00+01:00"),
        ("*** Embargo: 2026-03-03 00:01 UTC ***", "2026-03-03T00:01:00+00:00"),
        ("Not for publication before 3 March 2026 6 pm", "2026-03-03T18:00:00+01:00"),
        ("NOT FOR RELEASE BEFORE: March 3, 2026, 18:00 CET", "2026-03-03T18:00:00+01:00"),
        ("EMBARGOED FOR 00:01 TUESDAY 17 MARCH 2026", "2026-03-17T00:01:00+01:00"),
        ("PRESS RELEASE – EMBARGOED UNTIL 17 March 2026", "2026-03-17T00:00:00+01:00"),
        ("This release is embargoed until 12 noon, 17 March 2026", "2026-03-17T12:00:00+01:00"),
        ("Embargoed until 10.30 on 17 March 2026", "2026-03-17T10:30:00+01:00"),
        ("Embargoed until 17 March 2026, 10.30am", "2026-03-17T10:30:00+01:00"),
        ("Embargoed until 1800 on 17 March 2026", "2026-03-17T18:00:00+01:00"),
        ("Under strict embargo until 06:00 GMT+2, 17 March 2026", "2026-03-17T06:00:00+02:00"),
        ("Not to be published before 17 March 2026", "2026-03-17T00:00:00+01:00"),
        ("HOLD FOR RELEASE until March 17, 2026, at 9:00 a.m. PDT", "2026-03-17T09:00:00-07:00"),
        ("EMBARGOED UNTIL 14:00 UK TIME, TUE 14 JULY 2026", "2026-07-14T14:00:00+01:00"),
        ("Embargo until 2026-03-17T06:00:00+05:30", "2026-03-17T06:00:00+05:30"),
    ],
)
def test_a_press_release_says_until_when(tmp_path: Path, line: str, until: str) -> None:
    found = only(written(tmp_path, "a.eml", release(f"{line}\n\nThe dam held.")))
    assert found.embargo == datetime.fromisoformat(until)
    document = docx.Document()
    document.add_heading(line, 0)
    document.add_paragraph("The dam held.")
    document.save(str(tmp_path / "a.docx"))
    assert only(tmp_path / "a.docx").embargo is not None
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "press@sond.example", line
    mail.set_content("The dam held.")
    assert only(written(tmp_path, "b.eml", mail.as_bytes())).embargo is not None


@pytest.mark.parametrize(
    "line",
    ["EMBARGOED UNTIL THE SPEECH IS HELD", "Embargo: Tuesday", "Under embargo",
     "Embargoed until 03/04/2026", "Embargoed until 01.04.2026, 18:00",
     "Embargoed until the end of 17 March 2026",
     "Embargoed until 9 in the evening of 17 March 2026",
     "Under embargo until 17 March 2026, after the markets close",
     "Embargoed until 6 a.m. Eastern, 17 March 2026",
     "Embargoed until 06:00 CET / 05:00 GMT, 17 March 2026", "Embargoed until 31 April 2026",
     "Embargo until Tuesday 11 March 2026 at 09:00 GMT", "EMBARGO: 05/05/2026"],
)  # fmt: skip
def test_an_embargo_that_is_not_plain_keeps_a_release_out(tmp_path: Path, line: str) -> None:
    assert "embargo" in reasons(written(tmp_path, "a.eml", release(f"{line}\n\nIt held.")))[0]


@pytest.mark.parametrize(
    "line",
    ["FOR IMMEDIATE RELEASE", "The embargo on grain was lifted.", "Embargo on oil ends in March",
     "Embargoed goods arrive", "Embargoes end today.", "Embargo-busting tanker seized off Crete",
     "Embargo: Russia bans exports of grain", "Embargo – a word heard often in Brussels",
     "Under embargo: how oil still flows", "Embargo", "Embargo: none", "EMBARGO: LIFTED",
     "Embargo until 3 March 2027 hits grain traders, ministers agree",
     "Embargoed for years, the papers are out", "EMBARGO LIFTED: 10 June 2025, 16:00 BST",
     "UN renews South Sudan embargo until 31 May 2026", "This release is not under embargo.",
     "Jailed banker not to be released before 2031, court rules"],
)  # fmt: skip
def test_news_of_embargoes_is_under_none(tmp_path: Path, line: str) -> None:
    assert only(written(tmp_path, "a.eml", release(f"{line}\n\nIt held."))).embargo is None


def test_markdown_is_read_without_marks(tmp_path: Path) -> None:
    head = "---\ntitle: Dam\n---\n"
    marked = "Some **6,400** pupils sat.\n\n## After\n\n[The dam](https://a.example) and **it**.\n"
    found = only(written(tmp_path, "a.md", head + marked))
    assert found.text == "Some 6,400 pupils sat.\n\nAfter\n\nThe dam and it."


@pytest.mark.parametrize(
    "text",
    ["5*3*2 is 30, and **6**7.", "“f**k you, f**k them,” he said.", "1986. A great year.",
     "[Smith]: Yes\n[Jones]: No", "#hashtag and snake_case and __init__", "> 50 people died",
     "5 < 6 & 7 > 6, “he said”\nand went on [sic].\n\nIt cost 3 * 4.", "| a | b |\n|---|---|"],
)  # fmt: skip
def test_markdown_loses_no_word_and_no_figure(tmp_path: Path, text: str) -> None:
    assert only(written(tmp_path, "a.md", f"---\ntitle: Dam\n---\n{text}")).text == text


def test_one_bad_message_of_a_mailbox_is_named(tmp_path: Path) -> None:
    postmark = b"From press@sond.example Sun Mar  1 09:00:00 2026\n"
    text = "The dam held.\nFrom 09:00 to 17:30 it is closed.\nFrom Ada 10:10 10:10 on."
    for head in (b"Message-ID: <>", b'From: "', b"Message-ID: <a@[", b"Date: 99999999999999"):
        bad = head + b"\nSubject: x\n\nIt fell.\n"
        file = written(tmp_path, "a.mbox", postmark + bad + b"\n" + postmark + release(text))
        found = [one for one in read(file, SETTINGS) if isinstance(one, Article)]
        assert text in [one.text for one in found]


@pytest.mark.parametrize(
    ("author", "byline"),
    [
        (AUTHOR, "Ada Brandt"),
        (f"{AUTHOR}{AUTHOR.replace('Ada Brandt', 'Jon Sund')}", "Ada Brandt, Jon Sund"),
        ("<author><name>Ada Brandt (@adab)</name></author>", "Ada Brandt (@adab)"),
    ],
)  # fmt: skip
def test_authors_of_an_entry(tmp_path: Path, author: str, byline: str) -> None:
    feed = ATOM.replace("<author><name>Ada Brandt</name></author>", author)
    assert only(written(tmp_path, "a.atom", feed)).byline == byline


@pytest.mark.parametrize(
    ("note", "kept"),
    [
        ("CORRECTION: It was five.", "It was five."),
        ("Correction – it was five.", "it was five."),
        ("Corrections-officer Smith was misnamed.", "Corrections-officer Smith was misnamed."),
        ("Correction -5 degrees not 5", "Correction -5 degrees not 5"),
        ("[Correction: the figure was 5.]", "[Correction: the figure was 5.]"),
    ],
)
def test_a_correction_without_its_label(tmp_path: Path, note: str, kept: str) -> None:
    line = json.dumps({"id": "a", "text": "It held.", "correction": note})
    assert only(written(tmp_path, "a.jsonl", line)).correction == kept


def test_columns_that_are_called_the_same_are_named(tmp_path: Path) -> None:
    file = written(tmp_path, "a.csv", "Inhalt,Text\nThe dam held.,teaser\n")
    found = list(read(file, ReadingSettings(columns={"Inhalt": "text"})))
    assert isinstance(found[0], Skipped)
    assert "several columns are called text" in found[0].reason


@pytest.mark.parametrize(
    "page",
    ['<div id="page" class="site has-cookie-banner">{}</div>', '<section id="cookies">{}</section>',
     '<div class="post tag-cookies category-baking">{}</div>',
     '<div role="dialog" class="article-modal">{}</div>'],
)  # fmt: skip
def test_an_article_about_cookies_is_read(tmp_path: Path, page: str) -> None:
    told = "The bakers of Sond will sell fewer cookies this year, their guild said on Monday."
    more = "There are eleven of them, and nine have agreed to bake what is healthier by May."
    body = page.format(f"<article><h1>Fewer cookies</h1><p>{told}</p><p>{more}</p></article>")
    found = only(written(tmp_path, "a.html", f"<html><body>{body}</body></html>"))
    assert told in found.text


@pytest.mark.slow
def test_two_hundred_files_of_all_formats(tmp_path: Path) -> None:
    """Written by somebody who saw no code; what was wrong at first has been mended since."""
    make = EVALS / "files" / "make.py"
    subprocess.run([sys.executable, make, tmp_path], check=True, capture_output=True)
    scored = subprocess.run(
        [sys.executable, EVALS / "score_files.py", tmp_path, "--show"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert '{"sound": {"files": 170, "right": 170}}' in scored, scored
    assert '{"broken": {"files": 30, "right": 30}}' in scored, scored


def test_archives_of_files(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("in/dam.xml", NITF)
        packed.writestr(".hidden", "x")
        packed.writestr("../out.txt", "Outside.")
        packed.writestr("odd.bin", "x")
    (found,) = (one for one in read(tmp_path / "a.zip", SETTINGS) if isinstance(one, Article))
    assert found.id == "w-1"
    assert len(reasons(tmp_path / "a.zip")) == 2
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as tar:
        for name, content in (("dam.xml", NITF), ("feed.rss", RSS)):
            info = tarfile.TarInfo(name)
            info.size = len(content.encode())
            tar.addfile(info, io.BytesIO(content.encode()))
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    articles = [one for one in read(tmp_path / "a.tar.gz", SETTINGS) if isinstance(one, Article)]
    assert {one.id for one in articles} == {"w-1", "https://sond.example/dam"}
    assert "link" in reasons(tmp_path / "a.tar.gz")[0]


def test_bombs_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(30):
            packed.writestr(f"{number}.txt", b"0" * 10_000_000)
    assert "unpacks to more" in reasons(tmp_path / "a.zip")[-1]
    laughs = '<!DOCTYPE nitf [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>' + NITF.replace(
        "Sunday", "&b;"
    )
    assert "entities of its own" in reasons(written(tmp_path, "a.xml", laughs))[0]
    outside = '<!DOCTYPE nitf [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + NITF.replace(
        "Sunday", "&a;"
    )
    assert "entities of its own" in reasons(written(tmp_path, "a.xml", outside))[0]
    deep = "<nitf>" * 50_000
    assert "no XML" in reasons(written(tmp_path, "a.xml", deep))[0]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xml", ""), ("a.xml", "no xml"), ("a.xml", "<html/>"), ("a.xml", "<nitf/>"),
        ("a.rss", "<rss/>"), ("a.rss", RSS[:200]), ("a.xml", NITF[:300]),
        ("a.docx", "no document"), ("a.docx", "PK\x03\x04"), ("a.eml", ""), ("a.eml", "x: y\n\n"),
        ("a.zip", "no zip"), ("a.zip", "PK\x03\x04"), ("a.tar", "no tar"),
        ("a.tgz", b"\x1f\x8b\x08"),
        ("a.csv", ""), ("a.csv", "text"), ("a.json", '{"uri": "u", "bodies": 3}'),
        ("a.json", '{"uri": "u", "headlines": [3], "type": "text"}'),
    ],
)  # fmt: skip
def test_what_is_broken_is_named_with_a_reason(
    tmp_path: Path, name: str, content: str | bytes
) -> None:
    found = list(read(written(tmp_path, name, content), SETTINGS))
    assert found
    assert all(isinstance(one, Skipped) and one.reason for one in found)


def test_tables_are_cut_where_their_first_line_says(tmp_path: Path) -> None:
    lines = ["id,title,text"] + [f"{n},T{n},Plain." for n in range(300)]
    lines += ['999,Last,"He said ""yes, we did"", then left."', "1000,X,It held, but it rained"]
    file = written(tmp_path, "a.csv", "\n".join(lines))
    found = {one.id: one for one in read(file, SETTINGS) if isinstance(one, Article)}
    assert found["999"].text == 'He said "yes, we did", then left.'
    assert "more cells than columns" in reasons(file)[0]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("<docdata>", '<docdata management-status="canceled">', "canceled"),
        ("<docdata>", '<docdata management-status="embargoed">', "embargoed"),
        ("Sunday", "Monday", ""),
    ],
)
def test_a_status_is_heeded(tmp_path: Path, old: str, new: str, reason: str) -> None:
    file = written(tmp_path, "a.xml", NITF.replace(old, new))
    assert [reason in one for one in reasons(file)] == ([True] if reason else [])
    item = ITEM.format(kind="text", status="usable", embargo="<embargoed/>")
    assert "embargo" in reasons(written(tmp_path, "b.xml", item))[0]


def test_blocks_are_apart_and_quotations_stay(tmp_path: Path) -> None:
    markup = (
        "<table><tr><td>Norway</td><td>3</td></tr></table><section>One.</section>"
        "<section>He said <q>We lost</q>.</section><p>A\u000bb &amp; c</p>"
    )
    item = {**NINJS, "bodies": [{"contentType": "text/html", "value": markup}]}
    found = only(written(tmp_path, "a.json", json.dumps(item)))
    assert found.text == "Norway 3\n\nOne.\n\nHe said “We lost”.\n\nA b & c"
    entity = '<!DOCTYPE nitf PUBLIC "x" "nitf.dtd">' + NITF.replace("Sunday", "caf&eacute; day")
    assert "café day" in only(written(tmp_path, "a.xml", entity)).text


def test_one_bad_file_of_an_archive_harms_no_other(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("bad.txt", "A text. " * 100)
        packed.writestr(".", "x")
        packed.writestr("12:30 update.txt", "The dam held at noon.")
    data = bytearray((tmp_path / "a.zip").read_bytes())
    data[40:60] = b"\xff" * 20
    (tmp_path / "a.zip").write_bytes(data)
    (found,) = (one for one in read(tmp_path / "a.zip", SETTINGS) if isinstance(one, Article))
    assert "noon" in found.text
    assert any("damaged" in one for one in reasons(tmp_path / "a.zip"))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as packed:
        packed.writestr(".hidden", "x")
    assert "empty" in reasons(tmp_path / "b.zip")[0]


def test_hidden_parts_of_a_document_count(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("The dam held.")
    document.save(str(tmp_path / "a.docx"))
    with zipfile.ZipFile(tmp_path / "a.docx", "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("_rels/.padding", b" " * 60_000_000)
    assert "unpacks to more" in reasons(tmp_path / "a.docx")[0]


def test_mail_in_an_encoding_that_it_does_not_name_is_refused(tmp_path: Path) -> None:
    head = b"From: a@sond.example\nSubject: Dam\n"
    told = only(written(tmp_path, "a.eml", head + "\nCafé held “firm”.".encode()))
    assert told.text == "Café held “firm”."
    wrong = head + b"Content-Type: text/plain; charset=us-ascii\n\nCaf\xe9"
    assert "not UTF-8" in reasons(written(tmp_path, "b.eml", wrong))[0]


def test_json_that_is_no_ninjs_is_read_as_before(tmp_path: Path) -> None:
    own = {"id": "a", "uri": "https://x/a", "title": "T", "text": "Body", "headlines": ["a"]}
    assert only(written(tmp_path, "a.json", json.dumps(own))).text == "Body"


BIG = {  # what stands before and behind a hundred megabytes
    "a.txt": ("", ""),
    "a.html": ("<p>", ""),
    "a.xml": ("<nitf>", "</nitf>"),
    "a.json": ('{"id": "a", "text": "', '"}'),
    "a.jsonl": ('{"id": "a", "text": "', '"}\n{"id": "b", "text": "It held."}'),
    "a.csv": ("title,text\na,", ""),
    "a.eml": ("From: a@b.example\n\n", ""),
    "a.mbox": ("From a@b.example Sun Mar  1 09:00:00 2026\n", ""),
    "a.txt.gz": ("", ""),
    "a.docx": ("", ""),
    "a.zip": ("", ""),
}


def write_big(file: Path) -> None:
    """A hundred megabytes in one article, three hundred packed."""
    before, behind = BIG[file.name]
    if file.suffix == ".gz":
        file.write_bytes(gzip.compress(bytes(300_000_000)))
    elif file.suffix in (".zip", ".docx"):
        inner = "word/document.xml" if file.suffix == ".docx" else "a.txt"
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr(inner, bytes(300_000_000))
    else:
        with file.open("w", encoding="ascii") as opened:
            opened.write(before)
            for _ in range(100):
                opened.write("A" * 1_000_000)
            opened.write(behind)


@pytest.mark.slow
@pytest.mark.parametrize("name", BIG)
def test_what_is_too_large_takes_little_memory_and_leaves_nothing(
    tmp_path: Path, name: str
) -> None:
    """A hundred megabytes in one article, and what unpacks a thousand times."""
    folder, left = tmp_path / "news", tmp_path / "left"
    folder.mkdir()
    left.mkdir()
    write_big(folder / name)
    code = (
        "import resource, sys\nfrom pathlib import Path\nfrom assistant.reading import read\n"
        "from assistant.settings import ReadingSettings\nfrom assistant.types import Skipped\n"
        "def most(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000\n"
        "(Path(sys.argv[1]).parent / 'b.txt').write_text('It held.')\n"
        "list(read(Path(sys.argv[1]).parent / 'b.txt', ReadingSettings()))\n"
        "before = most()\n"
        "found = list(read(Path(sys.argv[1]), ReadingSettings()))\n"
        "assert any(isinstance(one, Skipped) for one in found)\n"
        "print(most() - before)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        capture_output=True, text=True, check=False, env={**os.environ, "TMPDIR": str(left)},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-500:]
    assert float(ran.stdout) < 300
    assert list(left.iterdir()) == []
