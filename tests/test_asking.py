"""A question of the conversation, without the page around it."""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING

import pytest
from conftest import OpenAssistant

from assistant import Answer, Assistant
from assistant.testing import sample_articles
from assistant.types import EVERYTHING, Filters

if TYPE_CHECKING:
    from assistant.web.answer_steps import ConversationState, Step
    from assistant.web.site import Site

HOSTILE = '<script>alert(1)</script> ![x](http://127.0.0.1:9/) <img src=x onerror="alert(1)">'


@pytest.fixture
def assistant(open_assistant: OpenAssistant) -> Assistant:
    assistant = open_assistant(archive={"statements": False})  # quicker
    assistant.add(sample_articles(5))
    return assistant


def steps(
    site: Site,
    question: str,
    talk: ConversationState | None = None,
    after: int | None = None,
    limits: Filters = EVERYTHING,
    infer: bool = True,
) -> list[Step]:
    from assistant.web.answer_steps import ConversationState, PendingQuestion, answering

    return list(
        answering(
            site, PendingQuestion("", talk or ConversationState(), question, limits, after, infer)
        )
    )


def test_stages_stream_and_the_answer_is_kept(site: Site) -> None:
    first, *_, last = steps(site, "harbour3 number3")
    assert "Searching 5 articles" in first.messages[-1]["content"]
    assert not first.over
    assert last.over
    assert 'class="cite"' in last.messages[-1]["content"]
    (turn,) = site.shown("", last.talk.conversation)
    assert turn.answer.question == "harbour3 number3"
    assert site.conversations.of("")[0].title == "harbour3 number3"
    assert site.admission.idle


def test_a_follow_up_goes_on_and_an_edited_question_takes_its_place(site: Site) -> None:
    talk = steps(site, "harbour3 number3")[-1].talk
    followed = steps(site, "and harbour2?", talk)[-1]
    assert len(followed.messages) == 4
    assert [t.number for t in site.shown("", talk.conversation)] == [1, 2]
    assert site.shown("", talk.conversation)[1].answer.standalone != "and harbour2?"
    edited = steps(site, "harbour4 number4", followed.talk, after=1)[-1]
    assert len(edited.messages) == 4
    assert asked_in(site, talk) == ["harbour3 number3", "harbour4 number4"]


def test_what_is_no_longer_the_last_is_not_replaced(site: Site) -> None:
    talk = steps(site, "harbour3 number3")[-1].talk
    steps(site, "and harbour2?", talk)  # on another page of the same conversation
    steps(site, "harbour4 number4", talk, after=0)
    assert asked_in(site, talk) == ["harbour3 number3", "and harbour2?", "harbour4 number4"]


def asked_in(site: Site, talk: ConversationState) -> list[str]:
    return [turn.answer.question for turn in site.shown("", talk.conversation)]


def test_an_error_is_a_message_and_nothing_is_kept(site: Site) -> None:
    (step,) = steps(site, "  ")
    assert step.over
    assert "empty" in step.messages[-1]["content"]
    assert site.conversations.of("") == []
    assert site.admission.idle


def test_a_conversation_deleted_meanwhile_begins_anew(site: Site) -> None:
    talk = steps(site, "harbour3 number3")[-1].talk
    site.conversations.delete("", talk.conversation)
    again = steps(site, "harbour2 number2", talk)[-1]
    assert again.talk.conversation != talk.conversation
    assert len(site.shown("", again.talk.conversation)) == 1


def test_closing_a_stream_gives_its_place_back(site: Site) -> None:
    from assistant.web.answer_steps import ConversationState, PendingQuestion, answering

    stream = answering(
        site, PendingQuestion("", ConversationState(), "harbour3 number3", EVERYTHING, None, True)
    )
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    left(site)
    with site.admission.ticket() as first:
        first.wait()
        waiting = answering(
            site, PendingQuestion("", ConversationState(), "harbour2", EVERYTHING, None, True)
        )
        assert "Waiting: 1 before this" in next(waiting).messages[-1]["content"]
        waiting.close()  # type: ignore[attr-defined]
    left(site)


def left(site: Site) -> None:
    """Wait until nobody waits any more: whoever left was in the middle of a step."""
    with site.admission.ticket() as last:
        assert last.wait(60), "somebody holds a place in the line"
    assert site.admission.idle


def test_a_question_is_stopped_in_the_line_and_keeps_nothing(site: Site) -> None:
    from assistant.web.answer_steps import ConversationState, PendingQuestion, answering

    asked = PendingQuestion("", ConversationState(), "harbour3 number3", EVERYTHING, None, True)
    with site.admission.ticket() as first:
        first.wait()
        stream = answering(site, asked)
        next(stream)
        asked.stream.stop()
        step = list(stream)[-1]  # what it waits for is not over
    assert step.over
    assert "Stopped. The question is still in its field." in step.messages[-1]["content"]
    assert site.conversations.of("") == []
    left(site)


def test_a_question_asked_again_and_stopped_leaves_its_answer(site: Site) -> None:
    from assistant.web.answer_steps import PendingQuestion, answering

    talk = steps(site, "harbour3 number3")[-1].talk
    again = PendingQuestion("", talk, "harbour3 number3", EVERYTHING, 0, True)
    again.stream.stop()
    step = list(answering(site, again))[-1]
    assert len(step.messages) == 4
    assert "cite" in step.messages[1]["content"]
    assert step.talk.retried_after == 0  # asked once more it takes its answer's place
    assert asked_in(site, talk) == ["harbour3 number3"]
    left(site)


def test_one_conversation_answers_one_question_after_the_other(site: Site) -> None:
    from assistant.web.answer_steps import PendingQuestion, answering

    talk = steps(site, "harbour3 number3")[-1].talk
    first = answering(site, PendingQuestion("", talk, "harbour2 number2", EVERYTHING, None, True))
    next(first)
    second = PendingQuestion("", talk, "harbour4 number4", EVERYTHING, None, True)
    second.stream.stop()  # on another page, while it waits for the first
    assert "Stopped" in list(answering(site, second))[-1].messages[-1]["content"]
    list(first)
    assert asked_in(site, talk) == ["harbour3 number3", "harbour2 number2"]


def test_a_fault_of_ours_is_told_and_logged(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left on the disk")

    monkeypatch.setattr(site.conversations, "start", full)
    step = steps(site, "harbour3 number3")[-1]
    assert step.over
    assert "Something went wrong in On Record itself" in step.messages[-1]["content"]
    assert "no space" not in step.messages[-1]["content"]
    assert "no space left on the disk" in caplog.text
    left(site)


def test_nothing_hostile_passes_a_message(site: Site) -> None:
    step = steps(site, f"harbour3 {HOSTILE} number3")[-1]
    for message in step.messages:
        for forbidden in ("<script", "<img", "!["):
            assert forbidden not in message["content"]


def test_what_was_understood_stays_out_of_the_fields(site: Site) -> None:
    from assistant.web.answer_steps import Submission
    from assistant.web.filters import labels, taken_from

    step = steps(site, "what did articles from January 2025 say of the harbour?")[-1]
    assert step.answer is not None
    assert taken_from(step.answer) == "from 2025-01-01 to 2025-01-31"
    assert step.talk.infer
    fields = {"since": "", "until": "3 January 2025", "outlets": [" Post "], "speakers": []}
    own = Submission("q", fields, step.talk, "", "page").own
    assert own == Filters(until=date(2025, 1, 3), outlets=("Post",))
    assert labels(own) == ("Days: to 2025-01-03", "Outlets: Post", "Speakers")


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        ("March 2026", "March 2026", ("2026-03-01", "2026-03-31")),
        ("2024", "2025", ("2024-01-01", "2025-12-31")),
        ("31.3.2026", "1 April 2026", ("2026-03-31", "2026-04-01")),
        ("spring 2025", "until June 2025", ("2025-03-01", "2025-06-30")),
        ("2026-03-01", "", ("2026-03-01", None)),
    ],
)
def test_days_are_written_as_people_write_them(
    since: str, until: str, days: tuple[str, str | None]
) -> None:
    from assistant.web.filters import filters

    own = filters(since, until)
    assert (str(own.since), own.until and str(own.until)) == days


@pytest.mark.parametrize("written", ["whenever", "3/4/2026", "March 2026 of dogs", "31 February"])
def test_what_is_no_day_is_said_to_be_none(written: str) -> None:
    from assistant.web.filters import FieldFault, filters

    with pytest.raises(FieldFault, match="Write a day or a month"):
        filters(written)


def test_what_is_inferred_can_be_removed(site: Site) -> None:
    question = "what do articles from March 2031 say of the harbour?"
    kept = steps(site, question, infer=False)[-1].answer
    assert kept is not None
    assert (kept.inferred, kept.filters, kept.coverage.articles) == ((), EVERYTHING, 5)
    assert not steps(site, question, infer=False)[-1].talk.infer


def test_a_question_that_was_not_answered_is_the_one_that_is_asked_again(site: Site) -> None:
    from assistant.web.answer_steps import ConversationState, shown_last
    from assistant.web.filters import FieldFault

    assert shown_last(site, "", ConversationState()) == (None, None)
    answered = steps(site, "harbour3 number3")[-1].talk
    assert shown_last(site, "", answered) == ("harbour3 number3", 0)
    failed = steps(site, "x" * 3000, talk=answered)[-1].talk
    assert shown_last(site, "", failed) == ("x" * 3000, None)
    elsewhere = steps(site, "harbour4 number4", talk=answered, after=0)[-1].talk
    assert shown_last(site, "", elsewhere) == ("harbour4 number4", 0)  # in its place
    with pytest.raises(FieldFault, match="gone on, or was deleted"):
        shown_last(site, "", answered)


@pytest.mark.slow
def test_suggestions_are_questions_that_were_answered(sample: Assistant) -> None:
    from assistant.web.site import open_site
    from assistant.web.suggesting import Examples, following

    site = open_site(sample)
    examples = Examples(site)
    deadline = time.monotonic() + 300
    while not (found := examples()) and time.monotonic() < deadline:
        time.sleep(0.5)  # they are being found
    assert len(found) == len(set(found)) == 6
    answers = [sample.ask(text) for text in found]
    assert {"story", "list"} <= {answer.form for answer in answers}
    assert all(answer.refusal is None and not answer.doubtful for answer in answers)
    talk = steps(site, "what did the MEA say about Naqvi's claims")[-1].talk
    more = following(site, site.shown("", talk.conversation))
    assert more
    assert all(text.startswith("And what did ") for text in more)
    site.conversations.close()


def test_a_conversation_that_begins_with_a_greeting_is_called_by_its_matter(site: Site) -> None:
    from assistant.web.answer_steps import ConversationState
    from assistant.web.stored_answers import to_stored

    greeting = Answer("hi", form="talk", text="Ask me what the articles say.")
    conversation = site.conversations.start("", "hi").id
    site.conversations.add("", conversation, to_stored(greeting), 0)
    steps(site, "harbour4 number4", ConversationState(conversation))
    found = site.conversations.find("", conversation)
    assert found is not None
    assert found.title == "harbour4 number4"
