"""What the gate makes of a model that invents: SmolLM2-135M over questions on real articles.

    python evals/smol.py QUESTIONS.jsonl ARTICLES.jsonl VERDICTS.jsonl --archive DIR --out FILE

The model never cites (161 of 161 claims as it writes them, so that none is shown). To put the rules
to the test, each of its sentences is taken to cite every source that it was handed.

Asks every question, writes each claim with the gate's verdict and its sources to FILE, and compares
a sample of the claims with the verdicts of a person, kept by question and claim number with a
digest of the claim: whether the sources say it. Prints the share of what was shown that they do
not. A claim of the sample that nobody has judged is listed, and makes the exit code 3.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

from gate import share
from llama_server import started

from assistant import Assistant
from assistant.models.chat_model import LangChainModel, Reply
from assistant.settings import load
from assistant.text import sentences
from assistant.types import Answer

_SAMPLE = 60
_SHOWN = 40  # of the sample, where so many were shown: what was let through matters most
_BUDGET, _TOKENS = 350, 100  # of evidence and of a reply: it reads 2,048, at 180 a second
_NUMBER = re.compile(r"<source number=(\d+)")
_SECONDS = 120  # for a reply


class Citing:
    """A chat model whose every sentence cites all of its sources."""

    def __init__(self, model: LangChainModel) -> None:
        self._model = model
        self.name = model.name

    def ask(self, prompt: str) -> Reply:
        """The model's reply."""
        return self._model.ask(prompt)

    def stream(self, prompt: str) -> Generator[str, None, Reply]:
        """The model's reply, sentence by sentence."""
        marks = "".join(f"[{number}]" for number in _NUMBER.findall(prompt))
        reply = self.ask(prompt)
        for span in sentences(reply.text):
            yield f"{reply.text[span.start : span.end]}{marks}\n"
        return reply


def claims(question: str, answer: Answer) -> Iterator[dict[str, Any]]:
    """The claims of an answer, each with what it cites."""
    quotes = {one.number: one.quote for one in answer.citations}
    for number, claim in enumerate(answer.claims, 1):
        yield {
            "question": question,
            "claim": number,
            "digest": hashlib.sha256(claim.text.encode()).hexdigest()[:12],
            "support": claim.support,
            "text": claim.text,
            "rule": claim.rule,
            "sources": [quotes[n] for n in claim.citations],
        }


def asked(questions: Path, articles: Path, archive: Path, out: Path) -> list[dict[str, Any]]:
    """Every claim that the model makes; what ``out`` holds of an earlier run is not asked again."""
    settings = load(answer={"budget": _BUDGET, "tokens": _TOKENS, "fallback": False})
    rows = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines()]
    known = [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []
    done = {one["question"] for one in known}
    with Assistant.open(archive, settings=settings) as quoting:
        quoting.add(articles)
    server = started()
    model = LangChainModel("openai:smollm2", _SECONDS, tokens=_TOKENS, base_url=server.url)
    try:
        with (
            Assistant.open(archive, settings=settings, chat=Citing(model)) as assistant,
            out.open("a", encoding="utf-8") as kept,
        ):
            for row in (row for row in rows if row["id"] not in done):
                answer = assistant.ask(row["question"], row.get("history", ()))
                found = list(claims(row["id"], answer)) or [{"question": row["id"], "claim": 0}]
                kept.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in found)
                kept.flush()
                known += found
    finally:
        server.stop()
    return [one for one in known if one["claim"]]


def sample(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same claims every time: those with the lowest digests, first of what was shown."""
    ordered = sorted(found, key=lambda one: one["digest"])
    shown = [one for one in ordered if one["support"] != "unsupported"][:_SHOWN]
    rest = [one for one in ordered if one["support"] == "unsupported"]
    return shown + rest[: _SAMPLE - len(shown)]


def report(found: list[dict[str, Any]], verdicts: Path) -> int:
    """Print the figures; returns how many claims of the sample nobody has judged."""
    rows = [json.loads(line) for line in verdicts.read_text().splitlines()]
    judged = {(one["question"], one["claim"], one["digest"]): one["said"] for one in rows}
    by_support = dict.fromkeys(("quoted", "supported", "unsupported"), 0)
    for one in found:
        by_support[one["support"]] += 1
    print(f"{len(found)} claims: " + ", ".join(f"{n} {kind}" for kind, n in by_support.items()))
    chosen = sample(found)
    keys = {id(one): (one["question"], one["claim"], one["digest"]) for one in chosen}
    known = [one for one in chosen if keys[id(one)] in judged]
    for name, kinds in (("shown", ("quoted", "supported")), ("shown apart", ("unsupported",))):
        mine = [one for one in known if one["support"] in kinds]
        wrong = sum(not judged[keys[id(one)]] for one in mine)
        if mine:
            print(share(f"not said, of {name}", wrong, len(mine)))
    for one in chosen:
        if one not in known:
            print(f"not judged: {one['question']} claim {one['claim']} {one['digest']}")
    return len(chosen) - len(known)


def main() -> None:
    """Ask, keep and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("articles", type=Path)
    parser.add_argument("verdicts", type=Path)
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    found = asked(given.questions, given.articles, given.archive, given.out)
    sys.exit(3 if report(found, given.verdicts) else 0)


if __name__ == "__main__":
    main()
