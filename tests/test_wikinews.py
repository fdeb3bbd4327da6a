"""The figures of the issue, on the shared real articles: a gate, not a benchmark of time."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from conftest import ROOT, SHARED

from assistant import Assistant
from assistant.settings import load

sys.path.insert(0, str(ROOT / "benchmarks"))
from questions import measure, read_questions

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SHARED.exists(), reason="the shared data is not here"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("wikinews") / "archive"
    with Assistant.open(place, settings=load()) as assistant:
        assert assistant.add(SHARED / "wikinews" / "articles.jsonl").added == 405
        report = assistant.add(SHARED / "wikinews" / "articles.jsonl")
        assert (report.added, report.updated, report.unchanged) == (0, 0, 405)
    return place


@pytest.mark.parametrize("reranker", ["packaged", "off"])
def test_quotes_are_exact_and_the_right_articles_cited(place: Path, reranker: str) -> None:
    questions = read_questions(SHARED / "wikinews" / "questions.jsonl")
    with Assistant.open(place, settings=load(models={"reranker": reranker})) as assistant:
        figures = measure(assistant, questions)
    assert figures.exact == 1.0
    assert figures.quotes > 150
    assert figures.gold_cited >= 0.93
