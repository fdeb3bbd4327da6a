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
_MEANT = re.compile(
    r"^(?:(?:but )?i (?:really |actually )?(?:mean|meant|was asking|asked|wanted|want|was after)"
    r"|make (?:that|it)|(?:that|it) should (?:be|say|have been))\b\s*(?:to (?:say|know|ask)\s+)?"
    r"(?:(?:for|about)\s+)?",
    re.IGNORECASE,
)
_NOT_FIRST = re.compile(
    r"not (?P<wrong>.+?)(?:,? but |\s*[.,;:–—]\s+|\s+-\s*)(?P<right>.+)", re.IGNORECASE
)
_NOT_LAST = re.compile(
    r"(?P<right>.+?)[\s,;:–—-]+(?:not|rather than|instead of|and not) (?P<wrong>.+)", re.IGNORECASE
)
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

    It opens with "no" or "sorry", says "I meant", or says what is not meant.
    """
    if len(words(text)) > _MOST_WORDS:
        return None
    given = text.strip(_ASIDE)
    rest = _MEANT.sub("", _OPENED.sub("", given, count=1), count=1)
    is_sure = rest != given
    if pair := _NOT_FIRST.fullmatch(rest) or _NOT_LAST.fullmatch(rest):
        right, wrong = (_MEANT.sub("", pair[name]).strip(_ASIDE) for name in ("right", "wrong"))
        return Correction(right, wrong, is_sure) if right else None
    return Correction(rest) if rest and is_sure else None
