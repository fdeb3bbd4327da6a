"""The pages, asked as a browser asks them."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from conftest import OpenAssistant
from fastapi.testclient import TestClient
from newsroom import asked, client_of, keep

from assistant import Article, Assistant
from assistant.suites.questions import read_questions
from assistant.testing import sample_articles

if TYPE_CHECKING:
    from assistant.web.site import Site

pytestmark = pytest.mark.slow


@pytest.fixture
def assistant(open_assistant: OpenAssistant) -> Assistant:
    assistant = open_assistant(archive={"statements": False})  # quicker
    assistant.add(sample_articles(70))
    return assistant


# Conversations


def test_conversations_are_listed_searched_renamed_and_deleted(
    site: Site, client: TestClient
) -> None:
    one, _ = keep(site, "harbour3 number3")
    two, _ = keep(site, "harbour4 number4")
    page = client.get("/conversations").text
    assert page.index(f"/conversations/{two}") < page.index(f"/conversations/{one}")
    found = client.get("/conversations?q=NUMBER3").text
    assert one in found
    assert two not in found
    assert "No conversation holds" in client.get("/conversations?q=nowhere").text
    done = client.post(f"/conversations/{one}/rename", data={"title": "  The   third "})
    assert done.status_code == 303
    assert "The third" in client.get("/conversations").text
    back = client.post(f"/conversations/{one}/rename", data={"title": "  "})
    assert "at least one letter" in client.get(back.headers["location"]).text
    assert "The third" in client.get(f"/conversations/{one}").text
    client.post(f"/conversations/{one}/delete")
    assert client.get(f"/conversations/{one}").status_code == 404
    assert client.post(f"/conversations/{one}/delete").status_code == 404
    assert one not in client.get("/conversations").text


def test_a_conversation_has_a_page_with_its_citations(site: Site, client: TestClient) -> None:
    conversation, answer = keep(site, "harbour3 number3")
    page = client.get(f"/conversations/{conversation}").text
    first = answer.citations[0]
    link = re.search(r'class="cite" href="(/article/[^"]+)"', page)
    assert link is not None
    article = client.get(link[1].replace("&amp;", "&")).text
    assert f'id="quote">{first.quote.replace(chr(39), "&#39;")}</mark>' in article
    assert f"1 of {len(answer.citations)}" in article
    assert f"/c/{conversation}" in page


def test_a_conversation_is_found_at_its_address(site: Site, client: TestClient) -> None:
    conversation, _ = keep(site, "harbour3 number3")
    found = client.get(f"/c/{conversation}")
    assert found.headers["location"] == f"/?conversation={conversation}"
    assert client.get("/c/none").status_code == 404


def test_days_and_hours_are_the_readers(site: Site, client: TestClient) -> None:
    conversation, _ = keep(site, "harbour3 number3")
    moment = datetime(2026, 3, 1, 21, 5, tzinfo=UTC).isoformat()
    site.conversations._run("UPDATE conversation SET changed = ?", (moment,))
    site.conversations._run("UPDATE turn SET asked = ?", (moment,))
    for zone, day, hour in (
        ("", "1 March 2026", "21:05 UTC"),
        ("Asia/Kolkata", "2 March 2026", "02:35<"),
        ("America/New_York", "1 March 2026", "16:05<"),
        ("../../etc/passwd", "1 March 2026", "21:05 UTC"),
        ("Nowhere/At_all", "1 March 2026", "21:05 UTC"),
        ("__init__/x", "1 March 2026", "21:05 UTC"),
        ("a" * 3000, "1 March 2026", "21:05 UTC"),
    ):
        cookies = {"cookie": f"zone={quote(zone, safe='')}"}
        for path in ("/conversations", f"/conversations/{conversation}/1"):
            page = client.get(path, headers=cookies).text
            assert day in page, zone
            assert hour in page, zone


def test_todays_conversations_stand_under_today(site: Site, client: TestClient) -> None:
    from assistant.web.overview import conversations

    conversation, _ = keep(site, "harbour3 number3")
    now = datetime.now(UTC).isoformat()
    site.conversations._run("UPDATE conversation SET changed = ?", (now,))
    page, rail = client.get("/conversations").text, conversations(site, "", UTC)
    assert re.search("<h2>(?:Today|Yesterday)</h2>", page)  # midnight may lie between
    assert re.search(rf"\*\*(?:Today|Yesterday)\*\*[^*]*/c/{conversation}", rail)


def test_a_shared_answer_is_there_to_read(site: Site, client: TestClient) -> None:
    conversation, answer = keep(site, "harbour3 number3")
    link = f"/shared/{conversation}/1"
    assert client.get(link).status_code == 404
    when = {"asked": asked(client, f"/conversations/{conversation}/1")}
    shared = client.post(f"/conversations/{conversation}/1/share", data=when)
    assert shared.headers["location"] == link
    page = client.get(link).text
    assert answer.citations[0].quote in page
    for working in ('type="checkbox"', "export.docx", 'class="verdict"'):
        assert working not in page
    kept = client.get(f"/conversations/{conversation}/1").text
    assert link in kept
    assert "Stop sharing" in kept
    client.post(f"/conversations/{conversation}/1/unshare")
    assert client.get(link).status_code == 404
    for turn in (2, 0, -1, 2**63, 10**30):
        assert client.get(f"/shared/{conversation}/{turn}").status_code == 404
    assert client.get("/shared/none/1").status_code == 404
    assert client.post(f"/conversations/{conversation}/2/share", data=when).status_code == 404


def test_what_takes_the_place_of_a_shared_answer_is_not_shared(
    site: Site, client: TestClient
) -> None:
    from assistant.web.stored_answers import to_stored

    conversation, _ = keep(site, "harbour3 number3")
    own, link = f"/conversations/{conversation}/1", f"/shared/{conversation}/1"
    when = {"asked": asked(client, own)}
    client.post(f"{own}/share", data=when)
    other = site.assistant.ask("harbour4 number4")
    assert site.conversations.add("", conversation, to_stored(other), 0) == 1
    assert client.get(link).status_code == 404
    client.post(f"{own}/share", data=when)  # from a page that still has the first one
    assert client.get(link).status_code == 404
    site.conversations.share(conversation, 1, when["asked"])  # replaced just now
    assert client.get(link).status_code == 404


def test_readers_of_a_shared_follow_up_see_what_it_was_read_as(
    site: Site, client: TestClient
) -> None:
    from assistant.web.stored_answers import to_stored

    conversation, first = keep(site, "harbour3 number3")
    other = site.assistant.ask("shorter please", history=[first])
    assert site.conversations.add("", conversation, to_stored(other), 1) == 2
    own = f"/conversations/{conversation}/2"
    client.post(f"{own}/share", data={"asked": asked(client, own)})
    assert "Read as: harbour3 number3" in client.get(f"/shared/{conversation}/2").text


def test_the_article_marks_what_else_the_answer_cites(site: Site, client: TestClient) -> None:
    conversation, answer = keep(site, "harbour3 number3")
    here = [c for c in answer.citations if c.article.id == "sample-3"]
    assert len(here) > 1
    first, second = here[:2]
    query = f"version=1&start={first.start}&end={first.end}&answer={conversation}.1"
    page = client.get(f"/article/sample-3?{query}&n={first.number}").text
    assert page.count('class="quote"') == 1
    assert page.count('class="cited"') == len(here) - 1
    following = re.search(r'<a href="([^"]+)" rel="next">', page)
    assert following is not None
    assert f"start={second.start}" in following[1]
    stranger = client.get("/article/sample-3?start=0&end=9&answer=nobody.1&n=1").text
    assert 'class="cited"' not in stranger


def test_a_sentence_has_an_address(client: TestClient) -> None:
    page = client.get("/article/sample-3?s=2").text
    assert 'id="quote">“We are glad,” said the harbour master of place3.</mark>' in page
    assert "/article/sample-3?version=1&amp;s=2#quote" in page
    assert "<mark" not in client.get("/article/sample-3?s=99").text


def test_claims_are_ticked_noted_and_exported(site: Site, client: TestClient) -> None:
    conversation, answer = keep(site, "harbour3 number3")
    data = {"tick-1": "on", "note-1": "rang the *master*", "note-2": "=HYPERLINK()"}
    data["asked"] = asked(client, f"/conversations/{conversation}/1")
    done = client.post(f"/conversations/{conversation}/1/verify", data=data)
    page = client.get(done.headers["location"]).text
    assert "list is saved" in page
    assert page.count(" checked>") == 1
    assert 'value="rang the *master*"' in page
    taken = client.get(f"/conversations/{conversation}/1/export.md")
    assert taken.headers["content-disposition"].endswith('.md"')
    assert "- [x] " in taken.text
    assert r"rang the \*master\*" in taken.text
    assert taken.text.count("- [ ] ") == len(answer.shown) - 1


def test_a_page_of_a_replaced_answer_saves_nothing(site: Site, client: TestClient) -> None:
    from assistant.web.stored_answers import to_stored

    conversation, _ = keep(site, "harbour3 number3")
    path = f"/conversations/{conversation}/1"
    seen = asked(client, path)
    site.conversations.add("", conversation, to_stored(site.assistant.ask("harbour4 number4")), 0)
    for form, data in (("verify", {"tick-1": "on"}), ("feedback", {"claim": 1, "fault": "right"})):
        done = client.post(f"{path}/{form}", data={**data, "asked": seen})
        assert "nothing was saved" in client.get(done.headers["location"]).text
    assert site.conversations.ticks(conversation, 1) == {}
    assert list(site.conversations.said("")) == []


def test_what_is_taken_away_says_what_was_superseded(site: Site, client: TestClient) -> None:
    conversation, answer = keep(site, "edition1of1")
    assert {c.article.id for c in answer.citations} == {"sample-1"}
    site.assistant.add(sample_articles(2, edition=2)[1:])
    for form in ("md", "docx"):
        taken = client.get(f"/conversations/{conversation}/1/export.{form}").content
        if form == "docx":
            taken = zipfile.ZipFile(io.BytesIO(taken)).read("word/document.xml")
        assert "Superseded since" in taken.decode()
    data = {"asked": asked(client, f"/conversations/{conversation}/1"), "fault": "right"}
    client.post(f"/conversations/{conversation}/1/feedback", data=data)
    row = json.loads(client.get("/conversations/feedback.jsonl").text)
    assert row["evidence"] == []  # no suite holds what its archive does not


def test_everything_can_be_taken_away(site: Site, client: TestClient) -> None:
    conversation, answer = keep(site, "harbour3 number3")
    for path in (f"/conversations/{conversation}", f"/conversations/{conversation}/1"):
        rows = list(csv.DictReader(io.StringIO(client.get(f"{path}/export.csv").text[1:])))
        assert [row["quote"] for row in rows] == [c.quote for c in answer.citations]
        assert {row["outlet"] for row in rows} <= {"The Sample Gazette", "The Sample Post"}
        items = client.get(f"{path}/export.json").json()
        assert {item["id"] for item in items} == {c.article.id for c in answer.citations}
        assert items[0]["type"] == "article-newspaper"
        assert items[0]["issued"]["date-parts"][0][0] == 2025
        word = client.get(f"{path}/export.docx").content
        document = zipfile.ZipFile(io.BytesIO(word)).read("word/document.xml").decode()
        assert "harbour3" in document
        assert client.get(f"{path}/export.exe").status_code == 404


# Feedback


def test_feedback_is_kept_and_becomes_a_question_file(
    site: Site, client: TestClient, tmp_path: Path
) -> None:
    right, answer = keep(site, "harbour3 number3")
    refuse, _ = keep(site, "harbour4 number4")
    partly, _ = keep(site, "harbour5 number5")
    site.conversations.start("", "nothing was asked")

    def say(conversation: str, **data: object) -> str:
        path = f"/conversations/{conversation}/1/feedback"
        data["asked"] = asked(client, f"/conversations/{conversation}/1")
        return client.get(client.post(path, data=data).headers["location"]).text

    assert "Choose what is wrong" in say(right, claim=0, remark="no fault named")
    assert "is kept" in say(right, claim=0, fault="right")
    say(refuse, claim=0, fault="should have refused", remark="It says nothing of it.")
    page = say(partly, claim=1, fault="wrong quote", remark="not hers")
    assert "wrong quote — not hers" in page
    path = f"/conversations/{partly}/1/feedback"
    data = {"claim": 99, "fault": "outdated", "asked": asked(client, f"/conversations/{partly}/1")}
    assert client.post(path, data=data).status_code == 404
    file = tmp_path / "feedback.jsonl"
    file.write_text(client.get("/conversations/feedback.jsonl").text)
    questions = read_questions(file)  # what `assistant eval run` reads
    assert [q.kind for q in questions] == ["answered", "unanswerable", "reported"]
    assert [q.answerable for q in questions] == [True, False, True]
    assert questions[0].answer == answer.text
    assert {e.quote for e in questions[0].evidence} == {c.quote for c in answer.citations}
    assert questions[1].evidence == ()
    first = answer.citations[0].quote
    assert first not in {e.quote for e in questions[2].evidence}
    assert questions[2].extra["feedback"] == "wrong quote"


# Library


def test_a_server_counts_what_it_does(site: Site, client: TestClient) -> None:
    asking = {"question": "harbour3 number3"}
    assert client.post("/api/ask", json=asking).status_code == 200
    assert client.post("/api/ask", json={"question": "who won the chess olympiad?"}).is_success
    site.monitoring.failed(ValueError("not shown"))
    page = client.get("/metrics")
    assert page.headers["content-type"].startswith("text/plain")
    told = dict(line.rsplit(" ", 1) for line in page.text.splitlines() if line[0] != "#")
    outcomes = {
        name: float(n) for name, n in told.items() if name.startswith("onrecord_questions_t")
    }
    assert sum(outcomes.values()) == 2
    assert any('outcome="refused"' in name for name in outcomes)
    assert float(told['onrecord_stage_seconds_count{stage="retrieve"}']) >= 1
    assert float(told['onrecord_faults_total{kind="ValueError"}']) == 1
    assert float(told["onrecord_waiting"]) == 0
    assert "harbour" not in page.text
    assert "not shown" not in page.text


def test_numbers_that_sqlite_has_no_room_for_are_said_to_be_wrong(client: TestClient) -> None:
    huge = 10**30
    assert client.get(f"/library?after={huge}").status_code == 422
    assert client.get(f"/library/searches/{huge}").status_code == 422
    assert client.post(f"/library/searches/{huge}/delete").status_code == 422
    assert client.get(f"/api/articles?offset={huge}").json()["articles"] == []
    assert client.get(f"/library?page={huge}").status_code == 200


def test_saved_searches_are_their_owners(site: Site, client: TestClient) -> None:
    from assistant.web.saved_searches import saved

    client.post("/library/searches", data={"query": "q=harbour3&outlet="})
    client.post("/library/searches", data={"query": "q=&sort=oldest"})  # of nothing
    assert [one.name for one in saved(site, "")] == ["harbour3"]
    assert saved(site, "anna") == []
    site.conversations.save_search("anna", "q=harbour3&since=2025-01-02", 0)
    (hers,) = saved(site, "anna")
    assert (hers.name, hers.new) == ("harbour3 · from 2025-01-02", 1)
    assert client.get(f"/library/searches/{hers.id}").status_code == 404
    client.post(f"/library/searches/{hers.id}/delete")
    assert saved(site, "anna") == [hers]
    site.assistant.add([Article("new", "Another harbour3 is built.")])
    (own,) = saved(site, "")
    assert own.new == 1
    looked = client.get(f"/library/searches/{own.id}")
    page = client.get(looked.headers["location"]).text
    assert page.count("<strong>new</strong>") == 1
    assert saved(site, "")[0].new == 0


def test_the_library_lists_pages_and_filters(client: TestClient) -> None:
    page = client.get("/library").text
    assert "70 articles" in page
    assert "1 of 2" in page
    assert page.count('class="title"') == 50
    assert client.get("/library?page=2").text.count('class="title"') == 20
    assert client.get("/library?page=99").text.count('class="title"') == 20
    assert "3 articles" in client.get("/library?since=2025-01-05&until=2025-01-07").text
    assert "35 articles" in client.get("/library?outlet=The+Sample+Post").text
    assert "No article of the archive" in client.get("/library?since=2030-01-01").text
    found = client.get("/library?q=harbour7").text
    assert "1 article<" in found.replace("</strong>", "<")
    assert "harbour7</mark> reopened" in found
    assert "<rect" in page
    assert re.search(r'since=2025-01-01&amp;until=2025-01-31">2025-01</a> 31', page) is not None


def test_words_are_all_needed_phrases_whole_and_a_dash_leaves_out(tmp_path: Path) -> None:
    with Assistant.open(tmp_path / "archive") as assistant:
        assistant.add([
            Article("one", "The ferry strike ended on Monday. Crews voted.", title="Ferries sail",
                    outlet="Gazette", published=date(2025, 3, 1)),
            Article("two", "The strike of teachers ended. A ferry waited.", title="Schools open",
                    published=date(2025, 4, 1)),
            Article("three", "Ferries & trams: ÇELİK spoke of striking drivers.", title="Trams"),
        ])  # fmt: skip
        from assistant.web.site import open_site

        client = client_of(open_site(assistant))

        def found(query: str) -> list[str]:
            page = client.get("/library", params={"q": query}).text
            return re.findall(r'class="title"[^>]+href="/article/([^"?]+)"', page)

        assert found("strike ferry") == ["two", "one", "three"]
        assert found('"ferry strike"') == ["one"]
        assert found("strike -teachers") == ["one", "three"]
        assert found('ferry -"ferry strike" & -') == ["two", "three"]
        assert found("celik") == ["three"]
        assert found('"') == ["two", "one", "three"]
        assert found("ferry zeppelin") == []
        page = client.get("/library?q=striking&sort=oldest").text
        assert '<mark class="quote">strike</mark> ended on Monday' in page
        assert page.index("/article/one") < page.index("/article/two")
        assert 'href="/library?outlet=Gazette"' in page
        assert 'href="/library?since=2025-03-01&amp;until=2025-03-01"' in page


def test_a_person_has_a_page_of_what_they_said(tmp_path: Path) -> None:
    with Assistant.open(tmp_path / "archive") as assistant:
        assistant.add([
            Article("one", "“The bridge is safe,” said Ada Brandt, the mayor. Jonas Brandt said"
                    " that it was not.", title="Bridge", published=date(2025, 3, 1)),
            Article("two", "Ada Brandt said the bridge would open in spring. “We waited,” Brandt"
                    " said of the winter. “It was long.”", title="Again",
                    published=date(2025, 4, 1)),
        ])  # fmt: skip
        from assistant.web.site import open_site

        client = client_of(open_site(assistant))
        page = client.get("/said?name=Ada+Brandt").text
        assert page.index("would open in spring") < page.index(
            "“The bridge is safe,” said Ada Brandt, the mayor."
        )
        assert "it was not" not in page
        assert page.count("In the article<") == 3
        assert "“We waited,” Brandt said of the winter. “It was long.”" in page  # never joined
        assert 'href="/said?name=Jonas%20Brandt"' in page
        link = re.search(r'href="(/article/one\?[^"#]+)', page)
        assert link is not None
        assert "The bridge is safe" in client.get(link[1].replace("&amp;", "&")).text
        assert "Nobody of that name" in client.get("/said?name=Nobody").text
        assert client.get("/said?name=%C2%B7").status_code == 200
        assert client.get("/said").status_code == 200


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("since=whenever", "since", "Write a day or a month"),
        ("until=2025-13-01", "until", "Write a day or a month"),
        ("since=2025-02-01&until=2025-01-01", "until", "before the first"),
    ],
)
def test_a_wrong_day_has_a_message_beside_it(
    client: TestClient, query: str, field: str, message: str
) -> None:
    page = client.get(f"/library?{query}").text
    beside = re.search(rf'id="fault-{field}" role="alert">([^<]+)<', page)
    assert beside is not None
    assert message in beside[1]
    assert f'aria-describedby="fault-{field}"' in page


def added(client: TestClient, **sent: object) -> str:
    """The page of an upload that is over."""
    begun = client.post("/library/add", **sent)
    assert begun.status_code == 303, begun.text
    for _ in range(20_000):  # each takes some milliseconds
        page = client.get(begun.headers["location"]).text
        if "http-equiv" not in page:
            return page
    raise AssertionError(page)


def test_a_pasted_text_becomes_an_article(site: Site, client: TestClient) -> None:
    data = {"title": "Kiosk", "outlet": "Post", "date": "2026-01-02", "text": "The kiosk burned."}
    page = added(client, data=data)
    assert "1 added, 0 updated, 0 unchanged, 0 skipped" in page
    (hit, *_) = site.assistant.search("kiosk burned")
    assert (hit.passage.article.title, str(hit.passage.article.published)) == (
        "Kiosk",
        "2026-01-02",
    )
    assert "1 unchanged" in added(client, data=data)


def test_files_are_added_and_what_was_skipped_is_told(client: TestClient) -> None:
    files = [
        ("files", ("../../a.txt", b"The tower fell on Monday, said nobody.")),
        ("files", ("b.jsonl", b'{"id": "b", "text": "The mast stands."}\nnonsense\n')),
        ("files", ("c.exe", b"MZ")),
        ("files", ("empty.txt", b"")),
    ]
    page = added(client, files=files)
    assert "2 added, 0 updated, 0 unchanged, 3 skipped" in page
    for name in ("b.jsonl:2:", "c.exe:", "empty.txt:"):
        assert name in page
    assert "/tmp" not in page


@pytest.mark.parametrize(
    ("data", "field", "message"),
    [
        ({}, "files", "Choose at least one file"),
        ({"title": "No text"}, "text", "Paste the article"),
        ({"text": "A text.", "date": "2 May"}, "date", "Write a day"),
        ({"text": "A text.", "url": "javascript:alert(1)"}, "url", "begins with https"),
    ],
)
def test_what_cannot_be_added_has_a_message_beside_it(
    client: TestClient, data: dict[str, str], field: str, message: str
) -> None:
    answer = client.post("/library/add", data=data)
    assert answer.status_code == 422
    beside = re.search(rf'id="fault-{field}" role="alert">([^<]+)<', answer.text)
    assert beside is not None
    assert message in beside[1]
    assert "articles" in client.get("/health").json()


def test_uploads_are_bounded(assistant: Assistant, open_assistant: OpenAssistant) -> None:
    from assistant.web.site import open_site

    small = open_assistant(serve={"max_upload": 1, "max_files": 2})
    site = open_site(small)
    client = client_of(site)
    large = client.post("/library/add", files=[("files", ("a.txt", b"x" * 1_100_000))])
    assert large.status_code == 413
    many = [("files", (f"{n}.txt", b"The tower fell.")) for n in range(3)]
    refused = client.post("/library/add", files=many)
    assert refused.status_code == 422
    assert "Too many files" in refused.text
    assert 'id="fault-files"' in refused.text
    site.conversations.close()


def test_removing_asks_first_and_removes_everywhere(site: Site, client: TestClient) -> None:
    conversation, answer = keep(site, "harbour3 number3")
    cited = answer.citations[0].article.id
    page = client.get(f"/library/remove?article={cited}").text
    assert "Remove this article?" in page
    assert client.get(f"/article/{cited}").status_code == 200
    done = client.post("/library/remove", data={"article": cited})
    assert "article is removed" in client.get(done.headers["location"]).text
    assert client.get(f"/article/{cited}").status_code == 404
    left = client.get(f"/conversations/{conversation}").text
    assert "removed from the archive" in left
    assert answer.citations[0].quote not in left
    taken = client.get(f"/conversations/{conversation}/export.md").text
    assert answer.citations[0].quote not in taken
    assert client.post("/library/remove", data={"article": cited}).status_code == 404


def test_a_day_at_the_end_of_time_breaks_no_page(site: Site, client: TestClient) -> None:
    far = Article(
        "far", "The lantern burns, said Ada.", published=date.max, language="English (UK)"
    )
    site.assistant.add([far])
    assert client.get("/library").status_code == 200
    assert "English (UK)" not in client.get("/article/far").text
    assert client.get(f"/article/far?answer=x.{'9' * 5000}").status_code == 200
    assert "not complete" in client.get("/library?page=abc").text


def test_words_no_xml_can_hold_are_left_out_of_word(site: Site, client: TestClient) -> None:
    conversation, _ = keep(site, "harbour3 number3")
    site.conversations.rename("", conversation, "Harbour \ufffe\uffff")
    assert client.get(f"/conversations/{conversation}/1/export.docx").status_code == 200


def test_versions_are_compared(site: Site, client: TestClient) -> None:
    assert client.get("/changes?article=sample-1").status_code == 404
    site.assistant.add(sample_articles(2, edition=2)[1:])
    page = client.get("/changes?article=sample-1").text
    assert "<del>This is edition1of1 of the report.</del>" in page
    assert "<ins>This is edition2of1 of the report.</ins>" in page
    assert client.get("/changes?article=sample-1&old=9&new=9").status_code == 200
    assert client.get("/changes?article=nobody").status_code == 404


def test_an_edition_that_comes_late_is_no_newer_version(site: Site, client: TestClient) -> None:
    newer = Article("late", "The mast fell. It was old.", title="Mast", updated=date(2026, 5, 2))
    older = Article("late", "The mast stands. It was old.", title="Mast", updated=date(2026, 5, 1))
    site.assistant.add([newer, older])
    assert site.assistant.archive.versions("late") == [2, 1]
    page = client.get("/changes?article=late").text
    assert "<del>The mast stands.</del>" in page
    assert "<ins>The mast fell.</ins>" in page
    assert "Versions and changes" in client.get("/article/late").text
    assert site.assistant.archive.versions("nobody") == []


def test_a_read_only_library_takes_nothing(assistant: Assistant) -> None:
    from assistant.web.site import open_site

    site = open_site(assistant, read_only=True)
    client = client_of(site)
    assert "/library/add" not in client.get("/library").text
    assert client.get("/library/add").status_code == 404
    assert client.post("/library/add", data={"text": "A text."}).status_code in (404, 405)
    assert client.post("/library/remove", data={"article": "sample-1"}).status_code in (404, 405)
    assert client.get("/article/sample-1").status_code == 200
    assert "/library/remove" not in client.get("/article/sample-1").text
    site.conversations.close()


# Behind a proxy, and where something goes wrong


def test_every_link_begins_with_the_root(assistant: Assistant) -> None:
    from assistant.web.site import open_site

    site = open_site(assistant, root="/onrecord")
    client = client_of(site)
    conversation, _ = keep(site, "harbour3 number3")
    for path in ("/library", "/conversations", f"/conversations/{conversation}/1", "/library/add",
                 "/article/sample-1?s=1", "/api", "/nowhere"):  # fmt: skip
        page = client.get(path).text
        links = re.findall(r'(?:href|src|action)="(/[^"]*)"', page)
        assert links, path
        assert all(link.startswith("/onrecord/") for link in links), (path, links)
    done = client.post(f"/conversations/{conversation}/delete")
    assert done.headers["location"] == "/onrecord/conversations"
    site.conversations.close()


def test_faults_are_told_in_words(
    site: Site, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ("/nowhere", "/conversations/none", "/conversations/none/1", "/library/jobs/none"):
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert "<h1>" in answer.text
    assert client.get("/conversations/none/abc").status_code == 422
    assert client.get("/library?page=abc").status_code == 422

    def broken(*arguments: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(type(site.conversations), "of", broken)
    answer = client.get("/conversations")
    assert answer.status_code == 500
    assert "Something went wrong here" in answer.text
    assert "secret" not in answer.text
    assert "script-src 'self';" in answer.headers["content-security-policy"]


# Programs


def test_the_api_answers_searches_and_lists(site: Site, client: TestClient) -> None:
    answer = client.post("/api/ask", json={"question": "harbour3 number3"}).json()
    assert answer["citations"][0]["article"]["id"] == "sample-3"
    limited = {"question": "harbour3 number3", "filters": {"articles": ["sample-4"]}}
    assert client.post("/api/ask", json=limited).json()["coverage"]["articles"] == 1
    hits = client.get("/api/search?q=harbour3").json()
    assert hits[0]["passage"]["article"]["id"] == "sample-3"
    listed = client.get("/api/articles?since=2025-01-05&limit=2").json()
    assert (listed["count"], len(listed["articles"])) == (66, 2)
    assert client.get("/api/articles/sample-3").json()["text"].startswith("The harbour harbour3")
    assert client.get("/api/articles/nobody").json()["error"].startswith("The archive holds no")
    assert client.get("/api/articles/nobody").status_code == 404
    assert client.get("/api/search?q=a&since=never").status_code == 422
    assert len(client.get("/api/search?q=harbour3&limit=2").json()) == 2
    assert client.get("/api/search?q=a&limit=0").status_code == 422
    assert client.get("/docs").text == client.get("/api").text
    assert client.post("/api/ask", json={"question": " "}).status_code == 400
    assert client.post("/api/ask", json={"question": "a", "nonsense": 1}).status_code == 422


def test_the_api_streams_events(client: TestClient) -> None:
    headers = {"accept": "text/event-stream"}
    sent = client.post("/api/ask", json={"question": "harbour3 number3"}, headers=headers)
    events = [part.split("\n") for part in sent.text.strip().split("\n\n")]
    names = [lines[0].removeprefix("event: ") for lines in events]
    assert names == ["stage"] * 5 + ["answer"]
    answer = json.loads(events[-1][1].removeprefix("data: "))
    assert answer["citations"][0]["article"]["id"] == "sample-3"
    wrong = client.post("/api/ask", json={"question": " "}, headers=headers).text
    assert wrong.startswith("event: error\n")
    assert "The question is empty" in wrong


def test_the_api_is_described(client: TestClient) -> None:
    schema = client.get("/api/openapi.json").json()
    assert set(schema["paths"]) == {
        *("/api/ask", "/api/search", "/api/articles", "/api/articles/{article_id}"),
    }
    page = client.get("/api").text
    for path in schema["paths"]:
        assert path in page


def test_whoever_comes_too_many_is_told_at_once(site: Site, client: TestClient) -> None:
    from contextlib import ExitStack

    serve = site.assistant.settings.serve
    with ExitStack() as line:
        for _ in range(serve.at_once + serve.waiting):
            line.enter_context(site.admission.ticket())
        answer = client.post("/api/ask", json={"question": "harbour3"})
        assert answer.status_code == 503
        assert "busy" in answer.json()["error"]
        assert client.get("/health").status_code == 200
    assert client.post("/api/ask", json={"question": "harbour3"}).status_code == 200


def test_articles_reach_an_mcp_client(sample: Assistant) -> None:
    """A client of the protocol's own library, over standard input and output."""
    import asyncio

    from mcp import Client, StdioServerParameters
    from mcp.client.stdio import stdio_client

    command = [str(Path(sys.executable).with_name("assistant")), "mcp", "--archive"]
    asked: dict[str, dict[str, str]] = {
        "search": {"query": "Naqvi MEA"},
        "fetch": {"id": "or-0001"},
        "ask": {"question": "what did the MEA say about Naqvi's claims"},
    }

    async def told() -> tuple[set[str], dict[str, Any]]:
        server = StdioServerParameters(
            command=command[0], args=[*command[1:], str(sample.archive.folder)]
        )
        async with Client(stdio_client(server)) as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            results = {name: await client.call_tool(name, one) for name, one in asked.items()}
            return names, {name: one.structured_content for name, one in results.items()}

    names, results = asyncio.run(told())
    assert names == {"search", "fetch", "ask"}
    assert set(results["search"]["results"][0]) == {"id", "title", "url", "text"}
    assert set(results["fetch"]) == {"id", "title", "text", "url", "metadata"}
    assert results["fetch"]["text"] == sample.archive.article("or-0001").text
    assert results["ask"]["answer"]["citations"][0]["article"]["id"] == "or-0001"


def test_articles_with_one_id_and_many_shapes_have_pages(site: Site, client: TestClient) -> None:
    from urllib.parse import quote

    ids = ["a/b?c=d#e", "https://post.example/a?b=1", "with space", "ünïcode", 'q"uote']
    site.assistant.add([Article(one, f"The mast {one} fell.", title=one) for one in ids])
    for one in ids:
        assert client.get(f"/article/{quote(one, safe='')}").status_code == 200, one
        page = client.get("/library", params={"q": "mast"}).text
        assert f"/article/{quote(one, safe='/')}" in page, one
