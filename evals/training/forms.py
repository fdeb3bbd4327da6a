"""Train the head that tells the form of a question: three layers on the third one's states.

    python evals/training/forms.py build/forms

writes ``forms.safetensors``, for ``export.py --forms``. Cross-entropy, smoothed, AdamW, on
``forms/train.tsv``, ``forms/train-2.tsv`` and those questions on the articles for training whose
kind tells their form: most ask for a fact. The layers below it are the packaged reader's and stay
as they are; its states are those of the packaged file, whose integers are coarser. The head's
layers begin as the next ones of the encoder that judges sentences: the middle of a cross-encoder
still holds how a question is asked, its last layers only whether a pair fits
(docs/design/reader.md). Seeded; seven minutes on two cores. Prints the loss of each epoch.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from items import read_written, split_of
from network import FORMS, FormHead, shipped, tensors, tokenizer
from onnxruntime import InferenceSession
from pairs import read_items
from safetensors.torch import save_file
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence
from transformers import BertForSequenceClassification

from assistant.models.trained import trained_files

HERE = Path(__file__).resolve().parent
_EPOCHS = 7
_RATE = {"layers": 1e-4, "out": 1e-3}
_WARM_UP = 0.1  # of the steps
_SMOOTHED = 0.05  # of a label, spread over all forms
_BATCH = 32
_SEED = 14
_WITH_KINDS = ("wikinews", "requests")
_FACTS = "fact person place date duration number money reason yes_no keys".split()
_FORMS = dict.fromkeys(_FACTS, "fact") | {"words": "words", "sides": "sides"}

States = list[torch.Tensor]
"""For each question the states of its word pieces: shape (pieces, 384)."""


def read_forms(name: str) -> tuple[list[str], list[str]]:
    """The questions of a file and their forms."""
    lines = (HERE / "forms" / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    forms, questions = zip(*(line.split("\t", 1) for line in lines), strict=True)
    return list(questions), list(forms)


def by_kind() -> tuple[list[str], list[str]]:
    """Questions on the articles for training whose kind tells their form, and the forms."""
    written = [item for one in read_written(HERE / "articles") for item in one.items]
    others = [
        one for name in ("wikinews", "requests") for one in read_items(HERE / f"{name}.jsonl")
    ]
    found = [
        (item["question"], _FORMS[item["kind"]])
        for item in [*written, *others]
        if item.get("kind") in _FORMS and split_of(item["article"]) == "training"
    ]
    questions, forms = zip(*found, strict=True)
    return list(questions), list(forms)


def states(file: Path, questions: Sequence[str]) -> States:
    """What the head sees of questions, in an exported file."""
    pieces, session = tokenizer(), InferenceSession(str(file))
    given = (tensors(pieces, [one], [""]) for one in questions)
    fed = ({name: values.numpy() for name, values in one.items()} for one in given)
    return [torch.tensor(session.run(["states"], one)[0][0]) for one in fed]


def padded(seen: States) -> tuple[torch.Tensor, torch.Tensor]:
    """States of a batch, and 1 for each word piece, 0 for padding."""
    masks = [torch.ones(len(one), dtype=torch.long) for one in seen]
    return pad_sequence(seen, batch_first=True), pad_sequence(masks, batch_first=True)


def train(
    network: BertForSequenceClassification, seen: States, forms: Sequence[str], epochs: int
) -> FormHead:
    """The trained head."""
    torch.manual_seed(_SEED)
    head, chance = FormHead(network).train(), random.Random(_SEED)
    labels = torch.tensor([FORMS.index(form) for form in forms])
    groups = [{"params": getattr(head, name).parameters(), "lr": r} for name, r in _RATE.items()]
    optimizer, total = torch.optim.AdamW(groups), epochs * -(-len(seen) // _BATCH)
    warm_up = max(1, round(_WARM_UP * total))
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda n: min((n + 1) / warm_up, (total - n) / max(1, total - warm_up))
    )
    for epoch in range(epochs):
        order, losses = chance.sample(range(len(seen)), len(seen)), []
        for first in range(0, len(order), _BATCH):
            some = order[first : first + _BATCH]
            logits = head(*padded([seen[n] for n in some]))
            loss = cross_entropy(logits, labels[some], label_smoothing=_SMOOTHED)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(head.parameters(), 1.0)
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()
            losses.append(loss.item())
        print(json.dumps({"epoch": epoch + 1, "loss": sum(losses) / len(losses)}), flush=True)
    return head.eval()


def main(out: Path) -> None:
    """Train and write the head."""
    read = [*map(read_forms, ("train", "train-2")), by_kind()]
    questions, forms = (
        [one for lists in both for one in lists] for both in zip(*read, strict=True)
    )
    seen = states(trained_files("forms")[0], questions)
    network = shipped()
    network.set_attn_implementation("eager")
    head = train(network.eval(), seen, forms, _EPOCHS)
    out.mkdir(parents=True, exist_ok=True)
    save_file(head.state_dict(), out / "forms.safetensors")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
