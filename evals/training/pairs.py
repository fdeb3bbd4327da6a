"""Training pairs of the reader's two heads, from the items: two texts and how well they fit.

    python evals/training/pairs.py build/reader ../shared/data/wikinews/articles.jsonl

writes ``answers.jsonl`` and ``supports.jsonl``, a pair a line: ``left`` (question or claim),
``right`` (headline and day, a line end, one to three sentences, as the writers and the gate give
them to models), ``label`` from 0 to 1 and ``article``. Sealed articles are left out.
"""

from __future__ import annotations

import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from items import Item, is_sealed, read_written

from assistant.language import terms
from assistant.models.framing import encoder_text, heading
from assistant.text import sentences
from assistant.types import Article

HERE = Path(__file__).resolve().parent
_CONTEXT = 0.25  # label of a sentence that only helps to understand
_SAME_ARTICLE, _LEAD, _OTHER_ARTICLES = 8, 2, 3  # wrong sentences for a question, by where from
_LEAD_SENTENCES = 6
_SEED = 14

Pair = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Text:
    """An article with its sentences and its items."""

    article: Article
    sentences: tuple[tuple[int, int], ...]
    items: tuple[Item, ...]

    def read(self, spans: Sequence[Sequence[int]]) -> str:
        """Some stretches of the article, as a model reads them."""
        words = " ".join(self.article.text[start:end] for start, end in spans)
        return encoder_text(heading(self.article), " ".join(words.split()))

    def touching(self, spans: Sequence[Sequence[int]]) -> set[int]:
        """Places of the sentences that some stretches are of."""
        return {
            n
            for n, (first, last) in enumerate(self.sentences)
            if any(start < last and first < end for start, end in spans)
        }


def read_texts(others: Path) -> list[Text]:
    """The articles that are not sealed, by id.

    Args:
        others: the articles that the items of ``wikinews.jsonl`` are about, a JSON object a line.
    """
    articles = {
        one.id: Article(one.id, one.text, title=one.fields["title"], published=_day(one.fields))
        for one in read_written(HERE / "articles")
    }
    items = [item for one in read_written(HERE / "articles") for item in one.items]
    for fields in map(json.loads, others.read_text(encoding="utf-8").splitlines()):
        title, text = fields["title"], fields["text"]
        articles[fields["id"]] = Article(fields["id"], text, title=title, published=_day(fields))
    lines = (HERE / "wikinews.jsonl").read_text(encoding="utf-8").splitlines()
    by_article: dict[str, list[Item]] = defaultdict(list)
    for item in [*items, *map(json.loads, lines)]:
        by_article[item["article"]].append(item)
    return [
        Text(
            articles[name],
            tuple((s.start, s.end) for s in sentences(articles[name].text)),
            tuple(by_article[name]),
        )
        for name in sorted(by_article)
        if not is_sealed(name)
    ]


def _day(fields: dict[str, Any]) -> date | None:
    return date.fromisoformat(fields["date"]) if fields.get("date") else None


def answer_pairs(texts: Sequence[Text], chance: random.Random) -> Iterator[Pair]:
    """For each question its answers (1), its context (0.25) and sentences that do not answer (0).

    Those are of the same article, of its first sentences, and of other articles that share the
    question's rarest words; for a near-unanswerable question all of the article.
    """
    holders = _holders(texts)
    for text in texts:
        for item in text.items:
            if "question" not in item:
                continue
            right, also = text.touching(item["answers"]), text.touching(item["also"])
            wrong = [n for n in range(len(text.sentences)) if n not in right | also]
            if item["kind"] != "unanswerable":
                lead = [n for n in wrong if n < _LEAD_SENTENCES]
                rest = [n for n in wrong if n >= _LEAD_SENTENCES]
                wrong = _some(lead, _LEAD, chance) + _some(rest, _SAME_ARTICLE, chance)
            labels = (
                dict.fromkeys(wrong, 0.0)
                | dict.fromkeys(also, _CONTEXT)
                | dict.fromkeys(right, 1.0)
            )
            for n, label in labels.items():
                yield _pair(item["question"], text, [text.sentences[n]], label)
            for other, n in _from_others(item["question"], text, holders, chance):
                yield _pair(item["question"], other, [other.sentences[n]], 0.0)


def _holders(texts: Sequence[Text]) -> dict[str, list[tuple[Text, int]]]:
    """For each word the sentences that have it."""
    found: dict[str, list[tuple[Text, int]]] = defaultdict(list)
    for text in texts:
        for n, (start, end) in enumerate(text.sentences):
            for word in terms(text.article.text[start:end]):
                found[word].append((text, n))
    return found


def _from_others(
    question: str, text: Text, holders: dict[str, list[tuple[Text, int]]], chance: random.Random
) -> list[tuple[Text, int]]:
    ranked = sorted(terms(question), key=lambda word: (len(holders.get(word, ())), word))
    near = (one for word in ranked for one in holders.get(word, ()) if one[0] is not text)
    return _some([one for one, _ in zip(near, range(20), strict=False)], _OTHER_ARTICLES, chance)


def support_pairs(texts: Sequence[Text], chance: random.Random) -> Iterator[Pair]:
    """For each claim what it rests on, also with a neighbour more; and sentences as claims."""
    for text in texts:
        claims = [item for item in text.items if "claim" in item]
        for item in claims:
            label = float(item["faithful"])
            yield _pair(item["claim"], text, item["support"], label)
            places = sorted(text.touching(item["support"]))
            for wider in ([places[0] - 1, *places], [*places, places[-1] + 1]):
                if all(0 <= n < len(text.sentences) for n in wider):
                    yield _pair(item["claim"], text, [text.sentences[n] for n in wider], label)
            others = [n for n in range(len(text.sentences)) if n not in places]
            if item["faithful"] and others:
                other = chance.choice(others)
                yield _pair(item["claim"], text, [text.sentences[other]], 0.0)
        if len(text.sentences) > 1:
            one, two = chance.sample(range(len(text.sentences)), 2)
            own = text.article.text[slice(*text.sentences[one])]
            yield _pair(own, text, [text.sentences[one]], 1.0)
            yield _pair(own, text, [text.sentences[two]], 0.0)


def _pair(left: str, text: Text, spans: Sequence[Sequence[int]], label: float) -> Pair:
    right = text.read(spans)
    return {"left": left, "right": right, "label": label, "article": text.article.id}


def _some(every: Sequence[Any], most: int, chance: random.Random) -> list[Any]:
    return chance.sample(list(every), min(most, len(every)))


def main(out: Path, others: Path) -> None:
    """Write both files of pairs."""
    texts = read_texts(others)
    out.mkdir(parents=True, exist_ok=True)
    for name, made in (("answers", answer_pairs), ("supports", support_pairs)):
        pairs = list(made(texts, random.Random(_SEED)))
        with (out / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(pair, ensure_ascii=False) + "\n" for pair in pairs)
        positive = sum(pair["label"] == 1 for pair in pairs)
        print(f"{name}: {len(pairs)} pairs of {len(texts)} articles, {positive} of them fit")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
