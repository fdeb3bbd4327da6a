from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from conftest import OpenAssistant
from newsroom import keep

from assistant import Article, Assistant
from assistant.testing import sample_articles
from assistant.types import Answer, Citation, Claim, Side

if TYPE_CHECKING:
    from assistant.web.site import Site

TEXT = (
    "“The pier is safe,” said Ada Pell of the dockers’ union. The port denies it. It sank in May."
)


@pytest.fixture
def site(open_assistant: OpenAssistant) -> Iterator[Site]:
    from assistant.web.site import open_site

    assistant = open_assistant(archive={"statements": False})  # quicker
    assistant.add([*sample_articles(4), Article("pier", TEXT, title="Pier", outlet="Post")])
    site = open_site(assistant)
    yield site
    site.conversations.close()


def reopened(site: Site) -> Site:
    from assistant.web.site import open_site

    site.conversations.close()
    return open_site(site.assistant)


def answer_of(assistant: Assistant) -> Answer:
    """An answer with everything that an answer can have."""
    source = assistant.archive.article("pier").source
    other = assistant.archive.article("sample-1").source
    first, second = TEXT.index("The port"), TEXT.index("It sank")
    quoted = Claim(TEXT[: first - 1], (1,), "quoted", "Ada Pell", mark="The pier is safe")
    said = Claim("The port says otherwise.", (2,), "supported")
    wrong = Claim("The pier is new.", (), "unsupported", rule="no_citation")
    return Answer(
        "is the pier safe?",
        "is the pier safe?",
        f"{quoted.text}[1] {said.text}[2]",
        claims=(quoted, said, wrong),
        citations=(
            Citation(1, source, TEXT[: first - 1], 0, first - 1, "Ada Pell", (other,), "said"),
            Citation(2, source, TEXT[first : second - 1], first, second - 1),
        ),
        read=(Citation(1, other, assistant.archive.article("sample-1").text[:20], 0, 20),),
        sides=(Side("Ada Pell", (quoted,)), Side("the port", (said,), ("Ada Pell",))),
        coverage=assistant.archive.coverage(),
    )


def test_no_words_of_an_article_are_kept(site: Site) -> None:
    from assistant.web.stored_answers import to_stored

    kept = json.dumps(to_stored(answer_of(site.assistant)), ensure_ascii=False)
    assert "pier is safe" not in kept
    assert "sank in May" not in kept


def test_an_answer_is_shown_again_as_it_was(site: Site) -> None:
    answer = answer_of(site.assistant)
    conversation, _ = keep(site, "pier", answer=answer)
    assert site.answer("", conversation, 1).answer == answer
    again = reopened(site)
    assert again.answer("", conversation, 1).answer == answer
    again.conversations.close()


def test_real_answers_and_refusals_are_shown_again_as_they_were(site: Site) -> None:
    for question in ("harbour3 number3", "who won the chess olympiad?"):
        conversation, answer = keep(site, question)
        assert site.answer("", conversation, 1).answer == replace(answer, history=())


def test_no_word_of_an_article_is_kept(site: Site) -> None:
    keep(site, "pier", answer=answer_of(site.assistant))
    path = site.assistant.archive.folder / "conversations.sqlite3"
    site.conversations._run("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"The pier is safe" not in path.read_bytes()
    assert b"The port says otherwise" in path.read_bytes()  # the model's own words


def test_what_was_removed_is_gone_from_conversations(site: Site) -> None:
    from assistant.web.stored_answers import forget

    conversation, _ = keep(site, "pier", answer=answer_of(site.assistant))
    site.assistant.remove("pier")
    shown = site.answer("", conversation, 1)
    assert shown.removed == 2
    assert [claim.text for claim in shown.answer.claims] == ["The pier is new."]
    assert (shown.answer.citations, shown.answer.sides, shown.answer.text) == ((), (), "")
    assert shown.claims == (3,)  # ticks go by the number that it had
    forget(site.conversations, site.assistant.archive)
    assert site.answer("", conversation, 1) == shown
    site.conversations._run("PRAGMA wal_checkpoint(TRUNCATE)")
    left = (site.assistant.archive.folder / "conversations.sqlite3").read_bytes()
    assert b"The port says otherwise" not in left
    assert b"Ada Pell" not in left


def test_a_removed_copy_is_gone_too(site: Site) -> None:
    from assistant.web.stored_answers import forget

    conversation, _ = keep(site, "pier", answer=answer_of(site.assistant))
    site.assistant.remove("sample-1")
    forget(site.conversations, site.assistant.archive)
    shown = site.answer("", conversation, 1)
    assert shown.removed == 0
    assert shown.answer.citations[0].copies == ()
    assert shown.answer.read == ()


def test_what_was_superseded_says_so_and_keeps_its_words(site: Site) -> None:
    conversation, answer = keep(site, "pier", answer=answer_of(site.assistant))
    site.assistant.add(Article("pier", TEXT + " It rose in June.", title="Pier", outlet="Post"))
    shown = site.answer("", conversation, 1)
    assert shown.answer.citations[0].quote == answer.citations[0].quote
    assert [source.version for source in shown.superseded] == [2]


def test_an_owner_sees_only_their_own(site: Site) -> None:
    from assistant.errors import NoSuchPage

    mine, _ = keep(site, "harbour3 number3", "anna")
    assert [one.id for one in site.conversations.of("anna")] == [mine]
    assert site.conversations.of("berta") == []
    assert site.conversations.turns("berta", mine) == []
    assert site.conversations.add("berta", mine, {}, 0) == 0
    site.conversations.rename("berta", mine, "stolen")
    site.conversations.delete("berta", mine)
    assert site.conversation("anna", mine).title == "harbour3 number3"
    with pytest.raises(NoSuchPage):
        site.conversation("berta", mine)
    with pytest.raises(NoSuchPage):
        site.answer("berta", mine, 1)


def test_an_answer_in_the_place_of_another_takes_its_ticks_along(site: Site) -> None:
    from assistant.web.conversations import Feedback, Tick
    from assistant.web.stored_answers import to_stored

    conversation, answer = keep(site, "harbour3 number3")
    site.conversations.tick(conversation, 1, [(1, Tick(True, "called her"))])
    site.conversations.say(Feedback(conversation, 1, 0, "outdated", ""))
    assert site.conversations.add("", conversation, to_stored(answer), 1) == 2
    assert site.conversations.ticks(conversation, 1)[1].ticked
    assert site.conversations.add("", conversation, to_stored(answer), 0) == 1
    assert [turn.number for turn in site.conversations.turns("", conversation)] == [1]
    assert site.conversations.ticks(conversation, 1) == {}
    assert site.conversations.said("") == []


def test_a_file_that_is_none_is_refused_with_a_way_out(site: Site, tmp_path: object) -> None:
    from pathlib import Path

    from assistant.errors import ArchiveError
    from assistant.web.conversations import Conversations

    broken = Path(str(tmp_path)) / "broken.sqlite3"
    broken.write_bytes(b"no database" * 100)
    with pytest.raises(ArchiveError, match="move it away"):
        Conversations(broken)
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(broken).execute("SELECT 1 FROM sqlite_master")


def test_an_article_added_again_with_other_words_vouches_for_none(site: Site) -> None:
    conversation, _ = keep(site, "is the pier safe?", answer=answer_of(site.assistant))
    site.assistant.remove("pier")
    other = TEXT.replace("safe", "lost").replace("Ada Pell", "Bo Lundh")
    site.assistant.add([Article("pier", other, title="Pier", outlet="Post")])
    (turn,) = site.shown("", conversation)
    assert [c.quote for c in turn.answer.citations] == ["The port denies it."]  # as it stood
    assert "Bo" not in turn.answer.text
    assert turn.removed == 1
