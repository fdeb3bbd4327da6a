"""What each open page has under way."""

from __future__ import annotations

from dataclasses import replace

from assistant.types import EVERYTHING
from assistant.web.answer_steps import ConversationState, PendingQuestion
from assistant.web.cancellation import CancellableStream
from assistant.web.in_flight import QuestionsInFlight

ASKED = PendingQuestion(
    "", ConversationState(), "who called the strike", EVERYTHING, None, infer=True
)


def other(question: str = "who called the strike") -> PendingQuestion:
    return replace(ASKED, question=question, stream=CancellableStream())


def test_the_last_question_takes_the_place_of_the_one_before() -> None:
    pages = QuestionsInFlight()
    first, second, elsewhere = other(), other("and why"), other()
    with pages.asking("a", first) as one, pages.asking("b", elsewhere) as apart:
        with pages.asking("a", second) as two:
            assert (one, two, apart) == (True, True, True)
            assert first.stream.left
            assert pages.of("a") is second
        assert pages.of("a") is None
        assert not elsewhere.stream.left


def test_the_same_question_is_not_asked_twice_unless_it_was_stopped() -> None:
    pages = QuestionsInFlight()
    first = other()
    with pages.asking("a", first):
        with pages.asking("a", other()) as twice:
            assert not twice
        assert pages.of("a") is first
        first.stream.stop()
        assert pages.of("a") is None
        with pages.asking("a", other()) as again:
            assert again


def test_who_leaves_a_question_sees_no_more_of_it() -> None:
    pages = QuestionsInFlight()
    asked = other()
    with pages.asking("a", asked):
        before = pages.moves("a")
        pages.leave("a")
        assert asked.stream.left
        assert pages.moves("a") > before
    pages.forget("a")
    assert pages.moves("a") == 0
