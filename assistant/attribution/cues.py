"""The verbs that report somebody's words."""

from __future__ import annotations

import re
from functools import cache

# What these report is a clause or a quotation: "said that …".
_CLAUSE = """
    acknowledge add admit advise affirm allege announce answer argue ask assert assure boast caution
    claim comment complain concede conclude confess confirm contend counter declare disclose
    elaborate emphasise emphasize estimate explain hint imply indicate inform insist joke lament
    maintain mention muse note object observe opine point predict proclaim promise pledge protest
    quip quote reaffirm reason recall reckon recount reiterate remark remind repeat reply report
    respond retort reveal say signal speculate state stress suggest tell testify threaten tweet urge
    vow warn wonder write believe think expect fear argue demand propose recommend agree read hope
"""
# What these report may be a thing: "denied the charge", "called it a mistake".
_THING = """
    accuse acknowledge admit announce applaud blame blast brand call cite claim commend compare
    condemn confirm criticise criticize decry defend demand denounce deny deplore describe detail
    dismiss dispute dub express hail highlight label laud outline praise predict promise pledge
    propose question quote rebuff rebut recommend refute reject report request reveal slam suggest
    term urge voice warn welcome cite recall mention downplay predict threaten vow stress emphasise
    emphasize
"""
_DOUBLED = frozenset({"admit", "quip", "dub", "slam", "rebut"})
_IRREGULAR = {
    "say": "says said saying",
    "tell": "tells told telling",
    "write": "writes wrote written writing",
    "think": "thinks thought thinking",
    "read": "reads read reading",
}
# Beliefs are statements only where the words themselves are quoted or given as a clause.
BELIEFS = frozenset({"believe", "think", "expect", "fear", "hope"})


def _forms(verb: str) -> str:
    if verb in _IRREGULAR:
        return f"{verb} {_IRREGULAR[verb]}"
    if verb.endswith("e"):
        return f"{verb} {verb}s {verb}d {verb[:-1]}ing"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb} {verb[:-1]}ies {verb[:-1]}ied {verb}ing"
    stem = verb + verb[-1] if verb in _DOUBLED else verb
    third = f"{verb}es" if verb.endswith(("s", "sh", "ch", "x")) else f"{verb}s"
    return f"{verb} {third} {stem}ed {stem}ing"


@cache
def _lemmas() -> dict[str, str]:
    return {form: verb for verb in (_CLAUSE + _THING).split() for form in _forms(verb).split()}


@cache
def _verbs(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def lemma(word: str) -> str | None:
    """The reporting verb that a word is a form of; None where it is none."""
    return _lemmas().get(word.lower())


def takes_clause(verb: str) -> bool:
    """True where a verb reports a clause."""
    return verb in _verbs(_CLAUSE)


def takes_thing(verb: str) -> bool:
    """True where a verb reports by its object alone."""
    return verb in _verbs(_THING)


@cache
def pattern() -> re.Pattern[str]:
    """Finds any reporting word, or a quotation mark."""
    every = "|".join(sorted(_lemmas(), key=len, reverse=True))
    return re.compile(rf"[\"“”«»]|''|\b(?:{every}|according)\b", re.IGNORECASE)
