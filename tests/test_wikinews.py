"""The shared real articles: a gate, not a benchmark of time."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import SHARED, needs_shared

from assistant import Assistant
from assistant.evaluation import gate, run_suite
from assistant.reading.injection import is_order
from assistant.settings import load
from assistant.suites import read_suite
from assistant.text import sentences

pytestmark = [
    pytest.mark.slow,
    needs_shared,
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of every second article, and of those that the questions are about."""
    place = tmp_path_factory.mktemp("wikinews") / "archive"
    suite = read_suite(SHARED / "wikinews" / "questions.jsonl")
    asked = {article for question in suite.questions for article in question.articles}
    lines = (SHARED / "wikinews" / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    some = [line for n, line in enumerate(lines) if n % 2 or json.loads(line)["id"] in asked]
    file = place.with_suffix(".jsonl")
    file.write_text("\n".join(some), encoding="utf-8")
    with Assistant.open(place, settings=load()) as assistant:
        assert assistant.add(file).added == len(some)
        report = assistant.add(file)
        assert (report.added, report.updated, report.unchanged) == (0, 0, len(some))
    return place


@pytest.mark.parametrize(("models", "every"), [("packaged", 8), ("off", 2)])
def test_quotes_are_exact_and_the_right_articles_cited(
    place: Path, models: str, every: int, tmp_path: Path
) -> None:
    suite = read_suite(SHARED / "wikinews" / "questions.jsonl")
    cited = {"packaged": 0.85, "off": 0.75}  # one of ten is refused; words alone refuse more
    thresholds = {**suite.thresholds, "article_cited": cited[models]}
    asked = replace(suite, questions=suite.questions[::every], thresholds=thresholds)
    with Assistant.open(
        place, settings=load(models={"reranker": models, "reader": models})
    ) as assistant:
        run = run_suite(asked, assistant, tmp_path / "run")
    verdict = gate(run)
    assert (verdict.failures, verdict.unjudged) == ((), ())
    assert sum(result.scores["exact_quotes"].of for result in run.results) > 300 / every


def test_no_sentence_of_a_real_article_is_taken_for_an_order(place: Path) -> None:
    with Assistant.open(place, settings=load()) as assistant:
        texts = [assistant.archive.article(one.id).text for one in assistant.archive.articles()]
    every = [text[span.start : span.end] for text in texts for span in sentences(text)]
    assert len(every) > 2500
    assert [one for one in every if is_order(one)] == []
