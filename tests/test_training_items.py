"""The training items keep to their brief; nothing here reads what is sealed but its form."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import pytest
from conftest import ROOT, SHARED, needs_shared

TRAINING = ROOT / "evals" / "training"
sys.path.insert(0, str(TRAINING))
from items import ERRORS, Malformed, is_sealed, read_article, read_written  # noqa: E402
from pairs import answer_pairs, read_texts, support_pairs  # noqa: E402

WRITTEN = read_written(TRAINING / "articles")
OTHERS = list(
    map(json.loads, (TRAINING / "wikinews.jsonl").read_text(encoding="utf-8").splitlines())
)


def test_there_are_as_many_as_the_reader_needs() -> None:
    items = [*OTHERS, *(item for one in WRITTEN for item in one.items)]
    kinds = [item.get("kind", "claim") for item in items]
    assert len(WRITTEN) >= 250
    assert len({item["article"] for item in items}) >= 550
    assert len({one.fields["genre"] for one in WRITTEN}) == 12
    assert kinds.count("claim") >= 3000
    assert kinds.count("unanswerable") >= 800
    assert kinds.count("follow_up") >= 400
    assert len(kinds) - sum(map(kinds.count, ("claim", "unanswerable", "follow_up"))) >= 3000


def test_half_of_the_claims_are_wrong_in_every_way() -> None:
    claims = [item for one in WRITTEN for item in one.items if "claim" in item]
    errors = [item["error"] for item in claims if not item["faithful"]]
    assert set(errors) == ERRORS
    assert 0.45 < len(errors) / len(claims) < 0.55


def test_a_third_of_the_articles_is_sealed() -> None:
    ids = {one.id for one in WRITTEN} | {item["article"] for item in OTHERS}
    sealed = sum(map(is_sealed, ids))
    assert 0.27 < sealed / len(ids) < 0.4


def test_spans_are_of_the_articles() -> None:
    for one in WRITTEN:
        for item in one.items:
            spans = [*item.get("answers", ()), *item.get("also", ()), *item.get("support", ())]
            assert all(0 <= start < end <= len(one.text) for start, end in spans)


@pytest.mark.parametrize(
    ("items", "fault"),
    [
        ("Q number: how many\nA: Nine boats sank.", "not in the text"),
        ("Q colour: how many\nA: Two boats sank.", "unknown kind"),
        ("Q number: how many", "without A"),
        ("T: Two boats sank.", "without S"),
        ("W tone: Boats sank.\nS: Two boats sank.", "unknown error"),
        ("U: who owned them\nA: Two boats sank.", "unanswerable question with A"),
        ("F: who | and when\nA: Two boats sank.", "needs three parts"),
        ("A: Two boats sank.", "belongs to"),
        ("X: what", "no item"),
    ],
)
def test_what_breaks_the_brief_is_named(items: str, fault: str, tmp_path: Path) -> None:
    file = tmp_path / "one.txt"
    file.write_text(f"title: Boats\ngenre: agency\n===\nTwo boats sank.\n===\n{items}\n")
    with pytest.raises(Malformed, match=fault):
        read_article(file)


@needs_shared
def test_pairs_are_of_what_is_not_sealed_and_the_same_each_time() -> None:
    texts = read_texts(SHARED / "wikinews" / "articles.jsonl")[:20]
    assert not any(is_sealed(text.article.id) for text in texts)
    for made in (answer_pairs, support_pairs):
        pairs = list(made(texts, random.Random(1)))
        assert pairs == list(made(texts, random.Random(1)))
        assert {pair["label"] for pair in pairs} <= {0.0, 0.25, 1.0}
        assert 0.03 < sum(pair["label"] == 1 for pair in pairs) / len(pairs) < 0.6
        assert all(pair["right"].count("\n") == 1 for pair in pairs)
