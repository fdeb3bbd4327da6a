"""Fit the head that tells which words of a sentence answer: a linear model on the last layer.

    python evals/training/marks.py build/reader build/reader/model

writes ``marks.safetensors`` into the model's folder, for export.py. Logistic regression (L2) on the
states of the sentences' word pieces in ``marks.jsonl`` (pairs.py); the encoder stays as it is.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from items import Item
from network import tensors, tokenizer
from pairs import read_items
from safetensors.torch import save_file
from sklearn.linear_model import LogisticRegression
from tokenizers import Tokenizer
from transformers import BertForSequenceClassification

_C = 0.1  # inverse strength of the penalty
_BATCH = 32


def pieces(
    network: BertForSequenceClassification, pairs: Sequence[Item]
) -> tuple[np.ndarray, np.ndarray]:
    """States of the word pieces of all sentences, shape (pieces, 384), and whether they answer."""
    words, states, labels = tokenizer(), [], []
    ordered = sorted(pairs, key=lambda pair: len(pair["left"]) + len(pair["right"]))
    for first in range(0, len(ordered), _BATCH):
        some = ordered[first : first + _BATCH]
        given = tensors(words, [one["left"] for one in some], [one["right"] for one in some])
        with torch.no_grad():
            last = network.bert(**given).last_hidden_state
        told = torch.stack([mark_labels(words, one, last.shape[1]) for one in some])
        states.append(last[told >= 0].numpy())
        labels.append(told[told >= 0].numpy())
    return np.concatenate(states), np.concatenate(labels)


def mark_labels(pieces: Tokenizer, pair: Item, length: int) -> torch.Tensor:
    """For each word piece 1 where it is of the words that answer, 0 of others of the sentence.

    Pieces that are not of the sentence get -1. Shape (length,).
    """
    found = pieces.encode(pair["left"], pair["right"])
    starts = [pair["right"].index(words, pair["begins"]) for words in pair["words"]]
    spans = [(at, at + len(words)) for at, words in zip(starts, pair["words"], strict=True)]
    labels = torch.full((length,), -1.0)
    for n, ((begin, end), of) in enumerate(zip(found.offsets, found.type_ids, strict=True)):
        if of == 1 and end > begin >= pair["begins"]:
            labels[n] = float(any(first < end and begin < last for first, last in spans))
    return labels


def fit(states: np.ndarray, labels: np.ndarray) -> dict[str, torch.Tensor]:
    """Weight and bias of the head."""
    model = LogisticRegression(C=_C, max_iter=1000).fit(states, labels)
    return {
        "weight": torch.tensor(model.coef_, dtype=torch.float32),
        "bias": torch.tensor(model.intercept_, dtype=torch.float32),
    }


if __name__ == "__main__":
    folder, out = map(Path, sys.argv[1:])
    trained = BertForSequenceClassification.from_pretrained(out).eval()
    seen, answering = pieces(trained, read_items(folder / "marks.jsonl"))
    save_file(fit(seen, answering), out / "marks.safetensors")
    print(f"{len(answering)} word pieces, {answering.mean():.3f} of them answer")
