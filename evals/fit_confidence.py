"""Fit the numbers that decide between an answer and a refusal; see docs/design/quoting.md.

    python evals/fit_confidence.py [--reranker off] [--write] [--examples FILE] SUITE=ARCHIVE ...

Each suite is asked over its archive: its questions, and the answerable ones again with their own
articles left out. Figures come from five folds by article; the numbers that ``--write`` stores in
assistant/quoting/confidence.json are fitted to all. The threshold lets 93 %
of the answerable questions through: a share that was chosen, not fitted, for answers and refusals
to be right about equally often. Asking takes minutes; ``--examples`` keeps what was seen.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

import assistant.quoting.confidence as confidence
from assistant import Assistant
from assistant.evaluation.gold import locate, twin_filters
from assistant.quoting import Confidence
from assistant.settings import load
from assistant.suites import read_suite
from assistant.types import EVERYTHING, Question

FILE = Path(confidence.__file__).with_name("confidence.json")
ANSWERED = 0.93  # share of the answerable questions that the threshold lets through
PART_BELOW = 1.5  # logits that a part may lie below the threshold before it is called missing
SEED = 1


@dataclass(frozen=True)
class Example:
    """A question asked, and what the model saw of it."""

    suite: str
    group: str
    answerable: bool
    twin: bool
    seen: tuple[float, ...]


class Recorder(Confidence):
    """Remembers what it saw."""

    seen: dict[str, float] | None = None

    def judge(self, question, evidence, ranked):
        """As the parent does."""
        parts = [
            confidence.features(part, evidence, sentences, self._shares)
            for part, sentences in zip(question.parts, ranked, strict=True)
        ]
        self.seen = max(parts, key=self._logit)  # what decides
        return super().judge(question, evidence, ranked)


def examples(suite_name: str, archive: str, reranker: str) -> tuple[list[str], list[Example]]:
    """The names of the features, and an example for every question and twin."""
    suite = read_suite(suite_name)
    found: list[Example] = []
    names: list[str] = []
    with Assistant.open(archive, settings=load(models={"reranker": reranker})) as assistant:
        numbers = confidence.fitted(reranker != "off")
        recorder = Recorder(numbers, assistant.archive.term_shares)
        assistant.writer.confidence = recorder
        for gold in locate(suite, assistant.archive):
            for twin in [False, True] if gold.has_twin else [False]:
                recorder.seen = None
                filters = twin_filters(gold) if twin else EVERYTHING
                assistant.ask(Question(gold.question.question, gold.question.history, filters))
                if recorder.seen is None:
                    continue  # nothing at all was found
                names = list(recorder.seen)
                group = next(iter(gold.question.gold_articles), gold.question.id)
                answerable = gold.question.answerable and not twin
                seen = tuple(recorder.seen.values())
                found.append(Example(suite.name, group, answerable, twin, seen))
    return names, found


def fit(rows: list[Example]) -> LogisticRegression:
    """The model on these examples."""
    model = LogisticRegression(max_iter=5000, random_state=SEED)
    return model.fit(np.array([row.seen for row in rows]), [row.answerable for row in rows])


def cross_validated(rows: list[Example]) -> np.ndarray:
    """For each example the confidence by a model that never saw its articles."""
    out = np.zeros(len(rows))
    groups = [row.group for row in rows]
    for train, test in GroupKFold(5).split(rows, groups=groups):
        model = fit([rows[place] for place in train])
        out[test] = model.predict_proba(np.array([rows[place].seen for place in test]))[:, 1]
    return out


def report(
    rows: list[Example], scores: np.ndarray, threshold: float
) -> dict[str, dict[str, float]]:
    """For each suite: how well answerable is told from not, and what the threshold does."""
    figures: dict[str, dict[str, float]] = {}
    for suite in dict.fromkeys(row.suite for row in rows):
        own = [(row, score) for row, score in zip(rows, scores, strict=True) if row.suite == suite]
        yes = [score for row, score in own if row.answerable]
        twins = [score for row, score in own if row.twin]
        no = [score for row, score in own if not row.answerable and not row.twin]
        figures[suite] = {"answered": float(np.mean(np.array(yes) >= threshold))}
        for name, others in (("twins", twins), ("unanswerable", no)):
            if others:
                labels = [1] * len(yes) + [0] * len(others)
                figures[suite][f"auroc_{name}"] = float(roc_auc_score(labels, yes + others))
                figures[suite][f"{name}_refused"] = float(np.mean(np.array(others) < threshold))
        figures[suite] = {name: round(value, 3) for name, value in figures[suite].items()}
    return figures


def kept(file: Path | None) -> tuple[list[Example], list[str]] | None:
    """The examples of an earlier run."""
    if file is None or not file.exists():
        return None
    names, *lines = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return [Example(**line) for line in lines], names


def asked(suites: list[str], reranker: str) -> tuple[list[Example], list[str]]:
    """The examples of all suites, and the names of the features."""
    rows: list[Example] = []
    names: list[str] = []
    for pair in suites:
        suite, archive = pair.split("=", 1)
        names, found = examples(suite, archive, reranker)
        rows += found
    return rows, names


def main() -> None:
    """Fit, print, and store where asked."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("suites", nargs="+", metavar="SUITE=ARCHIVE")
    arguments.add_argument("--reranker", default="packaged")
    arguments.add_argument("--write", action="store_true")
    arguments.add_argument("--examples", type=Path, help="kept here, or read from here")
    given = arguments.parse_args()
    rows, names = kept(given.examples) or asked(given.suites, given.reranker)
    if given.examples:
        lines = [json.dumps(names), *(json.dumps(asdict(row)) for row in rows)]
        given.examples.write_text("\n".join(lines), encoding="utf-8")
    scores = cross_validated(rows)
    yes = [score for row, score in zip(rows, scores, strict=True) if row.answerable]
    threshold = float(np.quantile(yes, 1 - ANSWERED))
    model = fit(rows)
    odds = np.log(threshold / (1 - threshold)) - PART_BELOW
    off = given.reranker == "off"
    numbers = {
        "weights": dict(zip(names, np.round(model.coef_[0], 3).tolist(), strict=True)),
        "bias": round(float(model.intercept_[0]), 3),
        "answers": round(threshold, 3),
        "part": round(float(1 / (1 + np.exp(-odds))), 3),
        "related": -4.5 if off else -8.0,
    }
    figures = report(rows, scores, threshold)
    print(json.dumps({"numbers": numbers, "five folds by article": figures}, indent=2))
    if given.write:
        stored = json.loads(FILE.read_text(encoding="utf-8"))
        made_from = {
            suite.split("=")[0]: hashlib.sha256(
                read_suite(suite.split("=")[0]).path.read_bytes()
            ).hexdigest()[:16]
            for suite in given.suites
        }
        stored["by_words" if off else "reranked"] = numbers
        stored.setdefault("fitted", {})["by_words" if off else "reranked"] = {
            "seed": SEED,
            "examples": len(rows),
            "questions": {Path(name).name: digest for name, digest in made_from.items()},
            "five_folds_by_article": figures,
        }
        FILE.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
