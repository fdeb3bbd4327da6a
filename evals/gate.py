"""What the gate lets through: planted unsupported claims, and faithful paraphrases.

    python evals/gate.py ARCHIVE CLAIMS.jsonl [CLAIMS.jsonl …] [--wrong FILE]

A claim is a line: the article's id, the quotes that it rests on or pretends to, the claim, and a
``kind`` for a planted one or a ``sort`` for a faithful one. Each is cited to the passages that hold
its quotes, among other passages, as a chat model would cite it. Three kinds are made from faithful
claims: no citation, a source that does not exist, and the passages of another article. Exits 1
below the figures that are asked for. ``--wrong`` writes down each claim judged wrongly.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scipy.stats import binomtest

from assistant import Assistant
from assistant.answering import DraftClaim, Gate, JudgedClaim
from assistant.language import SpacyParser
from assistant.models.verifier import load_verifier
from assistant.resources import folder
from assistant.settings import load
from assistant.text import find
from assistant.types import Evidence, Hit, Passage
from assistant.verification import Checker

_CAUGHT, _CAUGHT_OF_A_KIND, _KEPT = 0.95, 0.80, 0.75
_MADE = 40  # claims of each kind that is made from faithful ones
_NOWHERE = 99
_SENTENCES = 5  # of an answer, for the time that the gate adds
_QUOTES = ("altered_quote", "stitched_quote")


@dataclass(frozen=True)
class Case:
    """A claim with what it cites."""

    kind: str
    text: str
    passages: tuple[Passage, ...]
    cites: tuple[int, ...]

    @property
    def faithful(self) -> bool:
        """Whether it ought to be shown as supported."""
        return self.kind.startswith("faithful")


def cases(rows: Sequence[dict[str, Any]], assistant: Assistant) -> Iterator[Case]:
    """The claims whose quotes the archive holds now, and the kinds made from the faithful ones."""
    others = [p for s in assistant.archive.articles() for p in assistant.archive.passages(s.id)[:1]]
    made = 0
    for row in rows:
        every = assistant.archive.passages(row["article"])
        held = [p for p in every if any(find(quote, p.text) for quote in row["quotes"])]
        if not all(any(find(quote, p.text) for p in every) for quote in row["quotes"]):
            continue
        kind = row.get("kind") or f"faithful: {row['sort']}"
        kind = "faithful" if kind == "faithful" else kind
        own = tuple(range(1, len(held) + 1))
        foreign = [p for p in others if p.article.id != row["article"]][made % 7 :: 7][:2]
        passages = (*held, *foreign)
        yield Case(kind, row["claim"], passages, own)
        if kind.startswith("faithful") and made < _MADE:
            made += 1
            yield Case("no_citation", row["claim"], passages, ())
            yield Case("no_such_source", row["claim"], passages, (_NOWHERE,))
            yield Case("wrong_source", row["claim"], passages, (len(passages),))


def judged(case: Case, assistant: Assistant, checker: Checker) -> tuple[JudgedClaim, float]:
    """The gate's verdict, and the seconds it took."""
    evidence = [Evidence(n, Hit(p, 0.0)) for n, p in enumerate(case.passages, 1)]
    start = time.perf_counter()
    verdict = Gate(evidence, assistant.archive, checker).judge(
        DraftClaim(case.text, (), case.cites)
    )
    return verdict, time.perf_counter() - start


def line(name: str, hits: int, total: int) -> str:
    """A share with its interval, by Wilson's score (E. B. Wilson, 1927)."""
    low, high = binomtest(hits, total).proportion_ci(0.95, method="wilson")
    return f"{name:24} {hits:4} of {total:4}  {hits / total:.3f}  ({low:.3f} to {high:.3f})"


def report(results: Sequence[tuple[Case, JudgedClaim, float]]) -> bool:
    """Print the figures; whether all are reached."""
    kinds = sorted({case.kind for case, _, _ in results if not case.faithful})
    caught: dict[str, tuple[int, int]] = {}
    print("Planted claims not shown as supported, with 95 % intervals")
    for kind in kinds:
        mine = [verdict for case, verdict, _ in results if case.kind == kind]
        caught[kind] = (sum(v.support == "unsupported" for v in mine), len(mine))
        print(line(kind, *caught[kind]))
    hits, total = (sum(values) for values in zip(*caught.values(), strict=True))
    print(line("all", hits, total))
    print("\nFaithful paraphrases shown as supported")
    for kind in sorted({case.kind for case, _, _ in results if case.faithful}):
        mine = [v for case, v, _ in results if case.kind == kind]
        print(line(kind, sum(v.support != "unsupported" for v in mine), len(mine)))
    faithful = [v for case, v, _ in results if case.faithful]
    kept = sum(v.support != "unsupported" for v in faithful)
    print(line("all", kept, len(faithful)))
    quoted = [c for c, v, _ in results if c.kind in _QUOTES and v.support != "unsupported"]
    spent = sorted(seconds for _, _, seconds in results)
    print(f"\nQuotes that are not verbatim, shown: {len(quoted)}")
    print(f"Seconds for {_SENTENCES} sentences, median: {_SENTENCES * spent[len(spent) // 2]:.2f}")
    each = all(hit / of >= _CAUGHT_OF_A_KIND for hit, of in caught.values())
    return hits / total >= _CAUGHT and each and kept / len(faithful) >= _KEPT and not quoted


def main() -> None:
    """Judge every claim and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive")
    parser.add_argument("claims", nargs="+", type=Path)
    parser.add_argument("--wrong", type=Path)
    given = parser.parse_args()
    rows = [json.loads(text) for file in given.claims for text in file.read_text().splitlines()]
    settings = load()
    with Assistant.open(given.archive, settings=settings) as assistant:
        if not assistant.archive.coverage().articles:
            assistant.add(folder("corpus"))
        verifier = load_verifier(settings.models)
        checker = Checker(SpacyParser(settings.models), assistant.archive.encode, verifier)
        results = [(case, *judged(case, assistant, checker)) for case in cases(rows, assistant)]
    wrong = [
        {
            "kind": c.kind,
            "claim": c.text,
            "reason": v.reason,
            "shown": [x.quote for x in v.citations],
        }
        for c, v, _ in results
        if c.faithful == (v.support == "unsupported")
    ]
    if given.wrong:
        given.wrong.write_text("".join(json.dumps(w, ensure_ascii=False) + "\n" for w in wrong))
    sys.exit(0 if report(results) else 1)


if __name__ == "__main__":
    main()
