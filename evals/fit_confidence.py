"""Fit the numbers that decide between an answer and a refusal; see docs/design/quoting.md.

    python evals/fit_confidence.py [--write] [--plot FILE] SUITE=ARCHIVE ...

Each suite is asked over its archive: its questions, and the answerable ones again with their own
articles left out; with and without the reranker, and with and without the reader. The suites must
be of questions that no model was trained on (``evals/training/suites.py --split calibration``).
Figures come from five folds by article; the numbers that ``--write`` stores in
assistant/quoting/confidence.json are fitted to all (Platt scaling: J. Platt, 1999). The threshold
lets nine of ten of the answerable questions through, half of which share hardly a word with their
answer (19 of 20 without a reader): shares that were chosen, not fitted. ``--plot`` draws
how often questions of each confidence are answerable.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from recording import Recorded, record
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from assistant import Assistant
from assistant.models.reader import load_reader
from assistant.quoting import confidence, quoting_writer
from assistant.settings import load
from assistant.suites import read_suite

FILE = Path(confidence.__file__).with_name("confidence.json")
ANSWERED = {"reader": 0.9, "words": 0.95}  # answerable questions that the threshold lets through
PART_BELOW = 1.5  # logits that a part may lie below the threshold before it is called missing
RELATED = 0.98  # share of the answerable questions whose evidence counts as related
SEED = 1
_BINS = 10


@dataclass(frozen=True)
class Example:
    """A question asked, and what the model sees of its best part."""

    asked: Recorded
    figures: dict[str, float]


def examples(suite_name: str, archive: str, reranker: str) -> dict[str, list[Example]]:
    """An example for every question and twin, by the reader and by words."""
    settings = load(models={"reranker": reranker})
    found: dict[str, list[Example]] = {"reader": [], "words": []}
    with Assistant.open(archive, settings=settings) as assistant:
        recorded = record(read_suite(suite_name), assistant)
        for by, rows in found.items():
            reader = load_reader(settings.models) if by == "reader" else None
            reranked = reranker != "off"
            writer = quoting_writer(assistant.archive, reader, reranked, settings.answer)
            for one in recorded:
                parts = [p for p in writer.rank(one.question, one.evidence) if p]
                if parts:
                    best = max(parts, key=lambda part: part[0].score)
                    rows.append(Example(one, confidence.figures(best)))
    return found


def matrix(rows: Sequence[Example], names: Sequence[str]) -> np.ndarray:
    """The figures as a row each: shape (examples, names)."""
    return np.array([[row.figures[name] for name in names] for row in rows])


def cross_validated(rows: Sequence[Example], names: Sequence[str]) -> np.ndarray:
    """For each example the confidence by a model that never saw its articles."""
    seen, truth = matrix(rows, names), np.array([row.asked.answerable for row in rows])
    out = np.zeros(len(rows))
    groups = [row.asked.group for row in rows]
    for train, test in GroupKFold(5).split(rows, groups=groups):
        out[test] = model().fit(seen[train], truth[train]).predict_proba(seen[test])[:, 1]
    return out


def model() -> LogisticRegression:
    """What is fitted."""
    return LogisticRegression(max_iter=5000, random_state=SEED)


def report(rows: Sequence[Example], scores: np.ndarray, threshold: float) -> dict[str, float]:
    """How well answerable is told from not, what the threshold does, and how true the scores are.

    ``calibration_error`` is the mean distance between confidence and share of answerable questions
    over ten equal bins, weighted by their sizes.
    """
    answerable = np.array([row.asked.answerable for row in rows])
    twin = np.array([row.asked.twin for row in rows])
    yes = scores[answerable]
    figures = {"answered": np.mean(yes >= threshold)}
    for name, chosen in (("twins", twin), ("unanswerable", ~answerable & ~twin)):
        if chosen.any():
            no = scores[chosen]
            labels = [1] * len(yes) + [0] * len(no)
            figures[f"auroc_{name}"] = roc_auc_score(labels, [*yes, *no])
            figures[f"{name}_refused"] = np.mean(no < threshold)
    bins = reliability(rows, scores)
    figures["calibration_error"] = sum(n * abs(mean - share) for mean, share, n in bins) / len(rows)
    return {name: round(float(value), 3) for name, value in figures.items()}


def reliability(rows: Sequence[Example], scores: np.ndarray) -> list[tuple[float, float, int]]:
    """For each bin of confidence: its mean, the share of answerable questions, and their number."""
    answerable = np.array([row.asked.answerable for row in rows])
    places = np.minimum((scores * _BINS).astype(int), _BINS - 1)
    return [
        (float(scores[places == n].mean()), float(answerable[places == n].mean()), int(count))
        for n, count in enumerate(np.bincount(places, minlength=_BINS))
        if count
    ]


def fit(
    rows: Sequence[Example], names: Sequence[str], answered: float
) -> tuple[dict[str, Any], np.ndarray]:
    """The numbers fitted to all, with their figures by folds; and the confidences by folds."""
    scores = cross_validated(rows, names)
    answerable = np.array([row.asked.answerable for row in rows])
    threshold = float(np.quantile(scores[answerable], 1 - answered))
    fitted = model().fit(matrix(rows, names), answerable)
    odds = np.log(threshold / (1 - threshold)) - PART_BELOW
    best = [row.figures[names[-1]] for row in rows if row.asked.answerable]
    return {
        "weights": dict(zip(names, np.round(fitted.coef_[0], 3).tolist(), strict=True)),
        "bias": round(float(fitted.intercept_[0]), 3),
        "answers": round(threshold, 3),
        "part": round(float(1 / (1 + np.exp(-odds))), 3),
        "related": round(float(np.quantile(best, 1 - RELATED)), 2),
        "examples": len(rows),
        "five_folds_by_article": report(rows, scores, threshold),
    }, scores


def plot(file: Path, bins: Sequence[tuple[float, float, int]]) -> None:
    """Draw the reliability of a fit."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 4), layout="tight")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.8")
    axes.plot([mean for mean, _, _ in bins], [share for _, share, _ in bins], marker="o")
    for mean, share, count in bins:
        axes.annotate(str(count), (mean, share), textcoords="offset points", xytext=(5, -10))
    axes.set(xlabel="confidence", ylabel="share answerable", xlim=(0, 1), ylim=(0, 1))
    figure.savefig(file)


def main() -> None:
    """Fit, print, and store where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suites", nargs="+", metavar="SUITE=ARCHIVE")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--plot", type=Path)
    given = parser.parse_args()
    stored: dict[str, Any] = {"seed": SEED, "questions": {}}
    for pair in given.suites:
        suite = read_suite(pair.split("=", 1)[0])
        digest = hashlib.sha256(suite.path.read_bytes()).hexdigest()[:16]
        stored["questions"][suite.name] = digest
    for reranker in ("packaged", "off"):
        made = [examples(*pair.split("=", 1), reranker) for pair in given.suites]
        names = ["sentence"] if reranker == "off" else ["sentence", "article"]
        for by in ("reader", "words"):
            rows = [row for one in made for row in one[by]]
            key = by if reranker == "off" else f"{by} and reranker"
            stored[key], scores = fit(rows, names, ANSWERED[by])
            if stored[key]["weights"]["sentence"] < 0:  # it only takes back what the article gives
                stored[key], scores = fit(rows, ["article"], ANSWERED[by])
            print(json.dumps({key: stored[key]}, indent=2))
            if given.plot and key == "reader and reranker":
                plot(given.plot, reliability(rows, scores))
    if given.write:
        FILE.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
