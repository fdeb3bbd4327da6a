"""Names of a claim: each must be one that a cited article knows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from assistant.language.facts import facts
from assistant.language.language import english
from assistant.language.names import is_title
from assistant.text import folded
from assistant.verification.objection import Objection
from assistant.verification.readings import Reading, Source, is_term

_SHORTEST = 4  # letters of a name that others may be derived from
_ENDINGS = frozenset(
    "n an ian ean nian vian ine ish ese i is s er ers ns ans ians ic man men y".split()
)
_LONGEST_INITIALS = 6


def unknown_name(claim: Reading, sources: Sequence[Source]) -> Objection | None:
    """A name in the claim that its sources do not know; None where all are known."""
    known = frozenset[str]().union(*(one.given.words for one in sources))
    initials = [one.given.initials for one in sources]
    named = claim.facts.names
    for name in sorted(one for one in named if not {one, folded(one)} & known):
        if is_title(name) or known & akin_names(name) or not is_term(name) or facts(name).numbers:
            continue
        short = 1 < len(name) <= _LONGEST_INITIALS and any(name in text for text in initials)
        if not short and not any(_akin(name, other) for other in known):
            return Objection("name", name)
    return None


def _akin(name: str, other: str) -> bool:
    """Kavrenia and Kavrenian, China and Chinese; but not Niger and Nigeria."""
    shorter, longer = sorted((name, other), key=len)
    stems = (one for one in (shorter, shorter.rstrip("aeiouy")) if longer.startswith(one))
    return len(shorter) >= _SHORTEST and any(
        len(one) >= _SHORTEST and longer.removeprefix(one) in _ENDINGS for one in stems
    )


@cache
def _groups() -> dict[str, frozenset[str]]:
    return {word: group for group in english().synonyms for word in group}


def akin_names(name: str) -> frozenset[str]:
    """What else a country, its people or its government are called ("Moscow"), or spelt out."""
    return _groups().get(name, frozenset())
