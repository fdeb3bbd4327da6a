from __future__ import annotations

import pytest
from conftest import SHARED, needs_shared
from hypothesis import given
from hypothesis import strategies as st

from assistant.archive import Archive
from assistant.archive.passages import split
from assistant.models.embedding import load_embedder
from assistant.models.framing import encoder_text, heading
from assistant.models.tokens import count_tokens
from assistant.reading import read
from assistant.settings import ModelSettings, load
from assistant.testing import HashEmbeddings
from assistant.text import clean, is_blank, sentences
from assistant.types import Article

STRAY = "])}"  # brackets that close nothing belong to no sentence


@given(st.text(st.characters(exclude_categories=[]), max_size=2000), st.integers(20, 60))
def test_passages_are_spans_that_fit_and_cover(text: str, size: int) -> None:
    text = clean(text)
    if is_blank(text):
        return
    article = Article("a", text, title="A headline")
    _, passages = split(article, HashEmbeddings(), size)
    end = 0
    for ordinal, passage in enumerate(passages):
        assert passage.ordinal == ordinal
        assert article.text[passage.start : passage.end] == passage.text
        assert end <= passage.start < passage.end
        assert not "".join(text[end : passage.start].split()).strip(STRAY)
        end = passage.end
    assert not "".join(text[end:].split()).strip(STRAY)
    for passage, tokens in zip(passages, count_tokens([p.text for p in passages]), strict=True):
        # Tokens of joined sentences may differ by those of the white space between them.
        assert tokens <= size + passage.text.count("\n") + len(sentences(passage.text))


def test_sentences_are_packed_whole_up_to_the_size() -> None:
    text = " ".join(f"Sentence number {n} has these eight words." for n in range(40))
    _, passages = split(Article("a", text), HashEmbeddings(), 100)
    assert all(passage.text.endswith("words.") for passage in passages)
    counts = count_tokens([passage.text for passage in passages])
    assert all(80 <= count <= 105 for count in counts[:-1]), counts


@pytest.mark.parametrize("text", ["word " * 3000, "x" * 100_000, "字" * 3000, "\U0001f600" * 3000])
def test_endless_sentences_are_cut(text: str) -> None:
    _, passages = split(Article("a", text.strip()), HashEmbeddings(), 100)
    assert len(passages) > 1
    assert "".join("".join(p.text for p in passages).split()) == "".join(text.split())
    assert max(count_tokens([passage.text for passage in passages])) <= 110


@pytest.mark.slow
def test_the_encoder_reads_every_passage_to_its_end() -> None:
    embedder = load_embedder(ModelSettings())
    texts = [
        "Zweihundertfünfundfünfzig Rhabarberbarbarabarbarbarenbartbarbier. " * 60,
        "The cat sat on the mat. " * 200,
        "https://a.example/" + "x9/" * 2000,
        "العربية لغة جميلة جدا. " * 100,
    ]
    for text in texts:
        article = Article("a", clean(text), title="A long headline " * 40)
        title, passages = split(article, embedder, 150)
        pieces = embedder.count_pieces([encoder_text(title, p.text) for p in passages])
        assert max(pieces) <= embedder.max_pieces - 2


@pytest.mark.slow
def test_a_fact_far_into_an_article_is_found(tmp_path: object) -> None:
    filler = "The council met again and adjourned without a vote on the budget. " * 60
    text = f"{filler}The lighthouse keeper keeps eleven parrots. {filler}"
    archive = Archive(tmp_path / "archive", load_embedder(ModelSettings()), load())
    archive.add([Article("a", text, title="Council adjourns")])
    (best, *_) = archive.search_dense("How many parrots does the lighthouse keeper have?", 3)
    assert "eleven parrots" in best.text
    archive.close()


@pytest.mark.slow
@needs_shared
def test_real_articles_are_cut_to_fit() -> None:
    embedder = load_embedder(ModelSettings())
    for article in read(SHARED / "wikinews" / "articles.jsonl", load().reading):
        assert isinstance(article, Article)
        title, passages = split(article, embedder, 150)
        assert title == heading(article)
        assert all(article.text[p.start : p.end] == p.text for p in passages)
        pieces = embedder.count_pieces([encoder_text(title, p.text) for p in passages])
        assert max(pieces) <= 254
