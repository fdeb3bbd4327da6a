"""Fit the head that tells the form of a question: a linear model on the middle of the encoder.

    python evals/training/forms.py build/reader/model

writes ``forms.safetensors`` into the model's folder, for export.py. Logistic regression (L2) on the
mean of the sixth layer's states, on ``forms/train.tsv`` and on those questions of the articles for
training that ask for a fact, which most questions do; the encoder stays as it is. The middle of a
cross-encoder still holds how a question is asked; its last layers only whether a pair fits
(docs/design/reader.md). Prints the accuracy by five folds.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import torch
from items import read_written, split_of
from network import FORMS, middle, tensors, tokenizer
from safetensors.torch import save_file
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from transformers import BertForSequenceClassification

HERE = Path(__file__).resolve().parent
_C = 0.01  # inverse strength of the penalty; .85 by five folds, .84 at .003
_LEAST_SPREAD = 0.05  # of a state over all questions; of the second reader .086 and more
_BATCH = 64
_FACTS = frozenset("fact person place date duration number money reason yes_no".split())


def read_forms(name: str) -> tuple[list[str], list[str]]:
    """The questions of a file and their forms."""
    lines = (HERE / "forms" / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    forms, questions = zip(*(line.split("\t", 1) for line in lines), strict=True)
    return list(questions), list(forms)


def facts() -> list[str]:
    """Questions that ask for a fact, of the articles for training."""
    lines = (HERE / "wikinews.jsonl").read_text(encoding="utf-8").splitlines()
    written = [item for one in read_written(HERE / "articles") for item in one.items]
    return [
        item["question"]
        for item in [*written, *map(json.loads, lines)]
        if item.get("kind") in _FACTS and split_of(item["article"]) == "training"
    ]


def states(network: BertForSequenceClassification, questions: list[str]) -> np.ndarray:
    """What the head sees of questions: shape (questions, 384)."""
    pieces, found = tokenizer(), []
    for first in range(0, len(questions), _BATCH):
        some = questions[first : first + _BATCH]
        given = tensors(pieces, some, [""] * len(some))
        with torch.no_grad():
            hidden = network.bert(**given, output_hidden_states=True).hidden_states
        found.append(middle(hidden, given["attention_mask"]).numpy())
    return np.concatenate(found)


def fit(seen: np.ndarray, forms: list[str]) -> dict[str, torch.Tensor]:
    """Weight and bias of the head, a row for each of ``FORMS``."""
    # A state that hardly differs between questions is no reason: its weight would be past counting.
    mean, spread = seen.mean(axis=0), np.maximum(seen.std(axis=0), _LEAST_SPREAD)
    model = LogisticRegression(C=_C, max_iter=1000).fit((seen - mean) / spread, forms)
    rows = [list(model.classes_).index(form) for form in FORMS]
    weight = (model.coef_ / spread)[rows]
    bias = (model.intercept_ - (model.coef_ / spread) @ mean)[rows]
    return {
        "weight": torch.tensor(weight, dtype=torch.float32),
        "bias": torch.tensor(bias, dtype=torch.float32),
    }


def main(folder: Path) -> None:
    """Fit and write the head."""
    network = BertForSequenceClassification.from_pretrained(folder).eval()
    questions, forms = read_forms("train")
    more = facts()
    seen, labels = states(network, questions + more), forms + ["fact"] * len(more)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    judged = make_pipeline(StandardScaler(), LogisticRegression(C=_C, max_iter=1000))
    right = cross_val_predict(judged, seen, labels, cv=folds) == np.array(labels)
    written, known = right[: len(forms)].mean(), right[len(forms) :].mean()
    print(f"{len(forms)} questions, {written:.3f}; {len(more)} facts, {known:.3f}")
    save_file(fit(seen, labels), folder / "forms.safetensors")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
