"""What logit of the cross-encoder tells a supported claim from an unrelated one?

    python benchmarks/support.py evals/sample.jsonl ../shared/data/wikinews/questions.jsonl

For every question, its reference answer is the claim, and the sources are its own gold quotes
(supported), those of a question on other articles (unrelated), and those of another question on
one of its articles (near). Prints the share of each that a threshold accepts. It cannot tell a
claim from its negation: see docs/evaluation.md.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from assistant.models.reranking import PackagedReranker
from assistant.settings import load
from assistant.suites.questions import GoldQuestion, read_questions

THRESHOLDS = (-2.0, 0.0, 1.0, 2.0, 3.0)


def quotes(question: GoldQuestion) -> str:
    return " ".join(quote.quote for quote in question.evidence)


def main() -> None:
    reranker = PackagedReranker(load().models)
    for name in sys.argv[1:]:
        asked = [q for q in read_questions(Path(name)) if q.answerable and q.answer and q.evidence]
        generator = random.Random(1)
        logits: dict[str, list[float]] = {"supported": [], "unrelated": [], "near": []}
        for one in asked:
            others = [other for other in asked if other is not one]
            near = [other for other in others if {*other.articles} & {*one.articles}]
            far = [other for other in others if other not in near]
            for sort, pool in (("supported", [one]), ("unrelated", far), ("near", near)):
                if pool:
                    source = quotes(generator.choice(pool))
                    logits[sort] += reranker.score(one.answer, [source])
        for threshold in THRESHOLDS:
            shares = ", ".join(
                f"{sort} {sum(logit >= threshold for logit in found) / len(found):.3f}"
                for sort, found in logits.items()
            )
            print(f"{name} at {threshold:+.0f}: accepts {shares}")


if __name__ == "__main__":
    main()
