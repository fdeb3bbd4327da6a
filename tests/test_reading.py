from __future__ import annotations

import json
import os
import socket
from datetime import date
from pathlib import Path

import pytest
from conftest import SHARED, needs_shared
from hypothesis import given
from hypothesis import strategies as st

from assistant.reading import Unreadable, estimate, normalized, read
from assistant.reading.addresses import canonical
from assistant.reading.articles import build
from assistant.reading.web_pages import read_html
from assistant.settings import ReadingSettings
from assistant.types import Article, Skipped

SETTINGS = ReadingSettings()
LIMIT = SETTINGS.max_characters


def read_all(path: Path) -> list[Article | Skipped]:
    return list(read(path, SETTINGS))


def only(path: Path) -> Article:
    (article,) = read_all(path)
    assert isinstance(article, Article), article
    return article


def reason(path: Path) -> str:
    (skipped,) = read_all(path)
    assert isinstance(skipped, Skipped), skipped
    assert str(path.name) in skipped.path
    return skipped.reason


def written(tmp_path: Path, name: str, content: bytes | str) -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


class TestIds:
    def test_the_given_id_goes_first(self) -> None:
        fields = {"id": "a1", "url": "https://x.example/1", "title": "T", "text": "Body."}
        assert build(fields, LIMIT).id == "a1"

    def test_then_the_canonical_url(self) -> None:
        fields = {"url": "HTTPS://X.example/Story?utm_source=a&id=3#top", "text": "Body."}
        assert build(fields, LIMIT).id == "https://x.example/Story?id=3"

    def test_queries_without_names_tell_stories_apart(self) -> None:
        story = "https://x.example/story.php?12345"
        assert canonical(story) == story
        assert canonical("https://x.example/s?a=&utm_x=1&b") == "https://x.example/s?a=&b"
        assert canonical("https://x.example/#!/s/3") != canonical("https://x.example/#!/s/4")

    def test_then_outlet_title_and_date_but_not_the_text(self) -> None:
        fields = {"title": "T", "source": "O", "date": "2026-01-02"}
        first = build({**fields, "text": "One."}, LIMIT)
        assert first.id == build({**fields, "text": "Two."}, LIMIT).id
        assert first.id != build({**fields, "date": "2026-01-03", "text": "One."}, LIMIT).id

    def test_then_the_text_and_never_the_file_name(self, tmp_path: Path) -> None:
        one = only(written(tmp_path, "one.txt", "Same words here."))
        two = only(written(tmp_path, "two.txt", "Same words here."))
        three = only(written(tmp_path, "three.txt", "Other words here."))
        assert one.id == two.id != three.id


class TestPlainText:
    def test_the_date_shares_the_first_line(self, tmp_path: Path) -> None:
        article = only(written(tmp_path, "a.txt", " date 2026-02-01 It rained.\n\nAll day."))
        assert article.published == date(2026, 2, 1)
        assert article.text == "It rained.\n\nAll day."
        assert article.title == "It rained."

    def test_without_a_date(self, tmp_path: Path) -> None:
        article = only(written(tmp_path, "a.txt", "The date 2026-02-01 is in the text."))
        assert article.published is None
        assert article.text.startswith("The date")

    @needs_shared
    def test_the_seed_article(self) -> None:
        article = only(SHARED / "seed" / "article.txt")
        assert article.published == date(2026, 2, 1)
        assert article.text.startswith("India's government")
        assert article.title.startswith("India's government")
        assert article.language == "en"

    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            ("\ufeffWords.".encode(), "Words."),
            ("Wörds.".encode("utf-16"), "Wörds."),
            (b"\xff\xfe" + "Wörds.".encode("utf-16-le"), "Wörds."),
            ("Wörds.".encode("utf-32"), "Wörds."),
            (b"Nul\x00led words.", "Nulled words."),
            (b"One.\r\nTwo.\rThree.", "One.\nTwo.\nThree."),
            ("Emoji \U0001f600 and \u202ertl\u202c stay.".encode(), None),
        ],
    )
    def test_what_can_be_read_is_read(
        self, tmp_path: Path, content: bytes, expected: str | None
    ) -> None:
        article = only(written(tmp_path, "a.txt", content))
        assert article.text == (expected or content.decode())

    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            (b"", "no text"),
            (b" \n\t\n", "no text"),
            (b"\x00\x00", "UTF-16"),
            ("\u200b\u200d\ufeff\u2060".encode(), "no text"),
            ("Wörds here".encode("utf-16-le"), "UTF-16"),
            ("He said “no” and left for the café".encode("cp1252"), "Windows-1252"),
            (b"broken \xc3( utf \x81\x8d", "not UTF-8 (byte 0xc3 at 7)"),
            (b"\xff\xfeW\x00x", "broken UTF-16"),
        ],
    )
    def test_what_cannot_be_read_says_why(
        self, tmp_path: Path, content: bytes, expected: str
    ) -> None:
        assert expected in reason(written(tmp_path, "a.txt", content))

    def test_a_long_line_is_read(self, tmp_path: Path) -> None:
        assert len(only(written(tmp_path, "a.txt", "word " * 200_000)).text) >= 999_999

    def test_a_huge_file_is_refused_before_it_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "huge.txt"
        with path.open("wb") as file:
            file.truncate(100_000_000)
        assert "100 MB is more than an article" in reason(path)


class TestMarkdown:
    def test_front_matter(self, tmp_path: Path) -> None:
        content = (
            "---\r\nid: k1\r\ntitle: 'A: b'\r\noutlet: O\r\nbyline: [Ann Lee, Bo Roe]\r\n"
            "published: 2026-03-04\r\nupdated: 2026-03-05T10:00:00Z\r\nfictional: true\r\n"
            "correction: We erred.\r\ndesk: Home\r\n---\r\n\r\nBody.\r\n\r\nMore."
        )
        article = only(written(tmp_path, "a.md", content))
        assert article == Article(
            id="k1",
            title="A: b",
            outlet="O",
            byline="Ann Lee, Bo Roe",
            published=date(2026, 3, 4),
            updated=date(2026, 3, 5),
            fictional=True,
            correction="We erred.",
            extra={"desk": "Home"},
            text="Body.\n\nMore.",
        )

    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            ("# Only a heading\n\nText.", "no front matter"),
            ("---\ntitle: [\n---\nText.", "not YAML"),
            ("---\n- a\n---\nText.", "no names and values"),
            ("---\ntitle: T\n---\n\n", "no text"),
            ("---\ntitle: T\npublished: soon\n---\nText.", "published 'soon' is not a date"),
            ("---\ntitle: T\npublished: 03/04/2026\n---\nText.", "is not a date"),
            ("---\ntitle: T\npublished: March 2026\n---\nText.", "is not a date"),
            ("---\ntitle: T\npublished: 5 Nov\n---\nText.", "is not a date"),
            ("---\ntitle: T\nfictional: perhaps\n---\nText.", "fictional"),
        ],
    )
    def test_faults_are_named(self, tmp_path: Path, content: str, expected: str) -> None:
        assert expected in reason(written(tmp_path, "a.md", content))

    def test_nested_fields_cannot_grow_without_end(self, tmp_path: Path) -> None:
        levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 12)]
        bomb = "\n".join(["l0: &l0 [lol]", *levels])
        article = only(written(tmp_path, "a.md", f"---\ntitle: T\n{bomb}\n---\nBody."))
        assert article.extra == {"l0": "lol"}

    def test_empty_aliases_do_not_win(self) -> None:
        fields = {"title": "Real", "headline": "", "published": "2026-01-02", "date": ""}
        article = build({**fields, "text": "Body."}, LIMIT)
        assert (article.title, article.published) == ("Real", date(2026, 1, 2))

    def test_a_day_with_a_named_month_is_understood(self) -> None:
        fields = {"text": "Body.", "date": "November 13, 2004"}
        assert build(fields, LIMIT).published == date(2004, 11, 13)


class TestJson:
    def test_lines_with_faults_between_them(self, tmp_path: Path) -> None:
        good = {"id": "a", "title": "T", "date": "2004-11-13", "source": "O", "text": "Body."}
        lines = [
            json.dumps(good),
            "{broken",
            '"text"',
            '{"text": "no name"}',
            '{"id": "b"}',
            '{"id": "c", "text": "Lone \\ud800 surrogate \\u0000 nul."}',
            "",
            '{"id": "d", "text": 5}',
        ]
        path = written(tmp_path, "a.jsonl", "\n".join(lines))
        found = read_all(path)
        articles = [item for item in found if isinstance(item, Article)]
        assert [article.id for article in articles] == ["a", "c"]
        assert articles[0].outlet == "O"
        assert articles[0].published == date(2004, 11, 13)
        assert articles[1].text == "Lone  surrogate  nul."
        skipped = {item.path.split(":")[-1]: item.reason for item in found if item not in articles}
        assert set(skipped) == {"2", "3", "4", "5", "8"}
        assert "not JSON" in skipped["2"]
        assert "neither id nor title" in skipped["4"]
        assert skipped["5"] == "no text"

    def test_a_list_or_one_object(self, tmp_path: Path) -> None:
        one = {"id": "a", "text": "Body."}
        assert only(written(tmp_path, "one.json", json.dumps(one))).id == "a"
        assert len(read_all(written(tmp_path, "two.json", json.dumps([one, one])))) == 2

    @pytest.mark.parametrize("content", ["", "[", "[" * 100_000, "\n\n"])
    def test_broken_files(self, tmp_path: Path, content: str) -> None:
        assert reason(written(tmp_path, "a.json", content)).startswith("not JSON")

    def test_an_empty_file(self, tmp_path: Path) -> None:
        assert "empty" in reason(written(tmp_path, "a.jsonl", ""))

    def test_a_utf16_file_is_read_where_it_says_that_it_is_one(self, tmp_path: Path) -> None:
        content = '{"id": "a", "text": "Ĵožić Ċ."}\n'
        bare = '{"id": "a", "text": "Body."}'.encode("utf-16-le")
        assert "UTF-16" in reason(written(tmp_path, "a.jsonl", bare))
        for encoding in ("utf-16", "utf-32"):
            file = written(tmp_path, f"{encoding}.jsonl", (content * 3).encode(encoding))
            assert [one.text for one in read(file, SETTINGS)] == ["Ĵožić Ċ."] * 3


HTML = """<!doctype html><html lang="en-GB"><head><title>Harbour | Gazette</title>
<meta property="og:site_name" content="Gazette"><meta name="author" content="Ann Lee">
<meta property="article:published_time" content="2026-03-01T09:00:00+01:00">
<link rel="canonical" href="https://gazette.example/harbour">{extra}</head><body>
<nav><a href="/">Home</a></nav><article><h1>Harbour reopens</h1>
<p>The harbour reopened on Monday, after repairs that had taken the better part of a year.</p>
<p>“We are glad,” said the harbour master, who had watched the work from her window.</p></article>
<footer>All rights reserved</footer><script>alert(1)</script></body></html>"""
LINKED = """<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [
{"@type": "WebSite"}, {"@type": ["NewsArticle"], "headline": "The harbour reopens",
"datePublished": "2026-03-02", "dateModified": "2026-03-04", "author": [{"name": "Bo Roe"}],
"correction": {"@type": "CorrectionComment", "text": "An earlier version had the wrong day."}}]}
</script>"""


class TestHtml:
    def test_what_the_page_states(self, tmp_path: Path) -> None:
        article = only(written(tmp_path, "a.html", HTML.replace("{extra}", "")))
        assert article.id == article.url == "https://gazette.example/harbour"
        assert (article.outlet, article.byline) == ("Gazette", "Ann Lee")
        assert article.published == date(2026, 3, 1)
        assert article.language == "en"
        assert "“We are glad,” said the harbour master" in article.text
        assert "alert" not in article.text
        assert "rights reserved" not in article.text

    def test_linked_data_goes_first(self, tmp_path: Path) -> None:
        article = only(written(tmp_path, "a.html", HTML.replace("{extra}", LINKED)))
        assert article.title == "The harbour reopens"
        assert (article.published, article.updated) == (date(2026, 3, 2), date(2026, 3, 4))
        assert article.byline == "Bo Roe"
        assert article.correction == "An earlier version had the wrong day."

    def test_broken_linked_data_costs_nothing_else(self, tmp_path: Path) -> None:
        broken = '<script type="application/ld+json">{"@type": </script>'
        assert only(written(tmp_path, "a.htm", HTML.replace("{extra}", broken))).byline == "Ann Lee"

    def test_a_date_in_a_form_of_its_own_costs_nothing_else(self, tmp_path: Path) -> None:
        content = HTML.replace("{extra}", "").replace("2026-03-01T09:00:00+01:00", "03/04/2026")
        article = only(written(tmp_path, "a.html", content))
        assert (article.published, article.byline) == (None, "Ann Lee")

    def test_odd_linked_data_costs_nothing_else(self, tmp_path: Path) -> None:
        odd = '<script type="application/ld+json">{"@type": [{"a": 1}], "@graph": 5}</script>'
        assert only(written(tmp_path, "a.html", HTML.replace("{extra}", odd))).byline == "Ann Lee"

    @pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1252"])
    def test_the_declared_encoding_is_taken(self, tmp_path: Path, declared: str) -> None:
        page = HTML.replace("{extra}", f'<meta charset="{declared}">').replace("her", "café’s")
        article = only(written(tmp_path, "a.html", page.encode("cp1252")))
        assert "café’s window" in article.text
        assert "“We are glad,”" in article.text

    def test_no_encoding_is_guessed(self, tmp_path: Path) -> None:
        page = HTML.replace("{extra}", "")
        assert "Windows-1252" in reason(written(tmp_path, "a.html", page.encode("cp1252")))
        broken = HTML.replace("{extra}", '<meta charset="utf-8">').encode("cp1252")
        assert "not UTF-8" in reason(written(tmp_path, "b.html", broken))
        other = HTML.replace("{extra}", '<meta charset="klingon">').encode()
        assert "encoding that it declares" in reason(written(tmp_path, "c.html", other))

    @pytest.mark.parametrize("stated", ['{"name": "English"}', '["en", "fr"]', '"English"', "5"])
    def test_odd_languages_are_left_to_detection(self, tmp_path: Path, stated: str) -> None:
        extra = LINKED.replace('"headline"', f'"inLanguage": {stated}, "headline"')
        page = HTML.replace("{extra}", extra).replace(' lang="en-GB"', "")
        assert only(written(tmp_path, "a.html", page)).language == "en"

    def test_no_date_is_guessed(self, tmp_path: Path) -> None:
        content = HTML.replace("{extra}", "").replace("article:published_time", "nothing")
        assert only(written(tmp_path, "a.html", content)).published is None

    @pytest.mark.parametrize("content", ["", "   ", "<html></html>", "\x00\x01\x02"])
    def test_pages_without_an_article(self, tmp_path: Path, content: str) -> None:
        assert reason(written(tmp_path, "a.html", content))


class TestFolders:
    def test_other_formats_are_refused_by_name(self, tmp_path: Path) -> None:
        assert ".odt is not read" in reason(written(tmp_path, "a.odt", "x"))
        assert "without an ending" in reason(written(tmp_path, "LICENSE", "text"))

    def test_a_path_that_does_not_exist(self, tmp_path: Path) -> None:
        assert reason(tmp_path / "missing") == "no such file or folder"

    def test_a_thousand_files_with_ten_broken_ones(self, tmp_path: Path) -> None:
        for number in range(990):
            written(tmp_path, f"good{number}.txt", f"Harbour number {number} reopened.")
        broken = [b"", b"\xff\xff", b"\x80abc", b" ", b"\xc3("] * 2
        for number, content in enumerate(broken):
            written(tmp_path, f"bad{number}.txt", content)
        found = read_all(tmp_path)
        skipped = [item for item in found if isinstance(item, Skipped)]
        assert len(found) == 1000
        assert len(skipped) == 10
        assert all("bad" in item.path and item.reason for item in skipped)
        assert estimate(tmp_path) == 1000

    def test_links_pipes_and_sockets_do_not_hang_or_loop(self, tmp_path: Path) -> None:
        (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
        (tmp_path / "parent").symlink_to(tmp_path)
        os.mkfifo(tmp_path / "pipe.txt")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(tmp_path / "socket.txt"))
            reasons = {Path(i.path).name: i.reason for i in read_all(tmp_path)}
        assert reasons["loop.txt"] == "a link; links are not followed"
        assert "not followed" in reasons["parent"]
        assert reasons["pipe.txt"] == reasons["socket.txt"] == "not a regular file"

    def test_a_directory_named_like_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "folder.txt").mkdir()
        written(tmp_path / "folder.txt", "a.txt", "Words.")
        assert len(read_all(tmp_path)) == 1

    def test_a_failing_read_is_reported(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = written(tmp_path, "a.txt", "Words.")

        def refuse(self: Path) -> bytes:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "read_bytes", refuse)
        assert reason(path) == "cannot be read: Permission denied"

    def test_names_that_are_not_utf8(self, tmp_path: Path) -> None:
        name = os.fsdecode(b"caf\xe9.pdf")
        (tmp_path / name).write_text("x")
        (skipped,) = read_all(tmp_path)
        assert isinstance(skipped, Skipped)
        skipped.path.encode("utf-8")

    def test_names_that_cannot_be(self, tmp_path: Path) -> None:
        (skipped,) = read_all(tmp_path / ("x" * 300))
        assert isinstance(skipped, Skipped)

    def test_control_characters_in_names_are_shown_as_such(self, tmp_path: Path) -> None:
        (tmp_path / "evil\x1b[31m\n.xyz").write_text("x")
        (skipped,) = read_all(tmp_path)
        assert skipped.path.endswith("evil\\x1b[31m\\n.xyz")

    def test_hidden_files_are_passed_over(self, tmp_path: Path) -> None:
        written(tmp_path, ".DS_Store", "x")
        (tmp_path / ".git").mkdir()
        written(tmp_path / ".git", "a.txt", "x")
        assert read_all(tmp_path) == []

    def test_an_original_comes_before_its_correction(self, tmp_path: Path) -> None:
        for name in ("story-2.txt", "story.txt", "story-1.txt"):
            written(tmp_path, name, name)
        names = [article.text for article in read_all(tmp_path)]
        assert names == ["story.txt", "story-1.txt", "story-2.txt"]


@given(st.text(st.characters(exclude_categories=[]), max_size=300))
def test_normalizing_twice_changes_nothing(text: str) -> None:
    try:
        article = normalized(Article("", text, title=text[:20], outlet=text[20:40]), LIMIT)
    except Unreadable:
        return
    assert normalized(article, LIMIT) == article
    assert article.id
    assert article.title


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "http://[", "/x", "x"])
def test_urls_that_are_no_web_page_are_dropped(url: str) -> None:
    assert normalized(Article("a", "Body.", url=url), LIMIT).url is None


def test_fragments_leave_the_canonical_url() -> None:
    assert canonical("https://a.example/x#y") == "https://a.example/x"


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/yard-deal/",
        "https://www.a.example/yard-deal",
        "https://m.a.example/yard-deal?utm_source=x&fbclid=1",
        "https://a.example/yard-deal/amp/",
        "https://amp.a.example/yard-deal",
        "https://a.example/amp/yard-deal",
        "https://a.example/yard-deal?amp=1",
        "HTTPS://WWW.A.EXAMPLE/yard-deal/#comments",
    ],
)
def test_one_story_has_one_address(url: str) -> None:
    assert canonical(url) == "https://a.example/yard-deal"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("https://a.example/yard", "https://a.example/yards"),
        ("https://a.example/s?id=1", "https://a.example/s?id=2"),
        ("https://a.example/camp", "https://a.example/c"),
        ("https://m.example/yard", "https://example/yard"),
        ("https://a.example/Yard", "https://a.example/yard"),
    ],
)
def test_two_stories_have_two(one: str, two: str) -> None:
    assert canonical(one) != canonical(two)


def test_pages_are_read_as_their_writers_meant_them() -> None:
    """See tests/data/pages/README.md."""
    from score_pages import figures, read

    found = figures(list(read(Path(__file__).parent / "data/pages")))
    assert found["pages"] == 80
    assert found["all fields"] >= 76, found
    assert min(found["recall"], found["precision"]) >= 0.97, found


@pytest.mark.parametrize(
    ("stated", "shown", "outlet", "title"),
    [
        ("Yard stays open | Ellard Post", ["Yard stays open"], None, "Yard stays open"),
        ("Ellard Post: Yard stays open", [], "Ellard Post", "Yard stays open"),
        ("Yard stays open - Ellard Post", [], "Ellard Post", "Yard stays open"),
        ("Yard &amp; pier stay open", [], None, "Yard & pier stay open"),
        ("The yard stays open", ["Yard stays open"], None, "The yard stays open"),
        ("", ["Yard stays open"], None, "Yard stays open"),
    ],
)
def test_a_headline_is_without_the_name_of_its_site(
    stated: str, shown: list[str], outlet: str | None, title: str
) -> None:
    head = f"<title>{stated}</title>"
    head += f'<meta property="og:site_name" content="{outlet}">' if outlet else ""
    body = (
        "".join(f"<h1>{one}</h1>" for one in shown) + f"<p>{'A long paragraph of it. ' * 9}</p>" * 3
    )
    page = f"<html><head>{head}</head><body><article>{body}</article></body></html>"
    assert read_html(page.encode()).get("title") == title
