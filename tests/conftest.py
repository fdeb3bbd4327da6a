from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from chroma_server import run_chroma

from assistant import Assistant
from assistant.archive import Archive
from assistant.language import SpacyParser
from assistant.models.chat_model import ChatModel
from assistant.resources import folder
from assistant.settings import ModelSettings, Settings, load
from assistant.testing import HashEmbeddings

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

    from assistant.web.site import Site

# How long a test takes says how busy the machine is; benchmarks/ is for timings.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
needs_shared = pytest.mark.skipif(
    not SHARED.exists() and "CI" not in os.environ, reason="the shared data is not beside this"
)
"""For tests on real articles, which are no part of the repository; CI has them and runs them."""
PARSER = SpacyParser(ModelSettings())
WITHOUT_MODELS = {"reranker": "off", "reader": "off", "verifier": "off"}


LONG = ("test_browser", "test_wikinews", "test_mutants", "test_gate")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first, so that no worker is left with one of them at the end."""
    items.sort(key=lambda item: item.path.stem not in LONG)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.upper().startswith("ASSISTANT_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def settings() -> Settings:
    return load(models=WITHOUT_MODELS)


@pytest.fixture(scope="session")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Chroma server with a folder of its own."""
    with run_chroma(tmp_path_factory.mktemp("chroma")) as url:
        yield url


@pytest.fixture
def archive(tmp_path: Path, settings: Settings) -> Iterator[Archive]:
    archive = Archive(tmp_path / "archive", HashEmbeddings(), settings)
    yield archive
    archive.close()


OpenAssistant = Callable[..., Assistant]


@pytest.fixture
def open_assistant(tmp_path: Path) -> Iterator[OpenAssistant]:
    """Opens assistants with hash embeddings, without the reranker."""
    opened: list[Assistant] = []

    def open_one(path: Path | None = None, **sections: object) -> Assistant:
        sections = {"models": WITHOUT_MODELS, **sections}
        assistant = Assistant.open(
            path or tmp_path / "archive", settings=load(**sections), embedder=HashEmbeddings()
        )
        opened.append(assistant)
        return assistant

    yield open_one
    for assistant in opened:
        assistant.close()


@pytest.fixture
def site(assistant: Assistant) -> Iterator[Site]:
    """The web room over the assistant that a test module makes."""
    from assistant.web.site import open_site

    site = open_site(assistant)
    yield site
    site.conversations.close()


@pytest.fixture
def client(site: Site) -> TestClient:
    """A browser without a face."""
    from newsroom import client_of

    return client_of(site)


def chatting_over(
    quoting: Assistant, model: ChatModel, judge: ChatModel | None = None, **answer: object
) -> Assistant:
    """An assistant on another's archive and models in which a chat model writes."""
    parts = (quoting.archive, quoting.stages.reranker, PARSER, quoting.writer)
    return Assistant(*parts, load(answer=answer), model, judge)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """The sample corpus behind the real models."""
    with Assistant.open(tmp_path_factory.mktemp("sample") / "archive", settings=load()) as opened:
        opened.add(folder("corpus"))
        yield opened
