"""The sample corpus and its questions hold what they promise."""

from __future__ import annotations

import json
from collections import Counter
from itertools import combinations
from typing import Any

import pytest

from assistant.archive.copies import signature, similarity
from assistant.reading import read
from assistant.resources import folder
from assistant.settings import load
from assistant.types import Article, Skipped


@pytest.fixture(scope="module")
def files() -> list[Article]:
    items = list(read(folder("corpus"), load().reading))
    skipped = [item for item in items if isinstance(item, Skipped)]
    assert [item.path.rsplit("/", 1)[-1] for item in skipped] == ["README.md"]
    return [item for item in items if isinstance(item, Article)]


@pytest.fixture(scope="module")
def current(files: list[Article]) -> dict[str, Article]:
    return {article.id: article for article in files}  # a correction comes after its original


@pytest.fixture(scope="module")
def questions() -> list[dict[str, Any]]:
    lines = (folder("evals") / "sample.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_articles_are_dated_marked_and_of_a_size(files: list[Article]) -> None:
    assert len(files) >= 40
    for article in files:
        assert 150 <= len(article.text.split()) <= 600, article.id
        assert article.published
        assert article.outlet
        assert article.language == "en"
        assert article.license == "CC-BY-4.0"
        assert article.url is None or ".example/" in article.url
    assert [article.id for article in files if not article.fictional] == ["or-0001"]


def test_the_report_keeps_the_quoted_phrases(current: dict[str, Article]) -> None:
    text = current["or-0001"].text
    assert "“usual tactics to deflect attention from its own internal failings”" in text
    assert "“baseless”" in text


def test_one_story_is_corrected(files: list[Article]) -> None:
    (twice,) = [i for i, n in Counter(article.id for article in files).items() if n > 1]
    original, corrected = (article for article in files if article.id == twice)
    assert original.correction is None
    assert corrected.correction
    assert corrected.updated
    assert original.text != corrected.text


def test_one_story_is_printed_by_three_outlets(current: dict[str, Article]) -> None:
    signatures = {article.id: signature(article.text) for article in current.values()}
    least = load().retrieval.copy_similarity
    pairs = {
        (one, two)
        for one, two in combinations(sorted(signatures), 2)
        if similarity(signatures[one], signatures[two]) >= least
    }
    assert pairs == set(combinations(["kv-0301", "kv-0302", "kv-0303"], 2))
    assert len({current[i].outlet for i in ("kv-0301", "kv-0302", "kv-0303")}) == 3


def test_questions_are_sixty_and_a_tenth_has_no_answer(questions: list[dict[str, Any]]) -> None:
    assert len(questions) == 60
    assert len({question["id"] for question in questions}) == 60
    assert sum(not question["answerable"] for question in questions) == 6
    assert questions[0]["question"] == "what did the MEA say about Naqvi's claims"


def test_evidence_is_exact_and_holds_what_must_be_included(
    questions: list[dict[str, Any]], current: dict[str, Article]
) -> None:
    for question in questions:
        assert bool(question["evidence"]) == question["answerable"], question["id"]
        quotes = ""
        for evidence in question["evidence"]:
            assert evidence["article"] in question["articles"]
            assert evidence["quote"] in current[evidence["article"]].text, question["id"]
            quotes += evidence["quote"].casefold() + " "
        for entry in question["must_include"]:
            alternatives = [entry] if isinstance(entry, str) else entry
            assert any(text.casefold() in quotes for text in alternatives), question["id"]
