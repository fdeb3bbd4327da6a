"""What the gate lets through: claims that are wrong, and faithful ones.

    python evals/gate.py ARCHIVE CLAIMS.jsonl [CLAIMS.jsonl …] [--wrong FILE] [--apart] [--rules]
    python evals/gate.py ARCHIVE --split sealed --others ../shared/data/wikinews/articles.jsonl

``gate_cases.py`` says what the files hold; ``--split`` takes the claims of the reader's data of
that split instead. The archive must hold the articles: an empty one gets the sample corpus. Exits
1 below the figures that are asked for. ``--apart`` judges again by the rules alone and by the
verifier alone, ``--rules`` by each rule alone; ``--wrong`` writes down what is judged wrongly.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from gate_cases import Case, Row, cases
from scipy.stats import binomtest

from assistant import Assistant
from assistant.answering import DraftClaim, Gate, JudgedClaim, Neighbour, neighbour
from assistant.language import SpacyParser
from assistant.models.verifier import load_verifier
from assistant.resources import folder
from assistant.settings import load
from assistant.types import Evidence, Hit
from assistant.verification import GROUNDED, RULES, Checker

CAUGHT, SHOWN = 0.88, 0.88  # shares of the wrong and of the faithful that are asked for
_SENTENCES = 5  # of an answer, for the time that the gate adds
_QUOTES = ("altered_quote", "stitched_quote")

Result = tuple[Case, JudgedClaim, float]


def judge_all(every: Iterable[Case], assistant: Assistant, checker: Checker) -> list[Result]:
    """Each claim, the gate's verdict, and the seconds it took."""
    results: list[Result] = []
    before: Neighbour | None = None
    answer = ""
    for case in every:
        draft = DraftClaim(case.text, (), case.cites)
        follows = case.answer and case.answer == answer
        verdict, seconds = _judged(case, draft, before if follows else None, assistant, checker)
        results.append((case, verdict, seconds))
        answer, before = case.answer, neighbour(before if follows else None, draft, verdict)
    return results


def _judged(
    case: Case,
    draft: DraftClaim,
    before: Neighbour | None,
    assistant: Assistant,
    checker: Checker,
) -> tuple[JudgedClaim, float]:
    evidence = [Evidence(n, Hit(p, 0.0)) for n, p in enumerate(case.passages, 1)]
    gate = Gate(evidence, assistant.archive, checker)
    for number in case.cites:  # while a model writes, these are read
        gate.read(number)
    start = time.perf_counter()
    verdict = gate.judge(draft, before)
    return verdict, time.perf_counter() - start


def share(name: str, hits: int, total: int) -> str:
    """A share with its interval, by Wilson's score (E. B. Wilson, 1927)."""
    if not total:
        return f"{name:24} none"
    low, high = binomtest(hits, total).proportion_ci(0.95, method="wilson")
    return f"{name:24} {hits:4} of {total:4}  {hits / total:.3f}  ({low:.3f} to {high:.3f})"


def _shown(one: Result) -> bool:
    return one[1].support != "unsupported"


def counts(results: Sequence[Result]) -> tuple[int, int, int, int]:
    """Faithful claims that are shown, all of them, wrong ones that are not shown, all of them."""
    faithful = [_shown(one) for one in results if one[0].faithful]
    wrong = [not _shown(one) for one in results if not one[0].faithful]
    return sum(faithful), len(faithful), sum(wrong), len(wrong)


def report(results: Sequence[Result]) -> bool:
    """Print the figures; whether all that is asked for is reached."""
    kinds = sorted({case.kind for case, _, _ in results})
    print("Wrong claims not shown, with 95 % intervals")
    for kind in (one for one in kinds if not one.startswith("faithful")):
        mine = [one for one in results if one[0].kind == kind]
        print(share(kind, sum(not _shown(one) for one in mine), len(mine)))
    shown, faithful, caught, wrong = counts(results)
    print(share("all", caught, wrong))
    print("\nFaithful claims shown")
    for kind in (one for one in kinds if one.startswith("faithful")):
        mine = [one for one in results if one[0].kind == kind]
        print(share(kind, sum(map(_shown, mine)), len(mine)))
    print(share("all", shown, faithful))
    quoted = [one for one in results if one[0].kind in _QUOTES and _shown(one)]
    spent = sorted(seconds for _, _, seconds in results)
    print(f"\nQuotes that are not verbatim, shown: {len(quoted)}")
    print(f"Seconds for {_SENTENCES} sentences, median: {_SENTENCES * spent[len(spent) // 2]:.2f}")
    return caught >= CAUGHT * wrong and shown >= SHOWN * faithful and not quoted


def _compare(judge: Callable[[Checker], list[Result]], checkers: dict[str, Checker]) -> None:
    """A line for each checker: what it shows, what it catches, how precise its objections are."""
    for name, checker in checkers.items():
        results = judge(checker)
        shown, faithful, caught, wrong = counts(results)
        objected = caught + faithful - shown
        precision = f"{caught / objected:.3f}" if objected else "-"
        print(f"{name:24} shown {shown / faithful:.3f}  caught {caught / wrong:.3f}"
              f"  objections {objected}, right {precision}")  # fmt: skip


def rows_of(files: Sequence[Path], split: str | None, others: Path | None) -> list[Row]:
    """The claims of files, or of a split of the reader's data."""
    texts = [file.read_text(encoding="utf-8") for file in files]
    rows = [json.loads(line) for text in texts for line in text.splitlines()]
    if split and others:
        sys.path.insert(0, str(Path(__file__).parent / "training"))
        from pairs import read_texts  # which a wheel has not

        items = [one for text in read_texts(others, split) for one in text.items]
        rows += [one for one in items if "claim" in one]
    return rows


def main() -> None:
    """Judge every claim and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive")
    parser.add_argument("claims", nargs="*", type=Path)
    parser.add_argument("--split", choices=("training", "calibration", "sealed"))
    parser.add_argument("--others", type=Path, help="articles of the items in wikinews.jsonl")
    parser.add_argument("--apart", action="store_true")
    parser.add_argument("--rules", action="store_true")
    parser.add_argument("--wrong", type=Path)
    given = parser.parse_args()
    if bool(given.split) != bool(given.others):
        parser.error("--split and --others go together")
    settings = load()
    with Assistant.open(given.archive, settings=settings) as assistant:
        if not assistant.archive.coverage().articles:
            assistant.add(folder("corpus"))
        every = list(cases(rows_of(given.claims, given.split, given.others), assistant))
        grammar, encode = SpacyParser(settings.models), assistant.archive.encode
        verifier = load_verifier(settings.models)

        def judge(checker: Checker) -> list[Result]:
            return judge_all(every, assistant, checker)

        results = judge(Checker(grammar, encode, verifier))
        reached = report(results)
        checkers: dict[str, Checker] = {}
        if given.apart:
            checkers["rules alone"] = Checker(grammar, encode, None)
            checkers["verifier alone"] = Checker(grammar, encode, verifier, ())
        if given.rules:
            every_rule = (*RULES, *GROUNDED)
            checkers |= {name: Checker(grammar, encode, None, (name,)) for name in every_rule}
        _compare(judge, checkers)
    if given.wrong:
        _write_wrong(given.wrong, results)
    sys.exit(0 if reached else 1)


def _write_wrong(file: Path, results: Sequence[Result]) -> None:
    wrong = [
        {
            "kind": case.kind,
            "claim": case.text,
            "rule": verdict.rule,
            "detail": verdict.detail,
            "score": verdict.score,
            "shown": [one.quote for one in verdict.citations],
        }
        for case, verdict, _ in results
        if case.faithful == (verdict.support == "unsupported")
    ]
    file.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in wrong))


if __name__ == "__main__":
    main()
