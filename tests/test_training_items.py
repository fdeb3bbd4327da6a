"""The training items keep to their brief; nothing here reads what is sealed but its form."""

from __future__ import annotations

import json
import math
import random
import sys
from functools import partial
from pathlib import Path
from typing import Any, get_args

import onnx
import pytest
import torch
from conftest import ROOT, SHARED, needs_shared
from safetensors.torch import save_file
from transformers import BertForSequenceClassification

from assistant.models.embedding import packaged_pieces
from assistant.models.pair_model import workers
from assistant.models.reader_model import Part, ReaderModel
from assistant.models.reranking import PackagedReranker
from assistant.models.trained import TrainedReader, trained_files
from assistant.settings import load
from assistant.suites import read_suite
from assistant.testing import WordOverlap

TRAINING = ROOT / "evals" / "training"
sys.path.insert(0, str(TRAINING))
import suites  # noqa: E402
from export import export, pack, write_forms, write_pairs  # noqa: E402
from forms import padded, read_forms, states  # noqa: E402
from forms import train as train_forms  # noqa: E402
from items import ERRORS, Malformed, read_article, read_written, split_of  # noqa: E402
from marks import fit as fit_marks  # noqa: E402
from marks import mark_labels  # noqa: E402
from marks import pieces as marked_pieces  # noqa: E402
from network import (  # noqa: E402
    FORMS,
    FormHead,
    lower_layers,
    shipped,
    start,
    tensors,
    tokenizer,
)
from pairs import LATER, answer_pairs, later_items, mark_pairs, read_texts, support_pairs  # noqa: E402
from train import Batch, ranking_loss, read, read_pairs, train  # noqa: E402

QUESTION = "Who closed the Sond bridge on Monday?"
ANSWER = "Ada Brandt closed the Sond bridge on Monday."
OTHER = "Bakers in Althof sold fewer rolls."
MARKS = [
    {"left": QUESTION, "right": f"Sond\n{ANSWER}", "begins": 5, "words": ["Ada Brandt"]},
    {"left": "What fell?", "right": f"Althof\n{OTHER}", "begins": 7, "words": ["rolls"]},
]

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


def test_a_third_of_the_articles_is_sealed_and_a_ninth_for_calibration() -> None:
    ids = {one.id for one in WRITTEN} | {item["article"] for item in OTHERS}
    splits = list(map(split_of, ids))
    assert 0.27 < splits.count("sealed") / len(ids) < 0.4
    assert 0.08 < splits.count("calibration") / len(ids) < 0.15


def test_spans_are_of_the_articles() -> None:
    for one in WRITTEN:
        for item in one.items:
            spans = [*item.get("answers", ()), *item.get("also", ()), *item.get("support", ())]
            assert all(0 <= start < end <= len(one.text) for start, end in spans)


@needs_shared
def test_later_items_are_of_articles_that_are_not_sealed() -> None:
    for name in (*LATER, "marks"):
        items = later_items(name)
        assert items
        assert {split_of(one["article"]) for one in items} <= {"training", "calibration"}
    texts = read_texts(SHARED / "wikinews" / "articles.jsonl", items=LATER)
    made = list(mark_pairs(texts))
    assert len(made) > 1500
    assert all(word in one["right"][one["begins"] :] for one in made for word in one["words"])


def test_the_words_that_answer_are_told_from_the_others_of_their_sentence() -> None:
    labels = mark_labels(tokenizer(), MARKS[0], 40)
    assert (labels == 1).sum() == 2  # Ada, Brandt
    assert (labels == 0).sum() == 8  # with the full stop, and So-nd
    assert (labels[-5:] == -1).all()


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


def made_pairs(count: int, seed: int = 1) -> dict[str, list[dict[str, Any]]]:
    """The pairs of both heads for so many articles."""
    texts = read_texts(SHARED / "wikinews" / "articles.jsonl")[:count]
    return {
        "answers": list(answer_pairs(texts, random.Random(seed), WordOverlap())),
        "supports": list(support_pairs(texts, random.Random(seed))),
    }


@needs_shared
def test_pairs_are_of_what_is_for_training_and_the_same_each_time() -> None:
    made = made_pairs(20)
    assert made == made_pairs(20)
    for pairs in made.values():
        assert {split_of(pair["article"]) for pair in pairs} == {"training"}
        assert {pair["label"] for pair in pairs} <= {0.0, 0.25, 1.0}
        assert 0.03 < sum(pair["label"] == 1 for pair in pairs) / len(pairs) < 0.6
        assert all(pair["right"].count("\n") == 1 for pair in pairs)


@needs_shared
def test_the_questions_of_a_split_are_a_suite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = str(SHARED / "wikinews" / "articles.jsonl")
    monkeypatch.setattr("sys.argv", ["suites", str(tmp_path), others, "--split", "calibration"])
    suites.main()
    suite = read_suite(str(tmp_path / "calibration.toml"))
    assert {split_of(name) for one in suite.questions for name in one.articles} == {"calibration"}
    assert {one.answerable for one in suite.questions} == {True, False}
    assert any(one.history for one in suite.questions)
    assert all(one.wanted for one in suite.questions if one.answerable)
    texts = {
        fields["id"]: fields["text"]
        for fields in map(json.loads, (tmp_path / "articles.jsonl").read_text().splitlines())
    }
    assert len(texts) == len(WRITTEN) + len({item["article"] for item in OTHERS})
    assert all(one.quote in texts[one.article] for q in suite.questions for one in q.evidence)


@needs_shared
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # the exporter is of the old kind, which needs no onnxscript
def test_fifty_steps_of_training_lower_the_loss_and_the_file_loads(tmp_path: Path) -> None:
    made, chance = made_pairs(20), random.Random(1)
    few = [Batch(head, chance.sample(pairs, 2)) for head, pairs in made.items() for _ in range(5)]
    losses = train(start(6), few * 5, tmp_path)
    assert len(losses) == 50
    assert sum(losses[-10:]) < 0.95 * sum(losses[:10])
    trained = BertForSequenceClassification.from_pretrained(tmp_path).eval()
    assert not (tmp_path / "checkpoint.pt").exists()
    pair = few[0].pairs[0]
    with torch.no_grad():
        expected = trained(**tensors(tokenizer(), [pair["left"]], [pair["right"]])).logits[0]
    marks = torch.nn.Linear(384, 1)
    marks.load_state_dict(fit_marks(*marked_pieces(trained, MARKS)))
    write_pairs(trained, marks, tmp_path / "sentences.onnx")
    write_pairs(trained, None, tmp_path / "claims.onnx")
    forms = FormHead(trained)
    write_forms(lower_layers(), forms, tmp_path / "forms.onnx")
    packed = tmp_path / "packed"
    packed.mkdir()
    pack({part: tmp_path / f"{part}.onnx" for part in get_args(Part)}, packed)
    sizes = [(tmp_path / f"{part}.onnx").stat().st_size for part in get_args(Part)]
    assert (packed / "weights.bin").stat().st_size < 0.8 * sum(sizes)  # equal ones are kept once
    exported, threads = ReaderModel(partial(_with_pieces, packed)), workers(1, "test")
    left, right = pair["left"], pair["right"]
    assert exported.sentences.logits(threads, left, [right]) == [
        pytest.approx(float(expected[0]), abs=1e-3)
    ]
    assert exported.claims.logits(threads, left, [right]) == [
        pytest.approx(float(expected[1]), abs=1e-3)
    ]
    with torch.no_grad():
        told = forms.eval()(*padded(states(packed / "forms.onnx", [left])))[0]
    assert exported.forms(left) == pytest.approx(told.tolist(), abs=1e-3)
    found = exported.marks(MARKS[0]["left"], MARKS[0]["right"])
    assert found
    assert all(start < end <= len(MARKS[0]["right"]) for start, end, _ in found)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_head_for_forms_is_trained_apart(tmp_path: Path) -> None:
    asked = states(trained_files("forms")[0], read_forms("train")[0][:20])
    forms = train_forms(shipped(), asked, [FORMS[n % len(FORMS)] for n in range(20)], epochs=1)
    save_file(forms.state_dict(), tmp_path / "forms.safetensors")
    export(tmp_path, False, None, None, tmp_path / "forms.safetensors")
    made, packaged = ReaderModel(partial(_with_pieces, tmp_path)), ReaderModel(trained_files)
    with torch.no_grad():
        told = forms(*padded(asked[:1]))[0].tolist()
    assert made.forms(read_forms("train")[0][0]) == pytest.approx(told, abs=0.3)
    threads = workers(1, "test")
    for mine, theirs in ((made.sentences, packaged.sentences), (made.claims, packaged.claims)):
        told = theirs.logits(threads, QUESTION, [ANSWER])
        assert mine.logits(threads, QUESTION, [ANSWER]) == told


def test_nothing_is_computed_that_is_not_asked_for() -> None:
    """Onnxruntime computes all that a graph holds: each has what one question needs."""
    for part in get_args(Part):
        graph = onnx.load(str(trained_files(part)[0]), load_external_data=False).graph
        wanted = {one.name for one in graph.output}
        for node in reversed(graph.node):  # in the order in which they are computed
            if wanted & set(node.output):
                wanted |= set(node.input)
        unread = [node.name for node in graph.node if not wanted & set(node.output)]
        assert unread == []


def _with_pieces(folder: Path, part: Part) -> tuple[Path, Path]:
    return folder / f"{part}.onnx", packaged_pieces()


@pytest.mark.slow
def test_training_starts_from_the_packaged_weights() -> None:
    pairs = [(QUESTION, ANSWER), (QUESTION, OTHER)]
    with torch.no_grad():
        logits = start().eval()(**tensors(tokenizer(), *map(list, zip(*pairs, strict=True))))
    packaged = PackagedReranker(load().models).score(QUESTION, [ANSWER, OTHER])
    for own, known in zip((logits.logits / 0.3).tolist(), packaged, strict=True):
        assert own == pytest.approx([known, known], abs=0.5)  # of 20


@pytest.mark.slow
def test_training_goes_on_from_the_packaged_reader() -> None:
    pairs = [(QUESTION, ANSWER), (QUESTION, OTHER)]
    given = tensors(tokenizer(), *map(list, zip(*pairs, strict=True)))
    reader = TrainedReader(load().models)
    with torch.no_grad():
        answers, supports = (
            shipped(part).eval()(**given).logits[:, place].tolist()
            for part, place in (("sentences", 0), ("claims", 1))
        )
    assert answers == pytest.approx(reader.answers(QUESTION, [ANSWER, OTHER]), abs=0.3)  # of 10
    assert supports == pytest.approx(reader.supports(QUESTION, [ANSWER, OTHER]), abs=0.5)


def test_the_words_that_answer_are_known_of_marked_sentences_and_of_wrong_ones(
    tmp_path: Path,
) -> None:
    right = {"left": QUESTION, "right": f"Sond\n{ANSWER}", "label": 1.0, "article": "a"}
    wrong = {**right, "right": f"Sond\nIt rained. | {OTHER}", "label": 0.0}
    unmarked = {**right, "left": "Who?"}
    lines = "".join(json.dumps(one) + "\n" for one in (right, wrong, unmarked))
    (tmp_path / "answers.jsonl").write_text(lines)
    (tmp_path / "marks.jsonl").write_text(json.dumps(right | MARKS[0]) + "\n")
    pairs = read_pairs(tmp_path, "answers", 1.0, random.Random(1))
    assert [pair.get("words") for pair in pairs] == [["Ada Brandt"], [], None]
    assert pairs[1]["right"][pairs[1]["begins"] :] == OTHER
    nothing = torch.nn.Linear(384, 1)
    torch.nn.init.zeros_(nothing.weight)
    torch.nn.init.constant_(nothing.bias, -20.0)  # nothing answers
    network = start(6).eval()
    with torch.no_grad():
        (_, one), (_, two), (_, none) = (
            read(network, nothing, tokenizer(), [pair]) for pair in pairs
        )
    assert one > 1 > two == pytest.approx(0, abs=1e-6)
    assert none == 0


def test_the_loss_of_an_order_counts_questions_with_right_and_wrong_sentences() -> None:
    pairs = [
        {"left": "who?", "label": 1.0},
        {"left": "who?", "label": 0.0},
        {"left": "when?", "label": 0.0},
        {"left": "where?", "label": 1.0},
    ]
    even = ranking_loss(torch.tensor([2.0, 2.0, 9.0, -9.0]), pairs)
    assert even.item() == pytest.approx(math.log(2))
    assert ranking_loss(torch.tensor([9.0, 2.0, 9.0, -9.0]), pairs) < 0.001
    assert ranking_loss(torch.tensor([1.0, 2.0]), pairs[2:]).item() == 0


@pytest.mark.slow
def test_a_training_goes_on_from_its_last_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("train._CHECKPOINT", 2)
    planned = [Batch("answers", [{"left": QUESTION, "right": ANSWER, "label": 1.0}])] * 4
    with pytest.raises(ValueError, match="empty"):
        train(start(6), [*planned[:2], Batch("answers", [])], tmp_path)
    assert len(train(start(6), planned, tmp_path)) == 2
