"""How well a reader ranks sentences and judges claims, on articles that it was not trained on.

    python evals/training/measure.py build/reader/model ../shared/data/wikinews/articles.jsonl

The model is a folder that export.py wrote, ``packaged`` for the reader that is shipped, or
``start`` for the cross-encoder that it was trained from. Prints a JSON object a line. For
questions, ranked among the sentences of their
article and eight of other articles that share their rarest words: how often an answer is first, or
among the first three; how well the best logit tells answerable questions from near-unanswerable
ones, and from those whose article is left out. For claims: how well the logit tells faithful from
wrong ones, and the share of wrong ones below it where so many faithful ones are above. For forms:
how many of the questions kept apart have theirs. For marks: how much the words that are
marked share with those that a person marked (F1 of word pieces), and how often nothing.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, get_args

import numpy as np
from forms import read_forms
from items import Split
from network import FORMS
from pairs import (
    FIRST,
    LATER,
    Text,
    from_others,
    mark_pairs,
    read_texts,
    sentences_by_word,
)
from sklearn.metrics import roc_auc_score, roc_curve

from assistant.models.embedding import packaged_pieces
from assistant.models.pair_model import workers
from assistant.models.reader_model import ReaderModel
from assistant.models.reranking import PackagedReranker
from assistant.models.trained import stretch, trained_files
from assistant.settings import ModelSettings

_SHOWN = (0.6, 0.7, 0.75, 0.9)  # shares of the faithful claims

Marks = Callable[[str, str], list[tuple[int, int, float]]]
"""The word pieces of a text: first character, one past the last, and logit."""

Judge = Callable[[str, Sequence[str]], list[float]]
"""The logit of a text with each of others."""


def network_of(model: str) -> ReaderModel | None:
    """A model's networks; None for ``start``, which is another one."""
    if model == "start":
        return None
    if model == "packaged":
        return ReaderModel(trained_files)
    return ReaderModel(lambda part: (Path(model) / f"{part}.onnx", packaged_pieces()))


def judges(network: ReaderModel | None) -> tuple[Judge, Judge]:
    """What a model says of sentences, and of claims."""
    if network is None:
        score = PackagedReranker(ModelSettings()).score
        return score, score
    threads = workers(0, "measure")
    return partial(network.sentences.logits, threads), partial(network.claims.logits, threads)


def of_questions(texts: Sequence[Text], judge: Judge) -> dict[str, Any]:
    """How sentences are ranked, by kind of question too, and what the best logits tell apart."""
    holders = sentences_by_word(texts)
    first: dict[str, list[bool]] = defaultdict(list)
    third: list[bool] = []
    best: dict[str, list[float]] = {"own": [], "none": [], "left out": []}
    for text in texts:
        for item in text.items:
            if "question" not in item:
                continue
            right = text.touching(item["answers"])
            near = from_others(item["question"], text, holders)
            own = [text.sentence(n) for n in range(len(text.sentences))]
            asked = [*own, *(other.sentence(n) for other, n in near)]
            logits = judge(item["question"], asked)
            order = sorted(range(len(logits)), key=lambda n: -logits[n])
            if item["kind"] == "unanswerable":
                best["none"].append(max(logits))
                continue
            first[item["kind"]].append(order[0] in right)
            third.append(bool(set(order[:3]) & right))
            best["own"].append(max(logits))
            best["left out"].append(max(logits[len(own) :], default=-11.0))
    return {
        "questions": len(third),
        "first": _mean([one for kind in first.values() for one in kind]),
        "in three": _mean(third),
        "near-unanswerable, AUROC": _auroc(best["own"], best["none"]),
        "left out, AUROC": _auroc(best["own"], best["left out"]),
        "first, by kind": {kind: _mean(first[kind]) for kind in sorted(first)},
    }


def of_claims(texts: Sequence[Text], judge: Judge) -> dict[str, Any]:
    """How faithful and wrong claims are told apart."""
    items = [(text, item) for text in texts for item in text.items if "claim" in item]
    logits = np.array(
        [judge(item["claim"], [text.read(item["support"])])[0] for text, item in items]
    )
    faithful = np.array([item["faithful"] for _, item in items])
    missed, shown, _ = roc_curve(faithful, logits)
    kinds: dict[str, list[bool]] = defaultdict(list)
    middle = np.quantile(logits[faithful], 1 - _SHOWN[2])
    for (_, item), logit in zip(items, logits, strict=True):
        if not item["faithful"]:
            kinds[item["error"]].append(bool(logit < middle))
    return {
        "claims": len(items),
        "AUROC": _auroc(logits[faithful], logits[~faithful]),
        "balanced accuracy at best": round(float(max((shown + 1 - missed) / 2)), 3),
        "caught": {
            share: _mean(logits[~faithful] < np.quantile(logits[faithful], 1 - share))
            for share in _SHOWN
        },
        f"caught at {_SHOWN[2]}, by error": {kind: _mean(kinds[kind]) for kind in sorted(kinds)},
    }


def of_forms(network: ReaderModel, name: str) -> dict[str, Any]:
    """How many questions are given their form, and which forms are mistaken for which."""
    questions, forms = read_forms(name)
    given = [FORMS[int(np.argmax(network.forms(text)))] for text in questions]
    both = list(zip(forms, given, strict=True))
    mistaken = Counter(f"{form} as {got}" for form, got in both if form != got)
    right = _mean([form == got for form, got in both])
    return {
        "forms": name,
        "questions": len(both),
        "right": right,
        "mistaken": dict(mistaken.most_common(8)),
    }


def of_marks(texts: Sequence[Text], marks: Marks) -> dict[str, Any]:
    """How well the words that answer are found in sentences that do."""
    shares = []
    for pair in mark_pairs(texts):
        found = [one for one in marks(pair["left"], pair["right"]) if one[0] >= pair["begins"]]
        first, last = stretch(found) or (0, 0)
        mine = {n for n, (start, end, _) in enumerate(found) if start < last and first < end}
        spans = [(pair["right"].find(one, pair["begins"]), len(one)) for one in pair["words"]]
        theirs = {
            n
            for n, (start, end, _) in enumerate(found)
            if any(start < at + size and at < end for at, size in spans)
        }
        shares.append(2 * len(mine & theirs) / (len(mine) + len(theirs)))
    told = np.array(shares)
    return {"marks": len(told), "F1": _mean(told), "beside": _mean(told == 0)}


def _auroc(higher: Sequence[float], lower: Sequence[float]) -> float:
    labels = [1] * len(higher) + [0] * len(lower)
    return round(float(roc_auc_score(labels, [*higher, *lower])), 3)


def _mean(values: Sequence[Any]) -> float:
    return round(float(np.mean(values)), 3)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("others", type=Path, help="articles of the items in wikinews.jsonl")
    parser.add_argument("--split", choices=get_args(Split), default="calibration")
    parser.add_argument("--items", nargs="+", choices=(*FIRST, *LATER), default=FIRST)
    parser.add_argument("--every", type=int, default=1, help="only every so manieth article")
    asked = parser.parse_args()
    texts = read_texts(asked.others, asked.split, asked.items)[:: asked.every]
    network = network_of(asked.model)
    answers, supports = judges(network)
    told = [of_questions(texts, answers)]
    if asked.items == FIRST:
        told.append(of_claims(texts, supports))
    if network is not None:
        told += [of_forms(network, name) for name in ("test", "test-2", "test-3")]
        if asked.split != "sealed":  # no later item is of a sealed article
            told.append(of_marks(read_texts(asked.others, asked.split, LATER), network.marks))
    for figures in told:
        print(json.dumps({"model": asked.model, "split": asked.split, **figures}))


if __name__ == "__main__":
    main()
