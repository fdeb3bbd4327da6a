"""Training pairs of the reader's two heads, from the items: two texts and how well they fit.

    python evals/training/pairs.py build/reader ../shared/data/wikinews/articles.jsonl

writes ``answers.jsonl`` and ``supports.jsonl``, a pair a line: ``left`` (question or claim),
``right`` (headline and day, a line end, one to three sentences, as the writers and the gate give
them to models), ``label`` from 0 to 1 and ``article``. Of the articles for training only. Half of
the sentences that do not answer are those that the packaged cross-encoder puts first.

``--items NAME ...``: the same of the items of ``NAME.jsonl``: ``contrasts`` (CONTRASTS.md),
``reworded`` (REWORDED.md), ``plain`` (PLAIN.md), ``requests`` (REQUESTS.md), ``outcomes``
(OUTCOMES.md) and ``claims`` (CLAIMS.md, without questions), where the sentences that do not answer
are the one that looks as if it did, and those that the packaged reader puts first; and of
``choices``, the ideal answers for training in ``evals/choices``.

With ``--by-words`` they are those that share most words, which costs seconds in place of minutes.

``marks.jsonl`` (MARKS.md) becomes pairs of a question and a sentence with the words that answer.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from items import Item, Split, read_written, split_of

from assistant.language import terms
from assistant.models.framing import encoder_text, heading, in_context
from assistant.models.reranking import PackagedReranker, Reranker
from assistant.models.trained import TrainedReader
from assistant.settings import ModelSettings
from assistant.testing import WordOverlap
from assistant.text import sentences
from assistant.types import Article

HERE = Path(__file__).resolve().parent
CHOICES = HERE.parent / "choices" / "training.jsonl"
FIRST = ["written", "wikinews"]
LATER = ["contrasts", "reworded", "plain", "requests", "outcomes", "choices", "claims"]
_LATER_KINDS = {"contrast", "reworded", "plain", "words", "sides", "keys", "outcome", "chosen"}
_CONTEXT = 0.25  # label of a sentence that only helps to understand
_HARD, _RANDOM, _OTHER_ARTICLES = 3, 1, 1  # wrong sentences for a question, by where from
_HARD_LATER = 2  # of later items; beside the one that looks as if it answered
_HARD_UNANSWERABLE = 12  # of the article of a near-unanswerable question
_SHARING = 8  # sentences of other articles that share a question's rarest words
_SEED = 14

Pair = dict[str, Any]


class _Packaged(TrainedReader):
    """The packaged reader, which shows by its own mistakes what is hard."""

    score = TrainedReader.answers


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """An article with its sentences and its items."""

    article: Article
    sentences: tuple[tuple[int, int], ...]
    items: tuple[Item, ...]

    def sentence(self, n: int) -> str:
        """A sentence in its context."""
        before = self.words([self.sentences[n - 1]]) if n else ""
        return in_context(heading(self.article), self.words([self.sentences[n]]), before)

    def read(self, spans: Sequence[Sequence[int]]) -> str:
        """Some stretches of the article, as the verifier judges by them."""
        return encoder_text(heading(self.article), self.words(spans))

    def words(self, spans: Sequence[Sequence[int]]) -> str:
        """Some stretches of the article in one line."""
        return " ".join(" ".join(self.article.text[start:end] for start, end in spans).split())

    def touching(self, spans: Sequence[Sequence[int]]) -> set[int]:
        """Places of the sentences that some stretches are of."""
        return {
            n
            for n, (first, last) in enumerate(self.sentences)
            if any(start < last and first < end for start, end in spans)
        }


Place = tuple[Text, int]
"""A sentence of an article, by its number."""


def read_texts(others: Path, split: Split = "training", items: Sequence[str] = FIRST) -> list[Text]:
    """The articles of a split with their items, by id.

    Args:
        others: the articles that are not in ``articles/``, a JSON object a line.
        split: what the articles are for.
        items: which items: "written" are those in ``articles/``, others stand in ``NAME.jsonl``.
    """
    articles = {
        one.id: Article(one.id, one.text, title=one.fields["title"], published=_day(one.fields))
        for one in read_written(HERE / "articles")
    }
    written = [item for one in read_written(HERE / "articles") for item in one.items]
    for fields in map(json.loads, others.read_text(encoding="utf-8").splitlines()):
        title, text = fields["title"], fields["text"]
        articles[fields["id"]] = Article(fields["id"], text, title=title, published=_day(fields))
    by_article: dict[str, list[Item]] = defaultdict(list)
    for name in items:
        for item in written if name == "written" else later_items(name):
            by_article[item["article"]].append(item)
    return [
        Text(
            articles[name],
            tuple((s.start, s.end) for s in sentences(articles[name].text)),
            tuple(by_article[name]),
        )
        for name in sorted(by_article)
        if split_of(name) == split
    ]


def later_items(name: str) -> list[Item]:
    """The items of ``NAME.jsonl``; of ``choices`` those made of the ideal answers for training."""
    if name == "choices":
        return list(chosen_items(read_items(CHOICES)))
    return read_items(HERE / f"{name}.jsonl")


def chosen_items(asked: Iterable[Item]) -> Iterator[Item]:
    """An item for each article of each ideal answer (``evals/choices/CHOICES.md``)."""
    for one in asked:
        for article in dict.fromkeys(name for name, *_ in one["answer"]):
            answers, also = (
                [span for name, *span in one[kind] if name == article]
                for kind in ("answer", "also")
            )
            asking = {"question": one["question"], "kind": "chosen"}
            elsewhere = [span for span in (*one["answer"], *one["also"]) if span[0] != article]
            own = {"answers": answers, "also": also, "elsewhere": elsewhere}
            yield {"article": article, **asking, **own}


def read_items(file: Path) -> list[Item]:
    """The items of a file, a JSON object a line."""
    return list(map(json.loads, file.read_text(encoding="utf-8").splitlines()))


def _day(fields: dict[str, Any]) -> date | None:
    return date.fromisoformat(fields["date"]) if fields.get("date") else None


def answer_pairs(
    texts: Sequence[Text], chance: random.Random, reranker: Reranker
) -> Iterator[Pair]:
    """For each question its answers (1), its context (0.25) and sentences that do not answer (0).

    Those are of the same article, where all are wrong for a near-unanswerable question, and of
    others that share the question's rarest words: the ones that a reranker puts first, and of the
    same article another by chance.
    """
    holders = sentences_by_word(texts)
    for text in texts:
        for item in text.items:
            if "question" not in item:
                continue
            asked = item["question"]
            right, also = text.touching(item["answers"]), text.touching(item["also"])
            own = [n for n in range(len(text.sentences)) if n not in right | also]
            near = [(text, n) for n in text.touching(item.get("near", []))]
            most = _HARD if right else _HARD_UNANSWERABLE
            most = _HARD_LATER if near or item["kind"] in _LATER_KINDS else most
            hard = near + _first(reranker, asked, [(text, n) for n in own], most)
            easy = [(text, n) for n in own if (text, n) not in hard]
            wrong = hard + _some(easy, _RANDOM, chance)
            others = [one for one in from_others(asked, text, holders) if not _serves(item, one)]
            wrong += _first(reranker, asked, others, _OTHER_ARTICLES)
            labels = dict.fromkeys(wrong, 0.0)
            labels |= dict.fromkeys(((text, n) for n in also), _CONTEXT)
            labels |= dict.fromkeys(((text, n) for n in right), 1.0)
            for (of, n), label in labels.items():
                yield _pair(asked, of, of.sentence(n), label)


def _serves(item: Item, place: Place) -> bool:
    """Whether a sentence of another article is of the same ideal answer."""
    text, n = place
    start, end = text.sentences[n]
    spans = item.get("elsewhere", ())
    return any(name == text.article.id and a < end and start < b for name, a, b in spans)


def _first(reranker: Reranker, question: str, places: list[Place], most: int) -> list[Place]:
    """The sentences that a reranker puts first."""
    scores = reranker.score(question, [text.sentence(n) for text, n in places])
    ranked = sorted(zip(scores, range(len(places)), strict=True), reverse=True)
    return [places[n] for _, n in ranked[:most]]


def sentences_by_word(texts: Sequence[Text]) -> dict[str, list[Place]]:
    """For each word the sentences that have it."""
    found: dict[str, list[Place]] = defaultdict(list)
    for text in texts:
        for n, (start, end) in enumerate(text.sentences):
            for word in terms(text.article.text[start:end]):
                found[word].append((text, n))
    return found


def from_others(question: str, text: Text, holders: dict[str, list[Place]]) -> list[Place]:
    """Sentences of other articles that share the question's rarest words."""
    ranked = sorted(terms(question), key=lambda word: (len(holders.get(word, ())), word))
    near = (one for word in ranked for one in holders.get(word, ()) if one[0] is not text)
    return list(dict.fromkeys(islice(near, _SHARING)))


def support_pairs(texts: Sequence[Text], chance: random.Random) -> Iterator[Pair]:
    """For each claim what it rests on, also with a neighbour more; and sentences as claims."""
    for text in texts:
        claims = [item for item in text.items if "claim" in item]
        for item in claims:
            label = float(item["faithful"])
            yield _pair(item["claim"], text, text.read(item["support"]), label)
            places = sorted(text.touching(item["support"]))
            wider = [[places[0] - 1, *places], [*places, places[-1] + 1]]
            whole = [w for w in wider if all(0 <= n < len(text.sentences) for n in w)]
            for ns in _some(whole, 1, chance):
                yield _pair(item["claim"], text, text.read([text.sentences[n] for n in ns]), label)
            others = [n for n in range(len(text.sentences)) if n not in places]
            if item["faithful"] and others:
                other = text.sentences[chance.choice(others)]
                yield _pair(item["claim"], text, text.read([other]), 0.0)
        if len(text.sentences) > 1:
            one, two = chance.sample(text.sentences, 2)
            own = text.article.text[slice(*one)]
            yield _pair(own, text, text.read([one]), 1.0)
            yield _pair(own, text, text.read([two]), 0.0)


def mark_pairs(texts: Sequence[Text]) -> Iterator[Pair]:
    """A question with a sentence that answers it (``right``, from ``begins`` on) and ``words``."""
    by_id = {text.article.id: text for text in texts}
    for item in read_items(HERE / "marks.jsonl"):
        if text := by_id.get(item["article"]):
            own, n = text.words([item["sentence"]]), min(text.touching([item["sentence"]]))
            before = text.words([text.sentences[n - 1]]) if n else ""
            right = in_context(heading(text.article), own, before)
            begins = len(right) - len(own)
            words = [" ".join(one.split()) for one in item["words"]]
            yield _pair(item["question"], text, right, 1.0) | {"begins": begins, "words": words}


def _pair(left: str, text: Text, right: str, label: float) -> Pair:
    return {"left": left, "right": right, "label": label, "article": text.article.id}


def _some(every: Sequence[Any], most: int, chance: random.Random) -> list[Any]:
    return chance.sample(list(every), min(most, len(every)))


def main() -> None:
    """Write the files of pairs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("others", type=Path, help="articles of the items in wikinews.jsonl")
    parser.add_argument("--items", nargs="+", choices=(*FIRST, *LATER), default=FIRST)
    parser.add_argument("--every", type=int, default=1, help="of every so many articles only")
    parser.add_argument("--by-words", action="store_true", help="wrong sentences by shared words")
    asked = parser.parse_args()
    texts = read_texts(asked.others, items=asked.items)[:: asked.every]
    asked.out.mkdir(parents=True, exist_ok=True)
    _write(asked.out / "marks.jsonl", mark_pairs(texts))
    _write(asked.out / "supports.jsonl", support_pairs(texts, random.Random(_SEED)))
    first = PackagedReranker if asked.items == FIRST else _Packaged
    reranker = WordOverlap() if asked.by_words else first(ModelSettings())
    _write(asked.out / "answers.jsonl", answer_pairs(texts, random.Random(_SEED), reranker))


def _write(file: Path, pairs: Iterable[Pair]) -> None:
    made = list(pairs)
    lines = (json.dumps(pair, ensure_ascii=False) + "\n" for pair in made)
    file.write_text("".join(lines), encoding="utf-8")
    print(f"{file}: {len(made)} pairs, {sum(pair['label'] == 1 for pair in made)} of them fit")


if __name__ == "__main__":
    main()
