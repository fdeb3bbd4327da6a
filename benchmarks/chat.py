"""What the chat path adds to a chat model: how soon its words are seen, and the gate's seconds.

    python benchmarks/chat.py ARCHIVE tests/data/paraphrases.jsonl

ARCHIVE holds the sample corpus, or is made with it. For each of ten articles, a model that thinks
for a second and then writes some 75 tokens a second gives five faithful sentences about it. Prints
the median and the longest of: the first event after the question, a word's way from the model to
the reader, and the time from the model's last word to the answer, also as a share of the whole. The
targets: 0.1 s, 0.1 s and 0.5 s.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections import defaultdict
from collections.abc import Generator, Iterator
from itertools import count
from pathlib import Path

from assistant import AnswerEvent, Assistant, Question, TokenEvent
from assistant.models.chat_model import Reply
from assistant.resources import folder
from assistant.settings import load
from assistant.testing import ScriptedChatModel
from assistant.text import find

_ARTICLES, _SENTENCES = 10, 5
_THINKS, _PIECE = 1.0, 0.01  # seconds before the first piece, and between two (of 3 characters)


class TimedModel(ScriptedChatModel):
    """Gives its pieces on time, as a server does: what is not fetched at once waits."""

    began = ended = 0.0

    def stream(self, prompt: str) -> Generator[str, None, Reply]:
        """The next reply, in pieces."""
        due = time.perf_counter() + _THINKS
        pieces = super().stream(prompt)
        for number in count():
            try:
                piece = next(pieces)
            except StopIteration as end:
                return end.value
            time.sleep(max(0.0, due - time.perf_counter()))
            self.began, self.ended = self.began if number else due, due
            due += _PIECE
            yield piece


def answers(claims: Path, quoting: Assistant) -> Iterator[tuple[Question, str]]:
    """A question on each article, and five sentences that cite it."""
    by_article = defaultdict(list)
    for line in claims.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        by_article[row["article"]].append(row)
    for rows in [rows for rows in by_article.values() if len(rows) >= _SENTENCES][:_ARTICLES]:
        question = Question(" ".join(row["claim"] for row in rows[:2]))
        evidence = dict(quoting.turns(question))["write"].evidence
        told = [
            f"{row['claim']} [{one.number}]"
            for row in rows
            for one in evidence
            if find(row["quotes"][0], one.hit.passage.text)
        ]
        if len(told) >= _SENTENCES:
            yield question, " ".join(told[:_SENTENCES])


def timed(quoting: Assistant, archive: Path, asked: list[tuple[Question, str]]) -> Iterator[str]:
    """The lines to print."""
    replies = [reply for _, answer in asked for reply in ("{}", answer)]
    model = TimedModel("{}", asked[0][1], *replies)
    figures = defaultdict(list)
    with Assistant.open(archive, settings=quoting.settings, chat=model) as assistant:
        assistant.ask(asked[0][0])  # loads the models
        for question, _ in asked:
            start = time.perf_counter()
            events = assistant.stream(question)
            next(events)
            figures["first event"].append(time.perf_counter() - start)
            next(event for event in events if isinstance(event, TokenEvent))
            figures["a word's way"].append(time.perf_counter() - model.began)
            *_, last = events
            assert isinstance(last, AnswerEvent)
            end = time.perf_counter()
            figures["added at the end"].append(end - model.ended)
            figures["at work in the gate"].append(last.answer.trace.seconds["ground"])
            figures["added, of the answer"].append((end - model.ended) / (end - start))
    for name, values in figures.items():
        yield f"{name:22} {statistics.median(values):.3f}   longest {max(values):.3f}"


def main() -> None:
    """Time ten answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("claims", type=Path)
    given = parser.parse_args()
    with Assistant.open(given.archive, settings=load()) as quoting:
        if not quoting.archive.coverage().articles:
            quoting.add(folder("corpus"))
        asked = list(answers(given.claims, quoting))
        print(f"{len(asked)} answers of {_SENTENCES} sentences")
        print("\n".join(timed(quoting, given.archive, asked)))


if __name__ == "__main__":
    main()
