from __future__ import annotations

import html
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.rendering import (
    Progress,
    article_path,
    attributed,
    described,
    escaped,
    hit_text,
    passage_url,
    to_html,
    to_text,
    web_url,
)
from assistant.types import (
    Answer,
    Citation,
    Claim,
    ClaimEvent,
    Filters,
    Hit,
    Passage,
    Refusal,
    Source,
)

SOURCE = Source("a/b?c", 2, "A <b>headline</b>", "Gazette", published=date(2026, 3, 4))
COPY = Source("copy", 1, "Copy", "Post")
QUOTE = "It is *dead* <script>alert(1)</script> ![x](http://evil.example/x.png) $$x$$."
ANSWER = Answer(
    "q",
    text=f"{QUOTE}[1]",
    claims=(Claim(QUOTE, (1,), "quoted"), Claim("Invented.", (), "unsupported")),
    citations=(Citation(1, SOURCE, QUOTE, 10, 20, copies=(COPY,)),),
)
REFUSED = Answer(
    "q",
    refusal=Refusal("no_evidence", "I searched 3 articles."),
    nearest=(Citation(1, SOURCE, "Near.", 0, 5),),
)


def test_text_shows_claims_then_sources() -> None:
    lines = to_text(ANSWER).splitlines()
    assert lines[0] == f"{QUOTE} [1]"
    assert lines[1] == "    Gazette · 4 March 2026"
    assert lines[3:6] == [
        "Sources:",
        "[1] A <b>headline</b> · Gazette · 2026-03-04",
        "    a/b?c, characters 10–20",
    ]
    assert "also printed in Copy · Post" in lines[6]
    assert "Invented" not in to_text(ANSWER)


def test_a_refusal_labels_what_is_near() -> None:
    assert to_text(REFUSED).startswith("I searched 3 articles.\n\nNearest passages (not an answer)")
    assert to_text(REFUSED).endswith("\n    Near.")
    assert "not an answer" in to_html(REFUSED)


def test_html_is_escaped_for_pages_and_for_markdown() -> None:
    page = to_html(ANSWER)
    for forbidden in ("<script>", "![", "](http", "*dead*", "$$", "Invented"):
        assert forbidden not in page
    assert html.unescape(escaped(QUOTE)) == QUOTE
    assert 'href="/article/a%2Fb%3Fc?version=2&amp;start=10&amp;end=20#quote"' in page


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=100))
def test_escaping_leaves_no_markup_and_loses_nothing(text: str) -> None:
    shown = escaped(text)
    assert not set(shown) & set("<>\"'*_`[]()!$\\|~")
    plain = "".join(
        c for c in text if c not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )
    assert html.unescape(shown) == plain


def test_paths_of_articles_survive_any_id() -> None:
    assert article_path(Source("https://a.example/x?y=1")) == (
        "/article/https%3A%2F%2Fa.example%2Fx%3Fy%3D1?version=1"
    )


def test_hits_tell_where_they_stand() -> None:
    hit = Hit(Passage(SOURCE, 0, 5, 9, "wor\nds"), 1.5, ("dense", "keyword"), (COPY,))
    assert hit_text(hit).splitlines() == [
        "A <b>headline</b> · Gazette · 2026-03-04",
        "  a/b?c 5–9, score 1.50, dense+keyword",
        "  also in Copy · Post",
        "  wor ds",
    ]
    assert described(Source("only-id")) == "only-id"


def test_a_copied_quote_never_gives_the_articles_words_to_the_speaker() -> None:
    source = Source(
        "a", 1, "Head", "Post", published=date(2026, 3, 4), url="https://post.example/a"
    )
    told = Citation(1, source, "Pell said the pier\nwas safe.", 0, 28, "Ada Pell", cue="said")
    assert attributed(told) == (
        "Pell said the pier was safe. — Ada Pell, as reported by Post, Head, 2026-03-04,"
        " https://post.example/a"
    )
    plain = Citation(1, Source("a", 1, "Head", "Post"), "“No,” she said.", 0, 15)
    assert attributed(plain) == "“No,” she said. — Post, Head"


def test_an_answer_says_how_the_question_was_understood() -> None:
    answer = replace(
        ANSWER,
        read_as=(("Tollei", "Tolley"),),
        filters=Filters(since=date(2026, 3, 1)),
        inferred=("since",),
    )
    for shown in (to_text(answer), html.unescape(to_html(answer))):
        assert "Read “Tollei” as “Tolley”." in shown
        assert "published from 2026-03-01, as the question was understood." in shown


def test_talk_is_shown_without_sources() -> None:
    answer = Answer("hi", form="talk", text="This is On Record.")
    assert to_text(answer) == "This is On Record."
    assert "This is On Record" in html.unescape(to_html(answer))


def test_only_plain_web_addresses_become_links() -> None:
    for url in (
        "javascript:alert(1)",
        "https://post.example/><img src=http://evil.example/>",
        "https://post.example/a b",
        'https://post.example/"x',
        "data:text/html,x",
        "",
        None,
    ):
        source = Source("a", 1, "Head", url=url)
        assert web_url(url) == ""
        assert passage_url(Citation(1, source, "Words.", 0, 6)) == ""
    source = Source("a", 1, "Head", url="https://post.example/a?b=1#top")
    assert passage_url(Citation(1, source, "Two-fold, words.", 0, 16)) == (
        "https://post.example/a?b=1#:~:text=Two%2Dfold%2C%20words."
    )


def test_a_sentence_keeps_its_speaker_while_the_answer_streams() -> None:
    event = ClaimEvent(Claim("It is safe.", (1,), "supported", "Ada Pell"))
    assert "It is safe. — Ada Pell" in html.unescape(Progress().html(event))


@pytest.mark.parametrize(
    ("own", "inferred", "told"),
    [
        (Filters(), (), ""),
        (
            Filters(since=date(2026, 3, 1), until=date(2026, 3, 31)),
            (),
            "Limited to articles published from 2026-03-01 to 2026-03-31.",
        ),
        (Filters(since=date(2026, 3, 1)), ("since",), ""),
        (
            Filters(until=date(2026, 3, 31), outlets=("The Pier", "Wire"), speakers=("Ada",)),
            (),
            "Limited to articles published to 2026-03-31, in The Pier or Wire, with words of Ada.",
        ),
    ],
)
def test_what_the_asker_limited_the_search_to(
    own: Filters, inferred: tuple[str, ...], told: str
) -> None:
    text = to_text(Answer("q", filters=own, inferred=inferred, text="Nothing."))
    assert ("Limited to" in text) == bool(told)
    assert told in text
