"""Fit the numbers that decide which sentences an answer is made of; see docs/design/forms.md.

    python evals/fit_belonging.py [--write] QUESTIONS=ARCHIVE ... --stories STORIES=ARCHIVE ...

QUESTIONS is a file as choices/CHOICES.md describes it, written by people who saw no code, of
articles that no model was trained on. Each question is asked over its archive, with and without the
reranker, and with and without the reader. From what was found an answer is made much as the product
makes it (six sentences and 120 words for every form, whoever speaks), and what each sentence looked
like beside those chosen before it is an example: it belongs if the writer of the question has it.
It is made three times, first by what the writer chose, then by the model itself, so that it learns
from its own mistakes, too (S. Ross et al., 2011). Those of STORIES are not asked: each article of
the ideal answer is a pool.

Prints the figures of score_choices.py by five folds of the articles for several least
probabilities; the numbers that ``--write`` stores in assistant/quoting/belonging.json are fitted to
all (Platt scaling: J. Platt, 1999). The least probability of answers is one with the most good
ones, that of stories the one with the best F1.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
from fit_confidence import model
from recording import Recorder
from score_choices import Span, judged, touch
from sklearn.model_selection import GroupKFold

from assistant import Assistant
from assistant.models.embedding import Vectors
from assistant.models.reader import load_reader
from assistant.quoting import belonging
from assistant.quoting.belonging import Belonging, Figures, figures
from assistant.quoting.by_article import OF_A_STORY, Article, articles_of, opening, told
from assistant.quoting.candidates import candidates
from assistant.quoting.choosing import Choice, Pool
from assistant.quoting.scoring import ScoredSentence, Scorer
from assistant.settings import load
from assistant.types import Evidence, Form, Hit, Part, Question
from assistant.understanding.understand import topic

FILE = Path(belonging.__file__).with_name("belonging.json")
FORMS = [form for form in get_args(Form) if form not in ("list", "talk")]
LEAST = {"reader": {"answers": 0.5, "stories": 0.4}, "words": {"answers": 0.3, "stories": 0.3}}
_TRIED = (0.3, 0.4, 0.45, 0.5, 0.55, 0.6)  # probabilities
_ROUNDS = 2  # by the model itself
_LEARNED = 0.25  # probability down to which the model goes on while it learns
_MOST, _WORDS = 6, 120  # of an answer
_JUDGED = 24  # sentences, as the writer judges


@dataclass(frozen=True)
class Asked:
    """A question with its ideal answer, as it was understood, and what was found for it."""

    ideal: dict[str, Any]
    form: Form
    pools: list[Pool]
    firsts: list[ScoredSentence]
    """The sentence of each pool that is chosen first."""

    @property
    def group(self) -> str:
        """What folds are made by: the article of its answer."""
        return str(self.ideal["answer"][0][0])

    def belongs(self, one: ScoredSentence) -> bool:
        """Whether the writer of the question has a sentence in the answer, or beside it."""
        return any(touch(_span(one), o) for o in (*self.ideal["answer"], *self.ideal["also"]))


Example = tuple[Form, Figures, bool]
"""A sentence beside those chosen before it, and whether it belongs."""


def asked_of(file: str, archive: str, reranker: str) -> dict[str, list[Asked]]:
    """The questions of a file, by the reader and by words; but those answered by article."""
    settings = load(models={"reranker": reranker})
    found: dict[str, list[Asked]] = {"reader": [], "words": []}
    with Assistant.open(archive, settings=settings) as assistant:
        writer, scorers = Recorder(), _scorers(assistant)
        assistant.stages.writer = writer
        for ideal in map(json.loads, Path(file).read_text(encoding="utf-8").splitlines()):
            writer.given.clear()
            assistant.ask(ideal["question"])
            for question, evidence in writer.given:
                every = candidates(evidence, assistant.archive.statements)
                for by, rows in found.items() if every and not question.by_article else ():
                    ranked = scorers[by].score(question, every, _JUDGED)
                    parts = zip(question.parts, ranked, strict=True)
                    pools = [Pool(part.text, part.query, own) for part, own in parts]
                    firsts = [pool.sentences[0] for pool in pools]
                    rows.append(Asked(ideal, question.form, pools, firsts))
    return found


def stories(file: str, archive: str) -> dict[str, list[Asked]]:
    """The stories of a file, by the reader and by words: a pool for each of their articles."""
    found: dict[str, list[Asked]] = {"reader": [], "words": []}
    with Assistant.open(archive) as assistant:
        scorers = _scorers(assistant)
        for ideal in map(json.loads, Path(file).read_text(encoding="utf-8").splitlines()):
            query = topic(ideal["question"]) or ideal["question"]
            question = Question(ideal["question"], form="story", parts=(Part(query, query),))
            names = dict.fromkeys(name for name, *_ in ideal["answer"])
            passages = [p for name in names for p in assistant.archive.passages(name)]
            evidence = [Evidence(n, Hit(p, 0.0)) for n, p in enumerate(passages, 1)]
            for by, rows in found.items() if ideal["form"] == "story" else ():
                rows.append(_story(ideal, question, articles_of(evidence), scorers[by]))
    return found


def _scorers(assistant: Assistant) -> dict[str, Scorer]:
    reader = load_reader(assistant.settings.models)
    shares = assistant.archive.term_shares
    return {"reader": Scorer(reader, shares), "words": Scorer(None, shares)}


def _story(
    ideal: dict[str, Any], question: Question, articles: Sequence[Article], scorer: Scorer
) -> Asked:
    pools, firsts = [], []
    for article in articles:
        every = [*article.found, *article.rest]
        ranked = scorer.score(question, every)[0]
        pools.append(Pool("", question.parts[0].query, ranked))
        line = next(one for one in ranked if one.candidate is every[0])
        firsts.append(opening(line, ranked) if len(articles) == 1 else line)
    return Asked(ideal, "story", pools, firsts)


def examples(rows: Sequence[Asked], by: Belonging | None) -> Iterator[Example]:
    """What a model sees while answers are made: by a model, or by what the writers chose."""
    for row in rows:
        for pool, first in zip(row.pools, row.firsts, strict=True):
            chosen, best = [first], pool.sentences[0]
            while len(chosen) < _MOST and (left := [o for o in pool.sentences if o not in chosen]):
                seen = [figures(one, chosen, best, pool.query) for one in left]
                right = [row.belongs(one) for one in left]
                yield from zip([row.form] * len(left), seen, right, strict=True)
                likely = [by.of(row.form, one) for one in seen] if by else right
                next_one = int(np.argmax(likely))
                if likely[next_one] < _LEARNED:
                    break
                chosen.append(left[next_one])


def fitted(rows: Sequence[Asked]) -> Belonging:
    """A model of these questions."""
    seen = list(examples(rows, None))
    made = _fit(seen)
    for _ in range(_ROUNDS):
        seen += examples(rows, made)
        made = _fit(seen)
    return made


def _fit(seen: Sequence[Example]) -> Belonging:
    names = list(Figures.__dataclass_fields__)
    forms = [[float(form == one) for one in FORMS] for form, _, _ in seen]
    matrix = np.array([[float(v) for v in asdict(one).values()] for _, one, _ in seen])
    weights = model().fit(np.hstack([matrix, forms]), [right for _, _, right in seen])
    rounded = np.round(weights.coef_[0], 3).tolist()
    own = [round(float(weights.intercept_[0]) + one, 3) for one in rounded[len(names) :]]
    return Belonging(
        dict(zip(names, rounded, strict=False)),
        dict(zip(FORMS, own, strict=True)),
        0.5,
    )


def made(row: Asked, by: Belonging) -> list[Span]:
    """The sentences of an answer."""
    if row.form != "story":
        choice = Choice(row.pools, row.form, by, _apart)
        choice.fill(_MOST, _WORDS)
        return [_span(one) for group in choice.groups for one in group]
    count, spans = max(1, OF_A_STORY // len(row.pools)), []
    for pool, first in zip(row.pools, row.firsts, strict=True):
        left = [one for one in pool.sentences if one is not first]
        spans += [_span(one) for one in told(first, left, count, pool.query, by)]
    return spans


def by_folds(rows: Sequence[Asked]) -> dict[float, dict[str, dict[str, float]]]:
    """Means by form, for each least probability, by models that never saw the articles."""
    found: dict[float, dict[str, list[dict[str, float]]]] = {
        least: defaultdict(list) for least in _TRIED
    }
    for train, test in GroupKFold(5).split(rows, groups=[row.group for row in rows]):
        by = fitted([rows[n] for n in train])
        for row, (least, forms) in itertools.product((rows[n] for n in test), found.items()):
            figures = judged(row.ideal, made(row, replace(by, least=least)))
            forms[row.ideal["form"]].append(figures)
            forms["all"].append(figures)
    return {
        least: {form: _means(own) for form, own in sorted(forms.items())}
        for least, forms in found.items()
    }


def _means(own: Sequence[dict[str, float]]) -> dict[str, float]:
    told = {name: round(float(np.mean([one[name] for one in own])), 3) for name in own[0]}
    return {"questions": len(own), **told}


def _span(one: ScoredSentence) -> Span:
    return one.candidate.article.id, one.candidate.start, one.candidate.end


def _apart(texts: Sequence[str]) -> Vectors:
    return np.eye(len(texts), dtype=np.float32)  # nothing repeats


def main() -> None:
    """Fit, print, and store where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", nargs="+", metavar="QUESTIONS=ARCHIVE")
    parser.add_argument("--stories", nargs="+", metavar="STORIES=ARCHIVE", required=True)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    stored: dict[str, Any] = {}
    told_of = [stories(*pair.split("=", 1)) for pair in given.stories]
    for reranker in ("packaged", "off"):
        asked = [asked_of(*pair.split("=", 1), reranker) for pair in given.questions]
        for by in ("reader", "words"):
            key = by if reranker == "off" else f"{by} and reranker"
            stored[key] = {}
            for answers, found in (("answers", asked), ("stories", told_of)):
                rows = [row for one in found for row in one[by]]
                stored[key][answers] = asdict(replace(fitted(rows), least=LEAST[by][answers]))
                print(json.dumps({key: answers, "by folds": by_folds(rows)}), flush=True)
    if given.write:
        FILE.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
