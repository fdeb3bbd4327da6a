"""Phrases that negate a sentence, phrases that only seem to, and synonyms of names."""

from __future__ import annotations

import re
from functools import cache

from assistant.language.language import english

DENYING_PHRASES = re.compile(
    r"\b(?:turn(?:ed|s|ing)? (?:\w+ ){0,3}down|rul(?:ed|es?|ing) (?:\w+ ){0,3}out"
    r"|stop(?:ped|s)? short"
    r"|far from|yet to|instead of|rather than|(?:vot\w+|spoke|is|was|are|were|came out) against"
    r"|(?:left|leaves?|leaving|stay(?:ed|s|ing)?|keep(?:s|ing)?|kept)"
    r" (?:\w+ ){0,4}(?:out|away|off|closed|shut)"
    r"|in the dark|short of|no longer|little (?:hope|chance|prospect|evidence)|free of(?! charge)"
    r"|clear(?:ed)? of"
    r"|refus\w+|declin(?:ed|es|ing) to|fail(?:ed|s|ing)? to|at no point)\b",
    re.IGNORECASE,
)
"""Phrases that negate what they apply to, such as "ruled out"."""

AFFIRMING = re.compile(
    r"\b(?:not (?:only|just|merely)|(?:no|not) (?:more|less|fewer|later|earlier|sooner) than"
    r"|nothing but"
    r"|(?:not|never) \w+ since|no doubt|whether or not|if not|nothing less than|no matter|not far"
    r"|not (?:\w+ ){0,3}(?:before|until|till))\b",
    re.IGNORECASE,
)
"""Phrases with a negator that negate nothing, such as "not only"."""


@cache
def _groups() -> dict[str, frozenset[str]]:
    return {word: group for group in english().synonyms for word in group}


def akin_names(name: str) -> frozenset[str]:
    """What else a country, its people or its government are called ("Moscow"), or spelt out."""
    return _groups().get(name, frozenset())
