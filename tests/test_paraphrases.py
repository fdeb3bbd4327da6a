"""Faithful paraphrases of the sample corpus, written before the gate that must let them through."""

from __future__ import annotations

import json

from conftest import ROOT

from assistant import Article
from assistant.language import stem, terms
from assistant.reading import read
from assistant.resources import folder
from assistant.settings import load

_MOST_SHARED = 0.6


def test_every_paraphrase_rests_on_its_article_in_other_words() -> None:
    found = read(folder("corpus"), load().reading)
    texts = {article.id: article.text for article in found if isinstance(article, Article)}
    file = ROOT / "tests" / "data" / "paraphrases.jsonl"
    paraphrases = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert len({one["claim"] for one in paraphrases}) == len(paraphrases) >= 200
    for one in paraphrases:
        assert all(quote in texts[one["article"]] for quote in one["quotes"]), one["claim"]
        said = {stem(term) for term in terms(one["claim"])}
        source = {stem(term) for quote in one["quotes"] for term in terms(quote)}
        assert len(said & source) < _MOST_SHARED * len(said), one["claim"]
