"""Train the reader on pairs: one encoder, two heads.

    python evals/training/train.py build/reader build/reader/model

Binary cross-entropy on the logit of the pair's head, where sentences that answer count twice, and
for questions the loss of their order and that of the words that answer, by a head that is thrown
away (marks.py makes the one that is kept); AdamW, warm-up over a tenth of the steps and linear
decay after it. The embeddings stay as they are, and nothing is dropped out: on two cores both save
a third of the time. Seeded. A run that was interrupted goes on from its last checkpoint.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from marks import mark_labels
from network import HEADS, shipped, start, tensors, tokenizer
from tokenizers import Tokenizer
from torch.nn.functional import binary_cross_entropy_with_logits
from transformers import BertForSequenceClassification

_BATCH = {"answers": 32, "supports": 16}
_REPLAYED = 1 / 4  # of the articles of an earlier training, against forgetting
RATE = 3e-5
_WARM_UP = 0.1  # of the steps
_ANSWER_WEIGHT = 2.0
RANKED = 0.5  # weight of the loss of a question's order
MARKED = 1.0  # weight of the loss of the words that answer
_MARK_WEIGHT = torch.tensor(3.0)  # of a word piece that answers, since most do not
_HEAD_RATE = 10  # times the encoder's, for the head of the words that answer
_TOGETHER = 16  # pairs that are read at once
_SORTED = 50  # batches whose pairs are sorted by length together
_EVERY = 50  # steps between two lines of the log
_CHECKPOINT = 100  # steps between two checkpoints

Pair = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs of one head."""

    head: str
    pairs: Sequence[Pair]


def read_pairs(folder: Path, head: str, share: float, chance: random.Random) -> list[Pair]:
    """The pairs of a head, of a share of the articles from 0 to 1.

    Those whose words that answer are known have ``words`` and ``begins``, as in marks.jsonl:
    sentences that a person marked, and those that do not answer, which have none.
    """
    pairs = _lines(folder / f"{head}.jsonl")
    if head == "answers":
        marked = {(one["left"], one["right"]): one for one in _lines(folder / "marks.jsonl")}
        pairs = [marked.get((one["left"], one["right"]), one) for one in pairs]
        for pair in pairs:
            if pair["label"] == 0:
                line, bar = pair["right"].find("\n") + 1, pair["right"].rfind(" | ") + len(" | ")
                pair |= {"words": [], "begins": max(line, bar)}
    articles = sorted({pair["article"] for pair in pairs})
    kept = set(chance.sample(articles, round(share * len(articles))))
    return [pair for pair in pairs if pair["article"] in kept]


def _lines(file: Path) -> list[Pair]:
    return list(map(json.loads, file.read_text(encoding="utf-8").splitlines()))


def batches(head: str, pairs: Sequence[Pair], chance: random.Random) -> Iterator[Batch]:
    """Each pair once, with others of about its length, so that little is padding.

    The pairs of one question stay together.
    """
    groups: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    for place, pair in enumerate(pairs):
        groups[pair["left"], "" if head == "answers" else str(place)].append(pair)
    size, shuffled = _BATCH[head], chance.sample(list(groups.values()), len(groups))
    near_groups = size * _SORTED // max(1, round(len(pairs) / len(groups)))
    for first in range(0, len(shuffled), near_groups):
        near = sorted(shuffled[first : first + near_groups], key=_length)
        held: list[Pair] = []
        for group in near:
            if held and len(held) + len(group) > size:
                yield Batch(head, held)
                held = []
            held = held + group
        yield Batch(head, held)


def _length(group: Sequence[Pair]) -> int:
    return max(len(pair["left"]) + len(pair["right"]) for pair in group)


def loss_of(
    network: BertForSequenceClassification, marks: torch.nn.Linear, pieces: Tokenizer, batch: Batch
) -> Any:
    """Mean loss of a batch."""
    logits, marking = read(network, marks, pieces, batch.pairs)
    logits = logits[:, HEADS.index(batch.head)]
    labels = torch.tensor([pair["label"] for pair in batch.pairs])
    weights = torch.ones_like(labels)
    if batch.head == "supports":
        return binary_cross_entropy_with_logits(logits, labels)
    weights[labels == 1] = _ANSWER_WEIGHT
    each = binary_cross_entropy_with_logits(logits, labels, weights)
    return each + RANKED * ranking_loss(logits, batch.pairs) + MARKED * marking


def read(
    network: BertForSequenceClassification,
    marks: torch.nn.Linear,
    pieces: Tokenizer,
    pairs: Sequence[Pair],
) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits of pairs, a row each, and the mean loss of the words that answer.

    Pairs of about one length are read together.
    """
    order = sorted(range(len(pairs)), key=lambda n: _length([pairs[n]]))
    found, lost = [], []
    for first in range(0, len(order), _TOGETHER):
        some = [pairs[n] for n in order[first : first + _TOGETHER]]
        given = tensors(pieces, [one["left"] for one in some], [one["right"] for one in some])
        seen = network.bert(**given)
        found.append(network.classifier(seen.pooler_output).float())
        lost.append(_marking_losses(marks(seen.last_hidden_state).float(), pieces, some))
    every = torch.cat(lost)
    loss = every.mean() if len(every) else torch.zeros(())
    return torch.cat(found)[torch.tensor(order).argsort()], loss


def _marking_losses(logits: torch.Tensor, pieces: Tokenizer, pairs: Sequence[Pair]) -> torch.Tensor:
    """A loss for each word piece of the sentences whose words that answer are known."""
    length = logits.shape[1]
    unknown = torch.full((length,), -1.0)
    told = torch.stack(
        [mark_labels(pieces, one, length) if "words" in one else unknown for one in pairs]
    )
    known = told >= 0
    return binary_cross_entropy_with_logits(
        logits.squeeze(-1)[known], told[known], reduction="none", pos_weight=_MARK_WEIGHT
    )


def ranking_loss(logits: torch.Tensor, pairs: Sequence[Pair]) -> torch.Tensor:
    """Mean over the questions of how unlikely it is that a sentence that answers comes first.

    The negative logarithm of the share that the sentences that answer have of a softmax over all
    of the question (ListNet's top one, Z. Cao et al., 2007). 0 where no question has an answer.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for place, pair in enumerate(pairs):
        places[pair["left"]].append(place)
    lost = []
    for own in places.values():
        right = [place for place in own if pairs[place]["label"] == 1]
        if right and len(right) < len(own):
            lost.append(logits[own].logsumexp(0) - logits[right].logsumexp(0))
    return torch.stack(lost).mean() if lost else logits.sum() * 0


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
    network: BertForSequenceClassification,
    planned: Sequence[Batch],
    out: Path,
    halved: bool = False,
    frozen: int = 0,
    rate: float = RATE,
    kept: float = 0.0,
) -> list[float]:
    """Train, and write ``config.json`` and ``model.safetensors``; returns the loss of each step.

    Args:
        network: to go on from.
        planned: its batches.
        out: where to.
        halved: whether to compute in bfloat16.
        frozen: lowest layers that stay as they are.
        rate: of learning, at its highest.
        kept: share of the weights that it went on from in those that are written (WiSE-FT,
            M. Wortsman et al., 2022), from 0 to 1: what a training is not about is not lost.
    """
    torch.manual_seed(0)
    network.set_attn_implementation("eager")  # going back through PyTorch's own is twice as slow
    network.bert.embeddings.requires_grad_(False)
    network.bert.encoder.layer[:frozen].requires_grad_(False)
    network.train()
    trained = [weights for weights in network.parameters() if weights.requires_grad]
    marks = torch.nn.Linear(network.config.hidden_size, 1)
    heads = {"params": list(marks.parameters()), "lr": _HEAD_RATE * rate}
    optimizer = torch.optim.AdamW([{"params": trained}, heads], rate, fused=True)
    warm_up, total = max(1, round(_WARM_UP * len(planned))), len(planned)
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda n: min((n + 1) / warm_up, (total - n) / max(1, total - warm_up))
    )
    begun_from = {name: one.clone() for name, one in network.state_dict().items()}
    checkpoint, pieces, begun = out / "checkpoint.pt", tokenizer(), time.monotonic()
    done = _resume(checkpoint, network, marks, optimizer, scheduler)
    losses: list[float] = []
    by_head: dict[str, list[float]] = {head: [] for head in _BATCH}
    for n, batch in enumerate(planned[done:], done + 1):
        with torch.autocast("cpu", torch.bfloat16, enabled=halved):
            loss = loss_of(network, marks, pieces, batch)
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
            states = [one.state_dict() for one in (network, marks, optimizer, scheduler)]
            torch.save([n, *states], checkpoint)
    mixed = {name: one.lerp(begun_from[name], kept) for name, one in network.state_dict().items()}
    network.load_state_dict(mixed)
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
    parser.add_argument("--heads", nargs="+", choices=HEADS, default=HEADS)
    parser.add_argument("--share", type=float, default=1.0, help="of the articles, from 0 to 1")
    parser.add_argument("--frozen", type=int, default=0, help="lowest layers that stay as they are")
    parser.add_argument("--layers", type=int, choices=(6, 12), default=12)
    parser.add_argument("--start", help="to go on from: a folder that train.py wrote, or packaged")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--steps", type=int, help="at most")
    parser.add_argument("--bfloat16", action="store_true", help="faster where the processor has it")
    parser.add_argument("--rate", type=float, default=RATE, help="of learning, at its highest")
    parser.add_argument("--kept", type=float, default=0.0, help="share of the weights before")
    parser.add_argument("--seed", type=int, default=14)
    asked = parser.parse_args()
    torch.manual_seed(asked.seed)
    chance = random.Random(asked.seed)
    pairs = {head: read_pairs(asked.pairs, head, asked.share, chance) for head in asked.heads}
    for head in asked.heads if asked.replay else ():
        pairs[head] += read_pairs(asked.replay, head, _REPLAYED, chance)
    asked.out.mkdir(parents=True, exist_ok=True)
    if asked.start == "packaged":
        network = shipped("claims" if asked.heads == ["supports"] else "sentences")
    elif asked.start:
        network = BertForSequenceClassification.from_pretrained(asked.start)
    else:
        network = start(asked.layers)
    planned = plan(pairs, asked.epochs, asked.steps, chance)
    train(network, planned, asked.out, asked.bfloat16, asked.frozen, asked.rate, asked.kept)


if __name__ == "__main__":
    main()
