"""What each open page has under way."""

from __future__ import annotations

from dataclasses import replace

from assistant.types import EVERYTHING
from assistant.web.asking import Asked, Talk
from assistant.web.stopping import Stoppable
from assistant.web.under_way import UnderWay

ASKED = Asked("", Talk(), "who called the strike", EVERYTHING, None, infer=True)


def other(question: str = "who called the strike") -> Asked:
    return replace(ASKED, question=question, way=Stoppable())


def test_the_last_question_takes_the_place_of_the_one_before() -> None:
    pages = UnderWay()
    first, second, elsewhere = other(), other("and why"), other()
    with pages.asking("a", first) as one, pages.asking("b", elsewhere) as apart:
        with pages.asking("a", second) as two:
            assert (one, two, apart) == (True, True, True)
            assert first.way.left
            assert pages.of("a") is second
        assert pages.of("a") is None
        assert not elsewhere.way.left


def test_the_same_question_is_not_asked_twice_unless_it_was_stopped() -> None:
    pages = UnderWay()
    first = other()
    with pages.asking("a", first):
        with pages.asking("a", other()) as twice:
            assert not twice
        assert pages.of("a") is first
        first.way.stop()
        assert pages.of("a") is None
        with pages.asking("a", other()) as again:
            assert again


def test_who_leaves_a_question_sees_no_more_of_it() -> None:
    pages = UnderWay()
    asked = other()
    with pages.asking("a", asked):
        before = pages.moves("a")
        pages.leave("a")
        assert asked.way.left
        assert pages.moves("a") > before
    pages.forget("a")
    assert pages.moves("a") == 0
