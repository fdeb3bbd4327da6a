"""Fit the numbers that decide which articles belong to a story or a list; see docs/design/forms.md.

    python evals/fit_matter.py [--write] TOPICS=ARCHIVE ...

TOPICS is a file as topics/BRIEF.md describes it, written by people who saw no code. Each question
is asked over its archive, with and without the reranker, and with and without the reader. Prints
how well the articles that are chosen are those that belong (F1 of each question, their mean) by
five folds of the questions; the numbers that ``--write`` stores in assistant/quoting/matter.json
are fitted to all (Platt scaling: J. Platt, 1999), and the least probability of each form is the one
with the best F1 by folds.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from fit_confidence import model
from recording import Recorder
from sklearn.model_selection import GroupKFold

from assistant import Assistant
from assistant.models.reader import load_reader
from assistant.quoting import matter
from assistant.quoting.by_article import articles_of, judged
from assistant.quoting.scoring import Scorer
from assistant.settings import load

FILE = Path(matter.__file__).with_name("matter.json")
_LEAST = np.arange(0.15, 0.65, 0.05)  # probabilities that are tried


@dataclass(frozen=True)
class Example:
    """An article that was found for a topic."""

    topic: str
    form: str
    seen: matter.Figures
    belongs: bool


def examples(file: str, archive: str, reranker: str) -> dict[str, list[Example]]:
    """An example for every article found, by the reader and by words; none for arguable ones.

    Only of questions that were understood to ask for what they ask for, and name a matter.
    """
    settings = load(models={"reranker": reranker})
    found: dict[str, list[Example]] = {"reader": [], "words": []}
    readers = {"reader": load_reader(settings.models), "words": None}
    with Assistant.open(archive, settings=settings) as assistant:
        writer = assistant.stages.writer = Recorder()
        for topic in map(json.loads, Path(file).read_text(encoding="utf-8").splitlines()):
            writer.given.clear()
            assistant.ask(topic["question"])
            for question, evidence in writer.given:
                articles, query = articles_of(evidence), question.parts[0].query
                if question.form != topic["form"] or not query or not articles:
                    continue
                sentences = [one for article in articles for one in article.found]
                for by, rows in found.items():
                    scorer = Scorer(readers[by], assistant.archive.term_shares)
                    scored = scorer.score(question, sentences)[0]
                    figures = judged(query, articles, scored, assistant.archive.encode)
                    for article, seen in zip(articles, figures, strict=True):
                        hit = article.found[0].evidence.hit
                        ids = {hit.passage.article.id, *(copy.id for copy in hit.copies)}
                        right, arguable = (set(topic[n]) & ids for n in ("articles", "also"))
                        if right or not arguable:
                            example = Example(question.text, question.form, seen, bool(right))
                            rows.append(example)
    return found


def matrix(rows: Sequence[Example]) -> np.ndarray:
    """The figures as a row each."""
    return np.array([[float(value) for value in asdict(row.seen).values()] for row in rows])


def cross_validated(rows: Sequence[Example]) -> np.ndarray:
    """For each example its probability by a model that never saw its topic."""
    seen, truth = matrix(rows), np.array([row.belongs for row in rows])
    out = np.zeros(len(rows))
    for train, test in GroupKFold(5).split(rows, groups=[row.topic for row in rows]):
        out[test] = model().fit(seen[train], truth[train]).predict_proba(seen[test])[:, 1]
    return out


def f1(rows: Sequence[Example], chosen: np.ndarray, form: str) -> float:
    """The mean over a form's topics of 2 x right / (chosen + belonging)."""
    by_topic: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for row, one in zip(rows, chosen, strict=True):
        if row.form == form:
            by_topic[row.topic].append((bool(one), row.belongs))
    values = []
    for pairs in by_topic.values():
        both, either = sum(a and b for a, b in pairs), sum(a + b for a, b in pairs)
        values.append(2 * both / either if either else 1.0)
    return float(np.mean(values))


def fit(rows: Sequence[Example]) -> tuple[dict[str, Any], dict[str, float]]:
    """The numbers, fitted to all, and F1 by folds for each form."""
    scores, truth = cross_validated(rows), [row.belongs for row in rows]
    by_form = {
        form: max((round(f1(rows, scores >= p, form), 3), round(float(p), 2)) for p in _LEAST)
        for form in ("story", "list")
    }
    fitted = model().fit(matrix(rows), truth)
    names = matter.Figures.__dataclass_fields__
    return {
        "weights": dict(zip(names, np.round(fitted.coef_[0], 3).tolist(), strict=True)),
        "bias": round(float(fitted.intercept_[0]), 3),
        "least": {form: least for form, (_, least) in by_form.items()},
    }, {form: value for form, (value, _) in by_form.items()}


def main() -> None:
    """Fit, print, and store where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("topics", nargs="+", metavar="TOPICS=ARCHIVE")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    stored: dict[str, Any] = {}
    for reranker in ("packaged", "off"):
        made = [examples(*pair.split("=", 1), reranker) for pair in given.topics]
        for by in ("reader", "words"):
            rows = [row for one in made for row in one[by]]
            key = by if reranker == "off" else f"{by} and reranker"
            stored[key], figures = fit(rows)
            topics = len({row.topic for row in rows})
            told = {"articles": len(rows), "topics": topics, "F1 by folds": figures}
            print(json.dumps({key: stored[key], **told}))
    if given.write:
        FILE.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
