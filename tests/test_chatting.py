"""A chat model writes: what is shown as supported, whatever the model says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import chatting_over

from assistant import (
    Answer,
    AnswerEvent,
    Article,
    Assistant,
    ClaimEvent,
    Question,
    StageEvent,
    TokenEvent,
)
from assistant.errors import ModelFailed, SettingsError
from assistant.rendering import Progress, to_html, to_text
from assistant.settings import load
from assistant.testing import ScriptedChatModel
from assistant.types import Event, Filters, PastTurn

pytestmark = pytest.mark.slow

PORT = Article(
    "port",
    "The dockers’ union will not accept the offer of four percent, its chair, Ada Pell, said on"
    " Monday. “We will not accept a rise that is eaten by rents,” she said after the meeting.\n\n"
    "Port director Ivo Strand called the offer fair. He accused the union of endangering the grain"
    " pier, which may close for a week. The port employs 610 people.\n\n"
    "“India was never asked to mediate,” Strand said. The mediator, Lena Holt, will meet both sides"
    " on Thursday. No talks were held at the weekend.",
    title="Dockers turn down four percent",
    outlet="The Pier",
    published=date(2026, 3, 2),
)
MUSEUM = Article(
    "museum",
    "The museum of clocks reopens on Saturday after two years, its curator, Olaf Brand, said. It"
    " shows 340 clocks. Entry is free until June. The dockers of the port gave it a bell.",
    title="Museum of clocks reopens",
    outlet="The Pier",
    published=date(2026, 3, 5),
)
QUESTION = "What did the dockers’ union and the port say about the offer?"
TRUE = "The dockers’ union will not accept four percent, its chair Ada Pell said [{port}]."
NOTHING_FOUND = "{}"  # what understand.md may be answered with


@pytest.fixture(scope="module")
def quoting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    place = tmp_path_factory.mktemp("port") / "archive"
    with Assistant.open(place, settings=load()) as opened:
        opened.add([PORT, MUSEUM])
        yield opened


@pytest.fixture(scope="module")
def numbers(quoting: Assistant) -> dict[str, int]:
    """The number of each article among the sources for the question."""
    turn = dict(quoting.turns(Question(QUESTION)))["write"]
    found = {one.hit.passage.article.id: one.number for one in turn.evidence}
    return {**found, "nowhere": 99}


Chatting = Callable[..., tuple[Assistant, ScriptedChatModel]]


@pytest.fixture
def chatting(quoting: Assistant, numbers: dict[str, int]) -> Chatting:
    """An assistant on the same archive whose model gives these replies."""

    def make(*replies: Any, judge: Any = None, **answer: Any) -> Any:
        filled = [one.format(**numbers) if isinstance(one, str) else one for one in replies]
        model = ScriptedChatModel(NOTHING_FOUND, *filled)
        return chatting_over(quoting, model, judge, **answer), model

    return make


def shown(answer: Answer) -> list[str]:
    return [one.text for one in answer.claims if one.support != "unsupported"]


def apart(answer: Answer) -> list[str]:
    return [one.text for one in answer.claims if one.support == "unsupported"]


# What is shown


def test_a_supported_claim_rests_on_exact_sentences(chatting: Chatting, quoting: Assistant) -> None:
    answer = chatting(TRUE)[0].ask(QUESTION)
    (claim,) = answer.claims
    assert claim.support == "supported"
    assert answer.text == f"{claim.text}[1]"
    (citation,) = answer.citations
    text = quoting.archive.article("port").text
    assert text[citation.start : citation.end] == citation.quote
    assert citation.quote.startswith("The dockers’ union will not accept the offer")
    assert answer.trace.writer == "scripted"
    assert answer.trace.prompts.keys() == {"answer", "understand"}
    assert answer.trace.tokens["output"] > 0


def test_a_whole_sentence_of_the_source_is_quoted(chatting: Chatting) -> None:
    answer = chatting("The port employs 610 people [{port}].")[0].ask(QUESTION)
    assert [one.support for one in answer.claims] == ["quoted"]


def test_citations_are_renumbered_in_the_order_of_the_text(chatting: Chatting) -> None:
    reply = "The museum shows 340 clocks [{museum}][{nowhere}]. " + TRUE + " " + TRUE
    answer = chatting(reply)[0].ask(QUESTION)
    assert [one.citations for one in answer.claims] == [(1,), (2,), (2,)]
    assert [one.article.id for one in answer.citations] == ["museum", "port"]


ADVERSARIES = {
    "altered quote": "“We will accept a rise that is eaten by rents,” Ada Pell said [{port}].",
    "altered by a word": "Ada Pell: “We will not accept a rise that is eaten by rent” [{port}].",
    "stitched quote": "“We will not accept India,” Ada Pell said [{port}].",
    "will accept": "The dockers’ union will accept the offer of four percent [{port}].",
    "swapped speaker": "Ivo Strand said the union will not accept four percent [{port}].",
    "swapped quote": "“India was never asked to mediate,” Ada Pell said [{port}].",
    "wrong number": "The port employs 6,100 people [{port}].",
    "wrong percentage": "The union will not accept six percent, Ada Pell said [{port}].",
    "no such source": "The port employs 610 people [{nowhere}].",
    "wrong source": "The port employs 610 people [{museum}].",
    "dropped speaker": "The union is endangering the grain pier [{port}].",
    "negated": "The union did not turn the offer down [{port}].",
    "denied": "Talks were held at the weekend [{port}].",
    "may turned into will": "The grain pier will close for a week [{port}].",
    "will turned into did": "Lena Holt has met both sides [{port}].",
    "swapped roles": "The union accused Ivo Strand of endangering the grain pier [{port}].",
    "no citation": "The port employs 610 people.",
    "general knowledge": "Dockers have gone on strike in many countries since 1889 [{port}].",
    "invented name": "The mediator, Hans Grube, will meet both sides on Thursday [{port}].",
    "wrong day": "Lena Holt will meet both sides on Friday [{port}].",
}


@pytest.mark.parametrize("kind", ADVERSARIES)
def test_no_adversary_gets_through(chatting: Chatting, kind: str) -> None:
    assistant, _ = chatting(f"{TRUE} {ADVERSARIES[kind]}")
    answer = assistant.ask(QUESTION)
    assert len(shown(answer)) == 1
    (wrong,) = [one for one in answer.claims if one.support == "unsupported"]
    assert wrong.rule
    assert wrong.citations == ()
    assert wrong.text not in answer.text
    assert wrong.text in to_text(answer).split("not supported by the sources")[1]
    assert "not supported by the sources" in to_html(answer)


def test_if_nothing_survives_the_answer_is_the_refusal(chatting: Chatting) -> None:
    assistant, _ = chatting(" ".join(ADVERSARIES.values()))
    answer = assistant.ask(QUESTION)
    assert answer.refusal is not None
    assert answer.refusal.reason == "no_evidence"
    assert shown(answer) == []
    assert len(answer.claims) == len(ADVERSARIES)
    assert answer.citations == ()
    assert answer.nearest


def test_a_model_that_finds_nothing_declines(chatting: Chatting) -> None:
    answer = chatting("NOT IN THE SOURCES")[0].ask(QUESTION)
    assert answer.refusal is not None
    assert answer.refusal.reason == "model_declined"
    assert answer.claims == ()


def test_what_no_article_is_about_is_not_sent_to_the_model(chatting: Chatting) -> None:
    assistant, model = chatting()
    answer = assistant.ask("How do I bake sourdough bread with rye?")
    assert answer.refusal is not None
    assert answer.refusal.reason == "off_topic"
    assert len(model.prompts) == 1  # understanding alone


# What is done with the unsupported

WRONG = ADVERSARIES["wrong number"]


def test_dropped(chatting: Chatting) -> None:
    answer = chatting(f"{TRUE} {WRONG}", unsupported="drop")[0].ask(QUESTION)
    assert (len(shown(answer)), apart(answer)) == (1, [])


def test_sent_back_once_with_the_reason(chatting: Chatting) -> None:
    right = "At the port 610 people are employed [{port}]. " + TRUE
    assistant, model = chatting(f"{TRUE} {WRONG}", right + WRONG, unsupported="retry")
    answer = assistant.ask(QUESTION)
    assert len(model.prompts) == 3
    assert "- The port employs 6,100 people. (" in model.prompts[2]
    assert "(this number is not in the source: 6100)" in model.prompts[2]
    assert apart(answer) == ["The port employs 6,100 people."]  # once only
    assert len(shown(answer)) >= 1


def test_nothing_is_sent_back_where_all_is_supported(chatting: Chatting) -> None:
    assistant, model = chatting(TRUE, unsupported="retry")
    assistant.ask(QUESTION)
    assert len(model.prompts) == 2


# Failures

FAILURES = [
    ModelFailed("The chat model 'x' took too long."),
    SettingsError("The chat model 'x' refuses the key."),
]


@pytest.mark.parametrize("failure", FAILURES)
def test_where_the_model_fails_the_articles_own_sentences_answer(
    chatting: Chatting, failure: Exception
) -> None:
    answer = chatting(failure)[0].ask(QUESTION)
    assert {one.support for one in answer.claims} == {"quoted"}
    assert answer.trace.writer == "quoting"
    assert answer.notice is not None
    assert answer.notice.startswith(str(failure.args[0]))
    assert answer.notice in to_text(answer)
    assert "the articles' own sentences" in to_html(answer).replace("’", "'")


@pytest.mark.parametrize("failure", FAILURES)
def test_without_fallback_the_failure_is_raised(chatting: Chatting, failure: Exception) -> None:
    with pytest.raises(type(failure)):
        chatting(failure, fallback=False)[0].ask(QUESTION)


class Dying(ScriptedChatModel):
    """Says a part of its reply."""

    def stream(self, prompt: str) -> Any:
        yield from super().stream(prompt)
        raise ModelFailed("The chat model 'x' broke off.")


def test_a_model_that_breaks_off_leaves_none_of_its_words(
    quoting: Assistant, numbers: dict[str, int]
) -> None:
    model = Dying(NOTHING_FOUND, (TRUE + " And there").format(**numbers))
    answer = chatting_over(quoting, model).ask(QUESTION)
    assert {one.support for one in answer.claims} == {"quoted"}
    assert answer.notice is not None


def test_a_second_try_that_fails_leaves_the_first(chatting: Chatting) -> None:
    first = f"{TRUE} {WRONG}"
    for second in (ModelFailed("too often"), "NOT IN THE SOURCES"):
        answer = chatting(first, second, unsupported="retry")[0].ask(QUESTION)
        assert answer.refusal is None
        assert len(shown(answer)) == 1
        assert answer.trace.writer == "scripted"


# The judge


def test_a_judge_may_take_support_away(chatting: Chatting) -> None:
    judge = ScriptedChatModel("unsupported")
    answer = chatting(TRUE, judge=judge)[0].ask(QUESTION)
    assert shown(answer) == []
    assert answer.claims[0].rule == "judge"
    assert "will not accept the offer of four percent" in judge.prompts[0]
    assert answer.trace.models["judge"] == "scripted"
    assert "judge_support" in answer.trace.prompts


@pytest.mark.parametrize(
    "verdict",
    [
        "No.",
        "Verdict: unsupported",
        "It is not supported.",
        "Partially supported",
        "Neither supported nor contradicted.",
        "It cannot be supported.",
        "Only the date is supported.",
    ],
)
def test_a_judge_may_say_so_in_other_words(chatting: Chatting, verdict: str) -> None:
    answer = chatting(TRUE, judge=ScriptedChatModel(verdict))[0].ask(QUESTION)
    assert shown(answer) == []


def test_a_judge_that_fails_is_told_of(chatting: Chatting) -> None:
    judge = ScriptedChatModel(ModelFailed("The chat model 'j' took too long."))
    answer = chatting(TRUE, judge=judge)[0].ask(QUESTION)
    assert len(shown(answer)) == 1
    assert answer.notice == (
        "The chat model 'j' took too long."
        " What it did not judge rests on the rules and the verifier."
    )


def test_what_is_removed_in_mid_answer_is_not_cited(tmp_path: Path) -> None:
    with Assistant.open(tmp_path / "archive", settings=load()) as quoting:
        quoting.add([PORT])
        events = list(removing(quoting))
    last = events[-1]
    assert isinstance(last, AnswerEvent)
    assert last.answer.citations == ()
    assert last.answer.claims[0].rule == "changed"
    assert last.answer.refusal is not None


def removing(quoting: Assistant) -> Iterator[Event]:
    """An answer whose article is removed as soon as a claim was judged."""
    model = ScriptedChatModel(NOTHING_FOUND, TRUE.format(port=1))
    for event in chatting_over(quoting, model).stream(QUESTION):
        yield event
        if isinstance(event, ClaimEvent):
            assert event.claim.support != "unsupported"
            quoting.remove("port")


@pytest.mark.parametrize("verdict", ["supported", "Yes!", "", ModelFailed("timeout")])
def test_a_judge_gives_no_support_against_a_rule(chatting: Chatting, verdict: Any) -> None:
    judge = ScriptedChatModel(verdict, verdict)
    answer = chatting(f"{TRUE} {WRONG}", judge=judge)[0].ask(QUESTION)
    assert len(shown(answer)) == len(apart(answer)) == 1
    assert len(judge.prompts) == 1  # it is not even asked about what the rules reject


FREE = "For the dockers’ side the offer was no basis for peace, Ada Pell said [{port}]."


@pytest.mark.parametrize(("verdict", "counts"), [("supported", True), ("", False), ("hm", False)])
def test_a_judge_may_give_support_that_the_verifier_does_not(
    chatting: Chatting, monkeypatch: pytest.MonkeyPatch, verdict: str, counts: bool
) -> None:
    monkeypatch.setattr("assistant.verification.checker._SUPPORTED", 1.1)
    answer = chatting(FREE, judge=ScriptedChatModel(verdict))[0].ask(QUESTION)
    assert len(shown(answer)) == counts
    assert [one.rule for one in answer.claims] == [None if counts else "verifier"]


@pytest.mark.parametrize("logit", [2.0, -2.0])
def test_no_judge_gives_back_what_lost_its_speaker(
    chatting: Chatting, monkeypatch: pytest.MonkeyPatch, logit: float
) -> None:
    class Sure:
        name = "sure"

        def supports(self, claim: str, sources: Sequence[str]) -> list[float]:
            return [logit] * len(sources)

    reply = "The offer of four percent is fair and good [{port}]."
    assistant, _ = chatting(reply, judge=ScriptedChatModel("supported"))
    checker = assistant.stages.chat._checker
    monkeypatch.setattr(checker, "_verifier", Sure())
    answer = assistant.ask(QUESTION)
    assert [one.rule for one in answer.claims] == ["speaker"]


@pytest.mark.parametrize(
    ("reply", "rules"),
    [
        ("“They sank,” Bo said [{port}]. “India was never asked to mediate,” Strand said [{port}].",
         ["quotation", None]),
        ("The port employs 6,100 people [{port}]. This week talks were not held [{port}].",
         ["number", "verifier"]),
        ("The port employs 6,100 people [{port}]. They are dockers [{port}]. It is true [{port}].",
         ["number", "neighbour", "neighbour"]),
    ],
)  # fmt: skip
def test_only_what_says_nothing_by_itself_leans(
    chatting: Chatting, reply: str, rules: list[str | None]
) -> None:
    found = [one.rule for one in chatting(reply)[0].ask(QUESTION).claims]
    assert found[0] == rules[0]
    assert [one == "neighbour" for one in found] == [one == "neighbour" for one in rules]


def test_what_leans_on_a_sentence_falls_with_it(chatting: Chatting) -> None:
    reply = (
        "The port employs 6,100 people [{port}]. They are to meet Lena Holt on Thursday [{port}]."
        " The museum shows 340 clocks [{museum}]. It reopens on Saturday [{museum}]."
    )
    answer = chatting(reply)[0].ask(QUESTION)
    rules = [one.rule for one in answer.claims]
    assert rules[:2] == ["number", "neighbour"]
    assert rules[2] is None


def test_nothing_that_nobody_wants_is_asked_of_the_model(chatting: Chatting) -> None:
    """One call to understand and one to write; searching, suggesting and warming up cost none."""
    assistant, model = chatting(TRUE)
    assistant.search(QUESTION)
    assistant.as_retriever().invoke(QUESTION)
    assistant.without_chat().ask(QUESTION)
    assert model.prompts == []
    assistant.ask(Question("And what did the director say?", history=past(HISTORY)))
    assert len(model.prompts) == 2


# Streaming


def test_events_come_in_their_order(chatting: Chatting) -> None:
    assistant, _ = chatting(f"{TRUE} {WRONG}")
    events = list(assistant.stream(QUESTION))
    kinds = [type(event) for event in events]
    assert kinds[0] is StageEvent
    assert kinds[-1] is AnswerEvent
    tokens = [one for one in events if isinstance(one, TokenEvent)]
    text = "".join(one.text for one in tokens)
    assert "[" not in text
    assert text.startswith("The dockers’ union will not accept four percent")
    claims = [one for one in events if isinstance(one, ClaimEvent)]
    assert [one.claim.support for one in claims] == ["supported", "unsupported"]
    assert [one.number for one in claims[0].citations] == list(claims[0].claim.citations) == [1]
    first = kinds.index(ClaimEvent)
    said = "".join(one.text for one in events[:first] if isinstance(one, TokenEvent))
    assert said.startswith("The dockers’ union will not accept four percent, its chair Ada Pell")
    assert TokenEvent in kinds[first:]  # the rest comes after the first sentence was checked


def test_a_page_shows_a_sentence_as_checked_only_when_it_is(chatting: Chatting) -> None:
    progress, events = Progress(), chatting(f"{TRUE} {WRONG}")[0].stream(QUESTION)
    pages = [(one, progress.html(one)) for one in events if not isinstance(one, AnswerEvent)]
    writing = [page for event, page in pages if isinstance(event, TokenEvent)]
    first = [page for page in writing if "dockers" in page.split("</ol>")[1][:60]]
    assert first
    assert all('<p class="unchecked">' in page for page in first)
    assert "6,100" not in pages[-1][1]  # judged, and not shown among the checked


class Endless(ScriptedChatModel):
    """Never ends by itself."""

    closed = False

    def stream(self, prompt: str) -> Any:
        try:
            while True:
                yield "word "
        finally:
            self.closed = True


def test_closing_the_stream_closes_the_models_reply(quoting: Assistant) -> None:
    model = Endless(NOTHING_FOUND)
    events = chatting_over(quoting, model).stream(QUESTION)
    for event in events:
        if isinstance(event, TokenEvent):
            break
    assert not model.closed
    events.close()
    assert model.closed


def test_the_async_stream_is_the_same(chatting: Chatting) -> None:
    async def collected(assistant: Assistant) -> list[Any]:
        return [event async for event in assistant.astream(QUESTION)]

    reply = f"{TRUE} {WRONG}"
    there = asyncio.run(collected(chatting(reply)[0]))
    here = list(chatting(reply)[0].stream(QUESTION))
    assert [type(one) for one in there] == [type(one) for one in here]
    assert there[-1].answer.text == here[-1].answer.text


def test_a_cancelled_async_stream_closes_the_models_reply(quoting: Assistant) -> None:
    async def some(assistant: Assistant) -> None:
        async for event in assistant.astream(QUESTION):
            if isinstance(event, TokenEvent):
                raise asyncio.CancelledError

    model = Endless(NOTHING_FOUND)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(some(chatting_over(quoting, model)))
    assert model.closed


def test_the_runnable_writes_with_the_model_too(chatting: Chatting) -> None:
    answer = chatting(TRUE)[0].as_runnable().invoke(QUESTION)
    assert [one.support for one in answer.claims] == ["supported"]
    assert answer.trace.writer == "scripted"


# Understanding

HISTORY = [{"question": QUESTION, "answer": "Ada Pell said they will not accept it."}]


def past(turns: Sequence[dict[str, str]]) -> tuple[PastTurn, ...]:
    return tuple(PastTurn(**turn) for turn in turns)


def asked_with(assistant: Assistant, model: ScriptedChatModel, reply: Any) -> Answer:
    model._replies[0] = reply
    return assistant.ask("And what did the director say?", HISTORY)


def test_the_model_makes_a_follow_up_readable(chatting: Chatting) -> None:
    assistant, model = chatting(TRUE)
    told = '{"standalone": "“What did port director Ivo Strand say of the offer?”"}'
    answer = asked_with(assistant, model, told)
    assert answer.standalone == "What did port director Ivo Strand say of the offer?"
    assert "Ada Pell said they will not accept it." in model.prompts[0]
    assert len(model.prompts) == 2


@pytest.mark.parametrize(
    "reply", [ModelFailed("timeout"), "NOT IN THE SOURCES", "x " * 900, "?!", 7, ["a"], None]
)
def test_where_it_does_not_the_rules_do(chatting: Chatting, reply: Any) -> None:
    assistant, model = chatting(TRUE)
    told = reply if isinstance(reply, ModelFailed) else json.dumps({"standalone": reply})
    answer = asked_with(assistant, model, told)
    assert answer.standalone
    assert len(answer.standalone) < 300
    assert "SOURCES" not in answer.standalone


def limited(chatting: Chatting, reply: Any, filters: Filters | None = None) -> Answer:
    assistant, model = chatting(TRUE)
    model._replies[0] = reply
    return assistant.ask(Question(QUESTION, filters=filters or Filters()))


def test_the_model_finds_filters_and_they_are_shown(chatting: Chatting) -> None:
    answer = limited(
        chatting, 'Here: {"since": "2026-03-01", "until": null, "outlets": ["The Pier", "X"]}'
    )
    assert answer.filters.since == date(2026, 3, 1)
    assert answer.filters.outlets == ("The Pier",)
    assert set(answer.inferred) == {"since", "outlets"}
    assert "from 2026-03-01" in to_text(answer)


@pytest.mark.parametrize(
    "reply",
    [
        "I cannot say.",
        "{since: 2026}",
        "[1, 2]",
        '{"since": "soon", "until": 7, "outlets": "The Pier"}',
        '{"since": "1900-01-01", "until": "1900-12-31", "outlets": []}',
        ModelFailed("timeout"),
    ],
)
def test_what_is_out_of_shape_or_leaves_nothing_limits_nothing(
    chatting: Chatting, reply: Any
) -> None:
    answer = limited(chatting, reply)
    assert answer.filters == Filters()
    assert answer.inferred == ()


def test_the_callers_own_filters_stand(chatting: Chatting) -> None:
    own = Filters(since=date(2026, 3, 1), outlets=("The Pier",))
    answer = limited(chatting, '{"since": "2026-03-04", "outlets": ["The Pier"]}', own)
    assert answer.filters == own
    assert answer.inferred == ()
