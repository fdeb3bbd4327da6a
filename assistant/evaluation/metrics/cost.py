"""How long is the answer, and what did a chat model read and write for it?"""

from __future__ import annotations

from assistant.evaluation.metrics.scores import Case, Metric, Score, unscored
from assistant.text import words

METRICS = [
    Metric("words", "cost", "words of an answer's claims", "lower"),
    Metric("claims", "cost", "sentences of an answer", "lower"),
    Metric("tokens_read", "cost", "tokens that the answering chat model read", "lower"),
    Metric("tokens_written", "cost", "tokens that the answering chat model wrote", "lower"),
    Metric("price", "cost", "what these tokens cost, at the suite's prices", "lower"),
]


def score(case: Case, price_input: float, price_output: float) -> dict[str, Score]:
    """The scores of a question that is no twin; prices are for a million tokens."""
    shown = case.record.answer.shown
    refused = unscored("it was refused")
    return {
        "words": Score(sum(len(words(claim.text)) for claim in shown)) if shown else refused,
        "claims": Score(len(shown)) if shown else refused,
        **_tokens(case.record.answer.trace.tokens, price_input, price_output),
    }


def _tokens(tokens: dict[str, int], price_input: float, price_output: float) -> dict[str, Score]:
    names = ("tokens_read", "tokens_written", "price")
    if not tokens:
        return dict.fromkeys(names, unscored("no chat model wrote the answer"))
    read, written = tokens.get("input", 0), tokens.get("output", 0)
    price = (read * price_input + written * price_output) / 1e6
    free = unscored("the suite gives no prices")
    return {
        "tokens_read": Score(read),
        "tokens_written": Score(written),
        "price": Score(price) if price_input or price_output else free,
    }
