"""The chat path with a real model: SmolLM2-135M by llama.cpp, in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chat_server import chat_server
from conftest import chatting_over
from llama_server import Server, started
from test_chatting import MUSEUM, PORT, QUESTION

from assistant import AnswerEvent, Assistant, ClaimEvent, TokenEvent
from assistant.errors import ModelFailed
from assistant.models.chat_model import LangChainModel
from assistant.settings import load
from assistant.text import words

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    server = started()
    yield server
    server.stop()


@pytest.fixture
def doomed() -> Iterator[Server]:
    """A server that a test may kill."""
    server = started()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def quoting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    place = tmp_path_factory.mktemp("llama") / "archive"
    with Assistant.open(place, settings=load()) as opened:
        opened.add([PORT, MUSEUM])
        yield opened


def chatting(quoting: Assistant, url: str, timeout: float = 120.0) -> Assistant:
    model = LangChainModel("openai:smollm2", timeout, tokens=80, retries=0, base_url=url)
    return chatting_over(quoting, model)


def test_its_words_are_streamed_and_every_claim_is_judged(
    quoting: Assistant, server: Server
) -> None:
    events = list(chatting(quoting, server.url).stream(QUESTION))
    tokens = [one for one in events if isinstance(one, TokenEvent)]
    assert len(tokens) > 3
    last = events[-1]
    assert isinstance(last, AnswerEvent)
    answer = last.answer
    assert answer.notice is None
    assert answer.trace.writer == "openai:smollm2"
    assert answer.trace.tokens["output"] > 3
    judged = [one for one in events if isinstance(one, ClaimEvent)]
    assert [one.claim.text for one in judged] == [one.text for one in answer.claims]
    for citation in answer.citations:
        text = quoting.archive.article(citation.article.id).text
        assert text[citation.start : citation.end] == citation.quote
    for claim in answer.claims:
        assert (claim.support == "unsupported") == (not claim.citations)


def test_a_reader_may_stop_it(quoting: Assistant, server: Server) -> None:
    model = LangChainModel("openai:smollm2", 120, tokens=1500, base_url=server.url)
    pieces = model.stream("Tell me a very long story about a harbour, a ferry and a clock.")
    got = [next(pieces) for _ in range(3)]
    pieces.close()
    assert words("".join(got))
    assert LangChainModel("openai:smollm2", 20, tokens=2, base_url=server.url).ask("Hello.").text


def test_a_model_that_takes_too_long_is_replaced(quoting: Assistant, server: Server) -> None:
    answer = chatting(quoting, server.url, timeout=0.05).ask(QUESTION)
    assert answer.notice is not None
    assert "took too long" in answer.notice
    assert {one.support for one in answer.claims} == {"quoted"}


def test_a_server_that_is_gone_is_replaced(quoting: Assistant, doomed: Server) -> None:
    doomed.stop()
    answer = chatting(quoting, doomed.url).ask(QUESTION)
    assert answer.notice is not None
    assert "did not answer" in answer.notice
    assert {one.support for one in answer.claims} == {"quoted"}


def test_a_server_that_dies_in_mid_answer_is_replaced(quoting: Assistant, doomed: Server) -> None:
    seen = []
    for event in chatting(quoting, doomed.url).stream(QUESTION):
        if isinstance(event, TokenEvent) and not seen:
            seen.append(event)
            doomed.process.kill()
    assert seen
    assert isinstance(event, AnswerEvent)
    assert event.answer.notice is not None
    assert {one.support for one in event.answer.claims} == {"quoted"}


def test_a_connection_that_drops_is_an_error(server: Server) -> None:
    with chat_server() as dropping:
        dropping.dies_after = 2
        dropping.reply = "The harbour is open."
        model = LangChainModel("openai:smollm2", 5, retries=0, base_url=dropping.url)
        with pytest.raises(ModelFailed, match="broke off"):
            list(model.stream("Is it open?"))
