"""A question that is put right: "No, the mayor, not the minister"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.text import words

_OPENED = re.compile(
    r"^(?:(?:no+(?!\.? ?\d)(?=\s*[,.;:!–—-]|\s+(?:no|sorry|i|not|the|in|at|on|it|that)\b)|nope|nah"
    r"|sorry|oops|actually|my (?:mistake|bad)|correction|wrong \w+|apologies)\b[\s,.;:!?–—-]*)+",
    re.IGNORECASE,
)
_SIGH = re.compile(r"^(?:(?:wait|hang on|hold on|ah|oh|hm+|well)\b[\s,.;:!?–—-]*)+", re.IGNORECASE)
_MEANT = re.compile(
    r"(?:(?:but )?i (?:really |actually )?(?:mean|meant|was asking|asked|wanted|want|was after)"
    r"|make (?:that|it)|(?:that|it) should (?:be|say|have been))\b\s*(?:to (?:say|know|ask)\s+)?"
    r"(?:(?:for|about)\s+)?",
    re.IGNORECASE,
)
_MEANT_BEHIND = re.compile(r",?\s+(?:is (?:what|who) )?i (?:mean|meant|wanted)$", re.IGNORECASE)
_NOT_FIRST = re.compile(
    r"not (?P<wrong>.+?)(?:,? but |\s*[.,;:–—]\s+|\s+-\s*)(?P<right>.+)", re.IGNORECASE
)
_NOT_LAST = re.compile(
    r"(?P<right>.+?)[\s,;:–—-]+(?:not|rather than|instead of|and not) (?P<wrong>.+)", re.IGNORECASE
)
_SORRY = re.compile(r"[\s,]+(?:sorry|apologies|my (?:mistake|bad)|silly me)$", re.IGNORECASE)
_BEHIND = re.compile(r"[\s,]+(?:please|thanks|i guess|instead)$", re.IGNORECASE)
_MOST_WORDS = 16
_ASIDE = ",;:.!?–—- "


@dataclass(frozen=True, slots=True)
class Correction:
    """What somebody meant, and what was taken for it."""

    right: str
    wrong: str = ""
    """"" where it is not said."""
    is_sure: bool = True
    """Whether more than "not" tells that it is one."""


def correction(text: str) -> Correction | None:
    """What a message puts in the place of something asked before; None where it corrects nothing.

    It opens with "no" or "sorry" or ends with "my mistake", says "I meant", or says what is not
    meant.
    """
    if len(words(text)) > _MOST_WORDS:
        return None
    given = _SIGH.sub("", text.strip(_ASIDE), count=1)
    rest = _SORRY.sub("", _OPENED.sub("", given, count=1))
    is_sure = rest != given
    if meant := _MEANT.match(rest) or _MEANT_BEHIND.search(rest):
        rest, is_sure = rest[: meant.start()] or rest[meant.end() :], True
    if pair := _NOT_FIRST.fullmatch(rest) or _NOT_LAST.fullmatch(rest):
        right, wrong = (_bare(pair[name]) for name in ("right", "wrong"))
        return Correction(right, wrong, is_sure) if right else None
    right = _bare(rest)
    return Correction(right) if right and is_sure else None


def _bare(phrase: str) -> str:
    """Without what only frames it: "I mean the union" is "the union"."""
    inner = _BEHIND.sub("", phrase.strip(_ASIDE))
    meant = _MEANT.match(inner)
    inner = inner[meant.end() :] if meant else inner
    return _MEANT_BEHIND.sub("", inner).strip(_ASIDE)
