"""What every implementation of a seam keeps to: the shipped models and the fakes alike."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from chat_server import chat_server
from pydantic import SecretStr

from assistant.language import Parser, SpacyParser
from assistant.models.chat_model import ChatModel, LangChainModel, Reply
from assistant.models.embedding import Embedder, load_embedder
from assistant.models.reader import Reader
from assistant.models.reranking import PackagedReranker, Reranker
from assistant.models.trained import TrainedReader
from assistant.models.verifier import Verifier
from assistant.settings import load
from assistant.testing import FlatParser, HashEmbeddings, ScriptedChatModel, WordOverlap

MODELS = load().models
PACKAGED = PackagedReranker(MODELS)
QUESTION = "Who closed the Sond bridge on Monday?"
ANSWER = "Ada Brandt closed the Sond bridge on Monday."
OTHER = "Bakers in Althof sold fewer rolls."

slow = pytest.mark.slow


@pytest.mark.parametrize(
    "embedder", [HashEmbeddings(), pytest.param(load_embedder(MODELS), marks=slow)]
)
def test_an_embedder(embedder: Embedder) -> None:
    assert embedder.name
    assert embedder.max_pieces > 0
    counts = embedder.count_pieces(["", "one", "one two three"])
    assert counts[0] == 0 < counts[1] < counts[2]
    vectors = embedder.encode([QUESTION, ANSWER, OTHER])
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    assert np.allclose(embedder.encode([ANSWER])[0], vectors[1], atol=1e-5)
    kept = embedder.encode_passages([QUESTION, ANSWER, OTHER])
    assert kept.dtype == np.float32
    assert ((kept * vectors).sum(axis=1) > 0.999).all()


@pytest.mark.parametrize("reranker", [WordOverlap(), pytest.param(PACKAGED, marks=slow)])
def test_a_reranker(reranker: Reranker) -> None:
    good, bad = reranker.score(QUESTION, [ANSWER, OTHER])
    assert good > bad
    assert reranker.score(QUESTION, [OTHER, ANSWER]) == [bad, good]  # company changes nothing
    assert reranker.score(QUESTION, []) == []
    assert reranker.name


@pytest.mark.parametrize("reader", [WordOverlap(), pytest.param(TrainedReader(MODELS), marks=slow)])
def test_a_reader(reader: Reader) -> None:
    good, bad = reader.answers(QUESTION, [ANSWER, OTHER])
    assert good > bad
    assert reader.answers(QUESTION, [OTHER]) == [bad]
    assert reader.answers(QUESTION, []) == []
    assert reader.name


@pytest.mark.parametrize(
    "verifier", [WordOverlap(), pytest.param(TrainedReader(MODELS), marks=slow)]
)
def test_a_verifier(verifier: Verifier) -> None:
    claim = "The Sond bridge was closed by Ada Brandt."
    good, bad = verifier.supports(claim, [ANSWER, OTHER])
    assert good > bad
    assert verifier.supports(claim, [OTHER]) == [bad]
    assert verifier.supports(claim, []) == []
    assert verifier.name


@pytest.mark.parametrize("parser", [FlatParser(), SpacyParser(MODELS)])
@pytest.mark.parametrize("text", [ANSWER, "“No,” she said.", "", "Łukasz Żuławski left… 3.5 %"])
def test_a_parser(parser: Parser, text: str) -> None:
    (parse,) = parser.parse([text])
    assert "".join(token.text for token in parse.tokens) == "".join(text.split())
    assert all(text[token.start : token.end] == token.text for token in parse.tokens)
    assert all(0 <= token.head < len(parse.tokens) for token in parse.tokens)
    assert not parse.tokens or parse.tokens[parse.tokens[0].head].dep  # every tree has a root
    (entities,) = parser.entities([text])
    assert all(text[one.start : one.start + len(one.text)] == one.text for one in entities)
    assert [one.start for one in entities] == sorted(one.start for one in entities)
    assert parser.parse([]) == parser.entities([]) == []


@pytest.fixture(params=["scripted", pytest.param("langchain", marks=slow)])
def chat(request: pytest.FixtureRequest) -> Iterator[ChatModel]:
    if request.param == "scripted":
        yield ScriptedChatModel("supported", "supported")
        return
    with chat_server() as server:
        yield LangChainModel("openai:m", 5.0, base_url=server.url, key=SecretStr("k"))


def test_a_chat_model(chat: ChatModel) -> None:
    reply = chat.ask("Is it so?")
    assert reply.text == "supported"
    assert reply.input_tokens > 0 < reply.output_tokens
    pieces, stream = [], chat.stream("Is it so?")
    try:
        while True:
            pieces.append(next(stream))
    except StopIteration as end:
        whole: Reply = end.value
    assert "".join(pieces) == whole.text == "supported"
    assert chat.name
