"""A planted key reaches the model's server and nothing else: no log, error, trace or report."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from chat_server import chat_server
from conftest import WITHOUT_MODELS

from assistant import Assistant
from assistant.evaluation import run_suite
from assistant.rendering import to_html, to_text
from assistant.settings import load
from assistant.suites import Suite
from assistant.suites.questions import GoldQuestion
from assistant.testing import HashEmbeddings, sample_articles

pytestmark = pytest.mark.slow

KEY = "sk-planted-secret"
QUESTION = "When did harbour3 reopen?"


@pytest.mark.parametrize("status", [200, 401, 404, 429, 500])
def test_a_planted_key_appears_nowhere(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    status: int,
) -> None:
    monkeypatch.setenv("ASSISTANT_ANSWER__KEY", KEY)
    caplog.set_level(logging.DEBUG)
    with chat_server() as server:
        server.reply = "The harbour harbour3 reopened on Monday after repairs [1]."
        server.statuses = [status] * 20
        answer = {"model": "openai:some-model", "base_url": server.url, "retries": 0}
        settings = load(models=WITHOUT_MODELS, answer=answer)
        place = tmp_path / "archive"
        with Assistant.open(place, settings=settings, embedder=HashEmbeddings()) as assistant:
            assistant.add(sample_articles(4))
            found = assistant.ask(QUESTION)
            suite = Suite(
                "s", tmp_path / "q.jsonl", (GoldQuestion("q", QUESTION, articles=("sample-3",)),)
            )
            run_suite(suite, assistant, tmp_path / "run")
        assert f"Bearer {KEY}" in server.keys
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    told = [json.dumps(found.to_dict()), to_text(found), to_html(found), caplog.text, str(settings)]
    assert not any(KEY.encode() in data for data in written)
    assert not any(KEY in text for text in [*told, *capfd.readouterr()])
    assert (found.notice is None) == (status == 200)
