"""Chat models by LangChain, against a server of our own on loopback."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Iterator

import pytest
from chat_server import ChatServer, chat_server
from pydantic import SecretStr

from assistant.errors import ModelFailed, ModelMissing, OnRecordError, SettingsError
from assistant.models.chat_model import LangChainModel, chat_model
from assistant.settings import load

KEY = "sk-planted-secret"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with chat_server() as served:
        yield served


def model(server: ChatServer, timeout: float = 5.0, retries: int = 0) -> LangChainModel:
    return LangChainModel(
        "openai:some-model", timeout, retries=retries, base_url=server.url, key=SecretStr(KEY)
    )


def streamed(chat: LangChainModel, prompt: str = "Is it so?") -> list[str]:
    return list(chat.stream(prompt))


pytestmark = pytest.mark.slow
WAYS: list[Callable[[LangChainModel], object]] = [lambda chat: chat.ask("Is it so?"), streamed]


def test_it_asks_the_named_model(server: ChatServer) -> None:
    reply = model(server).ask("Is it so?")
    assert (reply.text, reply.input_tokens, reply.output_tokens) == ("supported", 12, 1)
    assert server.seen[0]["model"] == "some-model"
    assert server.seen[0]["messages"][0]["content"] == "Is it so?"
    assert server.seen[0]["temperature"] == 0


def test_the_environment_names_the_server_and_the_key(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    assert LangChainModel("openai:some-model", 5).ask("Is it so?").text == "supported"
    assert server.keys == [f"Bearer {KEY}"]


def test_a_server_of_ones_own_does_not_get_the_providers_key(server: ChatServer) -> None:
    LangChainModel("openai:some-model", 5, base_url=server.url).ask("Is it so?")
    assert KEY not in server.keys[0]


def test_another_providers_judge_gets_neither_key_nor_address(server: ChatServer) -> None:
    made = {"model": "mistralai:m", "base_url": server.url, "key": "sk-of-the-writer"}
    judge = chat_model("openai:some-model", load(answer=made).answer)
    assert "sk-of-the-writer" not in str(vars(judge._model)["openai_api_key"].get_secret_value())
    assert judge._model.openai_api_base != server.url


def test_settings_reach_the_model(server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_ANSWER__KEY", "sk-of-my-own")
    settings = load(answer={"base_url": server.url, "tokens": 7}).answer
    chat_model("openai:some-model", settings).ask("Is it so?")
    assert server.keys == ["Bearer sk-of-my-own"]
    asked = server.seen[0]
    assert asked.get("max_completion_tokens", asked.get("max_tokens")) == 7


def test_a_reply_is_streamed_as_it_comes(server: ChatServer) -> None:
    server.reply, server.pause = "It is so [1].", 0.2
    pieces = model(server).stream("Is it so?")
    start = time.monotonic()
    first = next(pieces)
    waited = time.monotonic() - start
    rest = []
    try:
        while True:
            rest.append(next(pieces))
    except StopIteration as end:
        reply = end.value
    assert first + "".join(rest) == reply.text == server.reply
    assert time.monotonic() - start > waited + 0.2  # more came after the first
    assert (reply.input_tokens, reply.output_tokens) == (12, 1)


def test_closing_the_stream_ends_the_request(server: ChatServer) -> None:
    server.reply, server.pause = "word " * 200, 0.02
    pieces = model(server).stream("Is it so?")
    next(pieces)
    pieces.close()
    assert server.cut.wait(5)
    assert server.sent < 250


FAILURES = [
    (401, SettingsError, "refuses the key"),
    (403, SettingsError, "refuses the key"),
    (404, SettingsError, "no chat model"),
    (429, ModelFailed, "asked too often"),
    (500, ModelFailed, "did not answer"),
    (400, ModelFailed, "did not answer"),
]


@pytest.mark.parametrize("way", WAYS, ids=["ask", "stream"])
@pytest.mark.parametrize(("status", "kind", "says"), FAILURES)
def test_each_failure_has_its_words(
    server: ChatServer, way: Callable[[LangChainModel], object], status: int, kind: type, says: str
) -> None:
    server.statuses = [status]
    with pytest.raises(kind, match=says) as caught:
        way(model(server))
    assert isinstance(caught.value, OnRecordError)
    assert caught.value.hint
    assert len(server.seen) == 1


@pytest.mark.parametrize("way", WAYS, ids=["ask", "stream"])
def test_what_passes_is_tried_again(
    server: ChatServer, way: Callable[[LangChainModel], object]
) -> None:
    server.statuses = [429, 503]
    way(model(server, timeout=30, retries=2))
    assert len(server.seen) == 3
    server.statuses = [429] * 9
    with pytest.raises(ModelFailed, match="asked too often"):
        way(model(server, timeout=30, retries=1))
    assert len(server.seen) == 5


@pytest.mark.parametrize("status", [401, 404, 400])
def test_what_does_not_pass_is_not_tried_again(server: ChatServer, status: int) -> None:
    server.statuses = [status] * 5
    with pytest.raises(OnRecordError):
        model(server, retries=3).ask("Is it so?")
    assert len(server.seen) == 1


@pytest.mark.parametrize("way", WAYS, ids=["ask", "stream"])
def test_a_server_that_is_slow_to_begin(
    server: ChatServer, way: Callable[[LangChainModel], object]
) -> None:
    server.wait = 2.0
    with pytest.raises(ModelFailed, match="took too long"):
        way(model(server, timeout=0.3))


def test_a_server_that_trickles(server: ChatServer) -> None:
    server.reply, server.pause = "word " * 100, 0.05
    start = time.monotonic()
    with pytest.raises(ModelFailed, match="took too long"):
        streamed(model(server, timeout=0.5))
    assert time.monotonic() - start < 3


@pytest.mark.parametrize("way", WAYS, ids=["ask", "stream"])
def test_a_dropped_connection(server: ChatServer, way: Callable[[LangChainModel], object]) -> None:
    server.dies_after = 0
    with pytest.raises(ModelFailed, match="did not answer"):
        way(model(server))


def test_a_server_that_dies_in_mid_answer(server: ChatServer) -> None:
    server.reply, server.dies_after = "The harbour is open again [1].", 3
    pieces = model(server).stream("Is it so?")
    got = [next(pieces), next(pieces), next(pieces)]
    assert "".join(got) == "The harbour "
    with pytest.raises(ModelFailed, match="broke off"):
        next(pieces)


@pytest.mark.parametrize("reply", ["", " \n "])
@pytest.mark.parametrize("way", WAYS, ids=["ask", "stream"])
def test_an_empty_reply(
    server: ChatServer, way: Callable[[LangChainModel], object], reply: str
) -> None:
    server.reply = reply
    with pytest.raises(ModelFailed, match="empty reply"):
        way(model(server))


def test_nobody_listens() -> None:
    with pytest.raises(ModelFailed, match="did not answer"):
        LangChainModel("openai:m", 2, retries=0, base_url="http://127.0.0.1:9/v1").ask("Is it so?")


@pytest.mark.parametrize("status", [401, 404, 429, 400, 200])
def test_the_key_is_told_to_nobody(
    server: ChatServer, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level(logging.DEBUG)
    server.statuses = [status]
    chat = model(server)
    told = repr(chat) + str(vars(chat))
    try:
        chat.ask("Is it so?")
    except OnRecordError as error:
        told += "".join(traceback.format_exception(error)) + repr(error)
    assert KEY not in told
    assert KEY not in caplog.text
    assert f"Bearer {KEY}" in server.keys  # it did go where it belongs


@pytest.mark.parametrize(
    ("name", "error", "hint"),
    [
        ("anthropic:claude", ModelMissing, "pip install 'onrecord[anthropic]'"),
        ("ollama:llama", ModelMissing, "pip install 'onrecord[ollama]'"),
        ("groq:llama", ModelMissing, "langchain-groq"),
        ("nonsense:model", SettingsError, "provider:model"),
    ],
)
def test_a_model_that_cannot_be_had_says_what_to_do(
    name: str, error: type[Exception], hint: str
) -> None:
    with pytest.raises(error) as caught:
        LangChainModel(name, timeout=1)
    assert hint in str(caught.value)
