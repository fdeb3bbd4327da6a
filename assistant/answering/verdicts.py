"""A verdict of the gate in words: for readers, and for the model that is to write better."""

from __future__ import annotations

from assistant.answering.gate import JudgedClaim
from assistant.types import Claim, Rule

_WORDS: dict[Rule, str] = {
    "no_citation": "it cites no source",
    "no_such_source": "it cites a source that does not exist",
    "no_quotation": "it is no quotation",
    "quotation": "these words are not in the source",
    "nothing_stated": "it states nothing",
    "unrelated": "no cited sentence is near it",
    "number": "this number is not in the source",
    "unit": "the source has another unit with this number",
    "date": "this day is not in the source",
    "quantity": "the source speaks of more, or of fewer",
    "name": "this name is not in the source",
    "speaker": "in the source these are the words of somebody else",
    "verifier": "the source does not say so",
    "judge": "the judge model finds no support for it",
    "neighbour": "it leans on a sentence that is not supported",
    "changed": "its source has changed",
}


def reason(verdict: Claim | JudgedClaim) -> str:
    """Why a claim is not supported, as half a sentence; "" where it is."""
    if verdict.rule is None:
        return ""
    told = _WORDS[verdict.rule]
    return f"{told}: {verdict.detail}" if verdict.detail else told
