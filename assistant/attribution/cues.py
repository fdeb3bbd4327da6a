"""Finds and classifies the verbs that report somebody's words."""

from __future__ import annotations

import re
from functools import cache

from assistant.language.language import english


def lemma(word: str) -> str | None:
    """The lemma of a form of a reporting verb ("said": "say"); None for any other word."""
    return english().reporting_forms.get(word.lower())


def takes_clause(verb: str) -> bool:
    """True where a verb reports a clause: "said that"."""
    return verb in english().clause_verbs


def takes_thing(verb: str) -> bool:
    """True where a verb reports by its object alone: "denied the charge"."""
    return verb in english().thing_verbs


def is_belief(verb: str) -> bool:
    """True where a verb reports a belief, which is a statement only in a clause or a quotation."""
    return verb in english().belief_verbs


@cache
def pattern() -> re.Pattern[str]:
    """Finds any reporting word, or a quotation mark."""
    every = "|".join(sorted(english().reporting_forms, key=len, reverse=True))
    return re.compile(rf"[\"“”«»]|''|\b(?:{every}|according)\b", re.IGNORECASE)
