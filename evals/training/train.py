"""Train the reader on pairs: one encoder, two heads.

    python evals/training/train.py build/reader build/reader/model

Binary cross-entropy on the logit of the pair's head, AdamW, warm-up over a tenth of the steps and
linear decay after it; sentences that answer count twice. The word embeddings stay as they are, and
nothing is dropped out: on two cores both save a third of the time. With ``--forms`` the middle
layer learns the forms of questions, too, and with ``--marks`` the last one which word pieces
answer, by linear heads that are thrown away (forms.py and marks.py fit theirs afterwards). Seeded.
A run that was interrupted goes on from its last checkpoint.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from forms import facts, read_forms
from network import FORMS, HEADS, middle, start, tensors, tokenizer
from tokenizers import Tokenizer
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy
from transformers import BertForSequenceClassification

_BATCH = {"answers": 32, "supports": 16, "forms": 32, "marks": 16}
_REPLAYED = 1 / 4  # of the articles of an earlier training, against forgetting
_RATE = 3e-5
_WARM_UP = 0.1  # of the steps
_ANSWER_WEIGHT = 2.0
_SORTED = 50  # batches whose pairs are sorted by length together
_EVERY = 50  # steps between two lines of the log
_CHECKPOINT = 100  # steps between two checkpoints

Pair = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs of one head, or questions with their forms."""

    head: str
    pairs: Sequence[Pair]


class Reader(torch.nn.Module):
    """The network, and heads on its middle layer for forms, and on its last for marks."""

    def __init__(self, network: BertForSequenceClassification) -> None:
        super().__init__()
        self.network = network
        self.forms = torch.nn.Linear(network.config.hidden_size, len(FORMS))
        self.marks = torch.nn.Linear(network.config.hidden_size, 1)


def read_pairs(folder: Path, head: str, share: float, chance: random.Random) -> list[Pair]:
    """The pairs of a head, of a share of the articles from 0 to 1."""
    lines = (folder / f"{head}.jsonl").read_text(encoding="utf-8").splitlines()
    pairs = list(map(json.loads, lines))
    articles = sorted({pair["article"] for pair in pairs})
    kept = set(chance.sample(articles, round(share * len(articles))))
    return [pair for pair in pairs if pair["article"] in kept]


def batches(head: str, pairs: Sequence[Pair], chance: random.Random) -> Iterator[Batch]:
    """Each pair once, with others of about its length, so that little is padding."""
    size, shuffled = _BATCH[head], chance.sample(pairs, len(pairs))
    for first in range(0, len(shuffled), size * _SORTED):
        near = shuffled[first : first + size * _SORTED]
        near.sort(key=lambda pair: len(pair["left"]) + len(pair["right"]))
        for place in range(0, len(near), size):
            yield Batch(head, near[place : place + size])


def loss_of(reader: Reader, pieces: Tokenizer, batch: Batch) -> Any:
    """Mean loss of a batch."""
    lefts, rights = ([pair[side] for pair in batch.pairs] for side in ("left", "right"))
    given = tensors(pieces, lefts, rights)
    if batch.head in ("forms", "marks"):
        hidden = reader.network.bert(**given, output_hidden_states=True).hidden_states
        if batch.head == "marks":
            labels = torch.stack(
                [mark_labels(pieces, one, hidden[-1].shape[1]) for one in batch.pairs]
            )
            seen = reader.marks(hidden[-1]).squeeze(-1)
            return binary_cross_entropy_with_logits(seen[labels >= 0], labels[labels >= 0])
        labels = torch.tensor([FORMS.index(pair["label"]) for pair in batch.pairs])
        return cross_entropy(reader.forms(middle(hidden, given["attention_mask"])), labels)
    logits = reader.network(**given).logits[:, HEADS.index(batch.head)]
    labels = torch.tensor([pair["label"] for pair in batch.pairs])
    weights = torch.ones_like(labels)
    if batch.head == "answers":
        weights[labels == 1] = _ANSWER_WEIGHT
    return binary_cross_entropy_with_logits(logits, labels, weights)


def mark_labels(pieces: Tokenizer, pair: Pair, length: int) -> torch.Tensor:
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


def form_pairs() -> list[Pair]:
    """Questions whose form is known."""
    asked = [*zip(*read_forms("train"), strict=True), *((one, "fact") for one in facts())]
    return [{"left": question, "right": "", "label": form} for question, form in asked]


def plan(
    pairs: dict[str, list[Pair]], epochs: int, steps: int | None, chance: random.Random
) -> list[Batch]:
    """The batches of all epochs, both heads mixed."""
    planned = []
    for _ in range(epochs):
        epoch = [batch for head in pairs for batch in batches(head, pairs[head], chance)]
        planned += chance.sample(epoch, len(epoch))
    return planned[:steps]


def train(
    network: BertForSequenceClassification, planned: Sequence[Batch], out: Path
) -> list[float]:
    """Train, and write ``config.json`` and ``model.safetensors``; returns the loss of each step."""
    torch.manual_seed(0)
    network.bert.embeddings.word_embeddings.requires_grad_(False)
    reader = Reader(network).train()
    trained = [weights for weights in reader.parameters() if weights.requires_grad]
    optimizer = torch.optim.AdamW(trained, _RATE, fused=True)
    warm_up, total = max(1, round(_WARM_UP * len(planned))), len(planned)
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda n: min((n + 1) / warm_up, (total - n) / max(1, total - warm_up))
    )
    checkpoint, pieces, begun = out / "checkpoint.pt", tokenizer(), time.monotonic()
    done = _resume(checkpoint, reader, optimizer, scheduler)
    losses: list[float] = []
    by_head: dict[str, list[float]] = {head: [] for head in _BATCH}
    for n, batch in enumerate(planned[done:], done + 1):
        loss = loss_of(reader, pieces, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        by_head[batch.head].append(losses[-1])
        if n % _EVERY == 0 or n == total:
            means = {head: _mean(values[-_EVERY:]) for head, values in by_head.items()}
            spent = round(time.monotonic() - begun)
            print(json.dumps({"step": n, "of": total, "seconds": spent, **means}), flush=True)
        if n % _CHECKPOINT == 0:
            states = [one.state_dict() for one in (reader, optimizer, scheduler)]
            torch.save([n, *states], checkpoint)
    network.save_pretrained(out)
    checkpoint.unlink(missing_ok=True)
    return losses


def _resume(checkpoint: Path, *parts: Any) -> int:
    """Load the last checkpoint into the parts; returns the steps that were done."""
    if not checkpoint.exists():
        return 0
    done, *states = torch.load(checkpoint)
    for part, state in zip(parts, states, strict=True):
        part.load_state_dict(state)
    return int(done)


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0


def main() -> None:
    """Train as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path, help="folder that pairs.py wrote")
    parser.add_argument("out", type=Path)
    parser.add_argument("--replay", type=Path, help="folder of an earlier training, to mix in")
    parser.add_argument("--forms", action="store_true", help="learn the forms of questions, too")
    parser.add_argument("--marks", action="store_true", help="learn the words that answer, too")
    parser.add_argument("--heads", nargs="+", choices=HEADS, default=HEADS)
    parser.add_argument("--share", type=float, default=1.0, help="of the articles, from 0 to 1")
    parser.add_argument("--layers", type=int, choices=(6, 12), default=12)
    parser.add_argument("--start", type=Path, help="a model that train.py wrote, to go on from")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--steps", type=int, help="at most")
    parser.add_argument("--seed", type=int, default=14)
    asked = parser.parse_args()
    torch.manual_seed(asked.seed)
    chance = random.Random(asked.seed)
    pairs = {head: read_pairs(asked.pairs, head, asked.share, chance) for head in asked.heads}
    for head in asked.heads if asked.replay else ():
        pairs[head] += read_pairs(asked.replay, head, _REPLAYED, chance)
    if asked.marks:
        pairs["marks"] = read_pairs(asked.pairs, "marks", asked.share, chance)
    if asked.forms:
        pairs["forms"] = form_pairs()
    asked.out.mkdir(parents=True, exist_ok=True)
    if asked.start:
        network = BertForSequenceClassification.from_pretrained(asked.start)
    else:
        network = start(asked.layers)
    train(network, plan(pairs, asked.epochs, asked.steps, chance), asked.out)


if __name__ == "__main__":
    main()
